import { createHash } from "node:crypto";
import { check, list, object, text } from "@ltt/core/arguments";
import { checkLabels } from "./class-labels.ts";
import { checkExamples, type Example, integerBelow } from "./example.ts";

/** Texts to classify, as they were read. */
export interface Corpus {
  readonly name: string;
  readonly classes: readonly string[];
  readonly train: readonly Example[];
  /** Absent where the corpus is published without a validation part; `splitCorpus` then makes one. */
  readonly validation?: readonly Example[];
  /** Absent where the corpus is published without a test part; `splitCorpus` then makes one. */
  readonly test?: readonly Example[];
  /** SHA-256 of the examples read, in their order, as 64 hexadecimal digits: what names the data in a run's receipt. */
  readonly digest: string;
}

/**
 * A corpus of these examples, with its digest.
 *
 * @throws {TypeError | RangeError} that names the example which is no text with one of the classes.
 */
export function corpusOf(parts: Omit<Corpus, "digest">): Corpus {
  checkCorpus("corpusOf", "parts", parts);
  return { ...parts, digest: digestOf(parts) };
}

/** @throws {TypeError | RangeError} unless the value is a corpus, of whose classes each example has one. */
export function checkCorpus(where: string, name: string, value: Omit<Corpus, "digest">): void {
  check(where, name, value, object);
  check(where, `${name}.name`, value.name, text);
  check(where, `${name}.classes`, value.classes, list);
  for (const [i, title] of value.classes.entries()) check(where, `${name}.classes[${i}]`, title, text);
  const classes = value.classes.length;
  const known = integerBelow(classes, `one of the ${classes} classes, an integer from 0 to ${classes - 1}`);
  checkExamples(where, `${name}.train`, value.train, known);
  if (value.validation !== undefined) checkExamples(where, `${name}.validation`, value.validation, known);
  if (value.test !== undefined) checkExamples(where, `${name}.test`, value.test, known);
  const several = value.train[0]?.labels !== undefined;
  for (const part of ["train", "validation", "test"] as const) {
    for (const [i, { labels }] of (value[part] ?? []).entries()) {
      if (several) checkLabels(where, `${name}.${part}[${i}].labels`, labels, classes);
      else if (labels !== undefined)
        throw new RangeError(
          `${where}: ${name}.${part}[${i}] has labels, ${name}.train[0] one label; all have several, or none`,
        );
    }
  }
}

/** Lengths stand before texts, so that no two corpora hash the same bytes. */
function digestOf({ name, classes, train, validation, test }: Omit<Corpus, "digest">): string {
  const hash = createHash("sha256");
  const given = validation === undefined ? [] : [validation.length];
  hash.update(JSON.stringify([name, classes, train.length, test?.length ?? null, ...given]));
  for (const { text, label, labels } of [...train, ...(validation ?? []), ...(test ?? [])])
    hash.update(`\n${labels === undefined ? label : `[${labels}]`} ${text.length}\n${text}`);
  return hash.digest("hex");
}
