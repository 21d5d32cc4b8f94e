import { check, flag, list, object, oneOf, text } from "@ltt/core/arguments";
import { type Corpus, corpusOf } from "./corpus.ts";
import { DataError, show } from "./data-error.ts";
import type { Example } from "./example.ts";
import { path as pathKind } from "./path.ts";
import { nameOf, type SentenceLine, sentenceLines } from "./sentence-lines.ts";
import {
  SENTENCE_SETS,
  SETS,
  type SentenceFile,
  type SentenceSet,
  type SentenceSetDescription,
} from "./sentence-sets.ts";
import { phrasesOf } from "./sentence-tree.ts";

/** Where a set is, as `locateSentences` finds it. */
export interface SentencePlace {
  readonly set: SentenceSet;
  /** Whether `train` holds phrases of sentences. */
  readonly phrases: boolean;
  readonly train: readonly SentenceFile[];
  /** Absent where the set is published without one. */
  readonly validation?: SentenceFile;
  /** Absent where the set is published without one. */
  readonly test?: SentenceFile;
}

/**
 * Reads one of Kim's sets (EMNLP 2014, Table 1), in whatever published form it is there: MR, SST-2, SST-1, Subj, TREC, CR or MPQA. Its
 * parts are as published: the treebank has all three, TREC no validation part, the others are one whole. Texts are as they stand in the
 * files, in their order; MR's and Subj's classes one after the other.
 *
 * @throws {DataError} for a line that is none of its form, with its number; for a file that is missing, damaged or holds no text.
 */
export async function readSentences(place: SentencePlace): Promise<Corpus> {
  checkPlace(place);
  const { set, phrases, train, validation, test } = place;
  const description = SETS[set];
  const read = (file: SentenceFile) => readFile(file, description);
  const trained: Example[] = [];
  for (const file of train) for (const example of await read(file)) trained.push(example);
  return corpusOf({
    name: phrases ? `${set} with phrases` : set,
    classes: description.classes,
    train: trained,
    ...(validation === undefined ? {} : { validation: await read(validation) }),
    ...(test === undefined ? {} : { test: await read(test) }),
  });
}

/** How many sentences a set has as published, all its parts together (Kim's |D|); its phrases are not counted. */
export function publishedSentences(set: SentenceSet): number {
  check("publishedSentences", "set", set, oneOf(...SENTENCE_SETS));
  return SETS[set].published;
}

async function readFile(file: SentenceFile, set: SentenceSetDescription): Promise<Example[]> {
  const lines = await sentenceLines(file);
  const examples = examplesOf(file, lines, set);
  if (examples.length === 0) throw new DataError(`${nameOf(file)}: holds no text; get it again`);
  return examples;
}

function examplesOf(file: SentenceFile, lines: readonly SentenceLine[], set: SentenceSetDescription): Example[] {
  const { classes } = set;
  const fault = ({ text, line }: SentenceLine, expected: string) =>
    new DataError(`${nameOf(file)}:${line}: ${show(text)} is not ${expected}; correct the line or delete it`);

  switch (file.form) {
    case "class":
      return lines.map(({ text }) => ({ text: text.trim(), label: file.label! }));
    case "labelled":
      return lines.map((one) => {
        const [, label, text] = /^(\d+)\s+(\S.*?)\s*$/.exec(one.text) ?? [];
        if (label === undefined || Number(label) >= classes.length)
          throw fault(one, `a class from 0 to ${classes.length - 1} (${classes.join(", ")}), a blank and a text`);
        return { text: text!, label: Number(label) };
      });
    case "glue": {
      const [header, ...rows] = lines;
      if (header !== undefined && header.text !== "sentence\tlabel")
        throw fault(header, 'the header "sentence\\tlabel"');
      return rows.map((one) => {
        const [, text, label] = /^(.*\S)\s*\t([01])$/.exec(one.text) ?? [];
        if (label === undefined) throw fault(one, "a text, a tab and 0 or 1");
        return { text: text!, label: Number(label) };
      });
    }
    case "trec":
      return lines.map((one) => {
        const [, name, text] = /^([A-Z]+):\w+\s+(\S.*?)\s*$/.exec(one.text) ?? [];
        const label = classes.indexOf(name ?? "");
        if (label < 0)
          throw fault(one, `one of ${classes.join(", ")} with ":" and a finer class, a blank and a question`);
        return { text: text!, label };
      });
    case "trees":
    case "phrases":
      return lines.flatMap((one) => {
        const phrases = phrasesOf(one.text);
        if (phrases === undefined) throw fault(one, "a tree such as (3 (2 A) (4 film))");
        return (file.form === "trees" ? phrases.slice(0, 1) : phrases).flatMap(({ label, text }) => {
          const meant = set.ofTree === undefined ? label : set.ofTree[label];
          return meant === undefined ? [] : [{ text, label: meant }];
        });
      });
  }
}

function checkPlace(place: SentencePlace): void {
  const where = "readSentences";
  check(where, "place", place, object);
  check(where, "place.set", place.set, oneOf(...SENTENCE_SETS));
  check(where, "place.phrases", place.phrases, flag);
  check(where, "place.train", place.train, list);
  const { classes } = SETS[place.set];
  const checkFile = (name: string, file: SentenceFile) => {
    check(where, name, file, object);
    check(where, `${name}.path`, file.path, pathKind);
    check(where, `${name}.form`, file.form, form);
    if (file.member !== undefined) check(where, `${name}.member`, file.member, text);
    if (file.form === "class" || file.label !== undefined)
      check(where, `${name}.label`, file.label, labelBelow(classes.length));
  };
  for (const [i, file] of place.train.entries()) checkFile(`place.train[${i}]`, file);
  if (place.validation !== undefined) checkFile("place.validation", place.validation);
  if (place.test !== undefined) checkFile("place.test", place.test);
}

const form = oneOf("class", "labelled", "glue", "trec", "trees", "phrases");

function labelBelow(classes: number) {
  const accepts = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < classes;
  return {
    type: "number" as const,
    words: `one of the ${classes} classes, an integer from 0 to ${classes - 1}`,
    accepts,
  };
}
