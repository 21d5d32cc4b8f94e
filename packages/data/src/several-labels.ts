import { check, integers, list, object, positive, text } from "@ltt/core/arguments";
import { checkLabels, oneOfClasses } from "./class-labels.ts";
import type { Example } from "./example.ts";

/**
 * The classes of examples that may have several: those of example i are `ids[offsets[i] … offsets[i + 1])`, ascending; none where the two
 * are equal.
 */
export interface SeveralLabels {
  /** How many there are to choose from. */
  readonly classes: number;
  readonly ids: Int32Array;
  readonly offsets: Int32Array;
}

/** A text with all the classes that it has, as indices; in any order, and `[]` where it has none. */
export interface TextWithLabels {
  readonly text: string;
  readonly labels: readonly number[];
}

/**
 * Texts that may have several of `classes` classes, as the examples of a corpus. Parts are divided in proportion by `label`: the class of a
 * text that the fewest of these texts have, the first of equals, so that rare classes are in every part; `classes` itself, one more than
 * there is, for texts without any.
 *
 * @throws {TypeError | RangeError} that names the text which is none, or its label that is no class.
 */
export function examplesOfSeveral(texts: readonly TextWithLabels[], classes: number): Example[] {
  check("examplesOfSeveral", "texts", texts, list);
  check("examplesOfSeveral", "classes", classes, positive);
  const known = oneOfClasses(classes);
  const counts = new Array<number>(classes).fill(0);
  for (const [i, row] of texts.entries()) {
    check("examplesOfSeveral", `texts[${i}]`, row, object);
    check("examplesOfSeveral", `texts[${i}].text`, row.text, text);
    check("examplesOfSeveral", `texts[${i}].labels`, row.labels, list);
    for (const [j, label] of row.labels.entries()) check("examplesOfSeveral", `texts[${i}].labels[${j}]`, label, known);
    for (const label of new Set(row.labels)) counts[label]!++;
  }
  return texts.map((row) => {
    const labels = [...new Set(row.labels)].sort((a, b) => a - b);
    const label = labels.reduce((rarest, next) => (counts[next]! < counts[rarest]! ? next : rarest), labels[0] ?? 0);
    return { text: row.text, label: labels.length === 0 ? classes : label, labels };
  });
}

/**
 * The classes of examples as lists, for `encodeTokens`.
 *
 * @returns `undefined` where examples have one class each.
 * @throws {RangeError} if only some of the examples may have several.
 */
export function severalLabelsOf(examples: readonly Example[], classes: number): SeveralLabels | undefined {
  check("severalLabelsOf", "examples", examples, list);
  check("severalLabelsOf", "classes", classes, positive);
  for (const [i, example] of examples.entries()) check("severalLabelsOf", `examples[${i}]`, example, object);
  if (examples.every(({ labels }) => labels === undefined)) return undefined;
  const offsets = new Int32Array(examples.length + 1);
  for (const [i, { labels }] of examples.entries()) {
    checkLabels("severalLabelsOf", `examples[${i}].labels`, labels, classes);
    offsets[i + 1] = offsets[i]! + labels!.length;
  }
  return { classes, ids: Int32Array.from(examples.flatMap(({ labels }) => labels!)), offsets };
}

/** @throws {TypeError | RangeError} unless they are the classes of so many examples. */
export function checkSeveral(where: string, several: SeveralLabels, examples: number): void {
  check(where, "several", several, object);
  const { classes, ids, offsets } = several;
  check(where, "several.classes", classes, positive);
  check(where, "several.ids", ids, integers);
  check(where, "several.offsets", offsets, integers);
  if (offsets.length === examples + 1 && offsets[0] === 0 && offsets.at(-1) === ids.length) return;
  throw new RangeError(
    `${where}: several has ${ids.length} ids and ${offsets.length} offsets; of ${examples} ` +
      `examples offsets are ${examples + 1}, from 0 to ${ids.length}`,
  );
}

/** The classes of some of the examples, in the order that is asked for; the places are known to be there. */
export function severalAt({ classes, ids, offsets }: SeveralLabels, places: Int32Array): SeveralLabels {
  const lists = Array.from(places, (place) => ids.subarray(offsets[place], offsets[place + 1]));
  const ends = new Int32Array(places.length + 1);
  for (const [i, labels] of lists.entries()) ends[i + 1] = ends[i]! + labels.length;
  return { classes, ids: Int32Array.from(lists.flatMap((labels) => Array.from(labels))), offsets: ends };
}

/** 1 for each class that an example has and 0 for the others, `[examples, classes]`, row-major. */
export function targetsAt({ classes, ids, offsets }: SeveralLabels, places: Int32Array): Int32Array {
  const targets = new Int32Array(places.length * classes);
  for (const [row, place] of places.entries()) {
    for (const label of ids.subarray(offsets[place], offsets[place + 1])) targets[row * classes + label] = 1;
  }
  return targets;
}
