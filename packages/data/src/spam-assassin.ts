import { check, list, object, text as string } from "@ltt/core/arguments";
import { textKey } from "./clean-text.ts";
import { type Corpus, corpusOf } from "./corpus.ts";
import type { Example } from "./example.ts";
import { mailText } from "./mail-text.ts";

/** An e-mail as it was sent, and the folder of the corpus that it lies in: `spam-1`, `spam-2`, or one of ham. */
export interface Mail {
  readonly text: string;
  readonly group: string;
}

/** What became of the e-mails on the way to examples. */
export interface SpamAssassin extends Corpus {
  /** E-mails left out because an earlier one has the same text, or because they have none. */
  readonly repeats: number;
}

/**
 * The SpamAssassin public mail corpus (2002–2003) of its e-mails, of which `@ltt/spam-corpus` has all 6,046: 4,150 are wanted ("ham") and
 * 1,896 are spam.
 *
 * The text of an e-mail is its subject and body, without the other headers (`mailText`): those give the label away. Some of it
 * still shows in bodies and subjects, as the names of mailing lists do. E-mails whose text repeats an earlier one's (`textKey`)
 * are left out (132, the one without any text among them), so none is in two parts of a split: 4,108 + 1,806 remain.
 *
 * @throws {TypeError} if one of the e-mails is none.
 */
export function spamAssassinOf(mails: readonly Mail[]): SpamAssassin {
  check("spamAssassinOf", "mails", mails, list);
  const seen = new Set<string>([""]);
  const train: Example[] = [];
  let repeats = 0;
  for (const [i, mail] of mails.entries()) {
    check("spamAssassinOf", `mails[${i}]`, mail, object);
    check("spamAssassinOf", `mails[${i}].text`, mail.text, string);
    check("spamAssassinOf", `mails[${i}].group`, mail.group, string);
    const text = mailText(mail.text);
    const key = textKey(text);
    if (seen.has(key)) repeats++;
    else train.push({ text, label: mail.group.startsWith("spam") ? 1 : 0 });
    seen.add(key);
  }
  return { ...corpusOf({ name: "spam-assassin", classes: ["ham", "spam"], train }), repeats };
}
