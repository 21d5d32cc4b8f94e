import { join } from "node:path";
import { check, checkOptions, flag, type Kinds, oneOf } from "@ltt/core/arguments";
import { firstFound, foldersOf, missing, PLACES, type Places, plainOrGzip } from "./locate.ts";
import { type Layout, SENTENCE_SETS, SETS, type SentenceFile, type SentenceSet } from "./sentence-sets.ts";
import type { SentencePlace } from "./sentences.ts";
import { sourceNamed } from "./sources.ts";

export interface SentenceOptions {
  /** Of the treebank: train on phrases, as Kim did, rather than on sentences only. Default false. */
  readonly phrases?: boolean;
}

const OPTIONS: Kinds<SentenceOptions> = { phrases: flag };

/**
 * Finds one of Kim's sets in whichever of its published forms is there, each file as it is or with `.gz`: in the set's own folder (`mr/`),
 * or directly in the folder.
 *
 * @throws {RangeError} if phrases are asked for of a set that has none.
 * @throws {DataError} that says what was looked for, where, and how to get it.
 */
export async function locateSentences(
  set: SentenceSet,
  places: Places,
  options: SentenceOptions = {},
): Promise<SentencePlace> {
  check("locateSentences", "set", set, oneOf(...SENTENCE_SETS));
  checkOptions("locateSentences", places, PLACES);
  const { phrases = false } = checkOptions("locateSentences", options, OPTIONS);
  const { folders, sentences, phrases: withPhrases } = SETS[set];
  if (phrases && withPhrases === undefined)
    throw new RangeError(`locateSentences: phrases is true, but ${set} has none: only sst1 and sst2 have`);
  const layouts = phrases ? withPhrases! : sentences;

  const findIn = async (folder: string): Promise<SentencePlace | undefined> => {
    for (const layout of layouts) {
      const found = await layoutIn(folder, layout);
      if (found !== undefined) return { set, phrases, ...found };
    }
    return undefined;
  };
  const found = await firstFound(foldersOf(places, ...folders), findIn);
  if (found !== undefined) return found;
  throw await missing(set, places, {
    files: layouts.map(filesOf),
    join: ", or ",
    findIn,
    byHand: sourceNamed(set).byHand,
  });
}

async function layoutIn(folder: string, { train, validation, test }: Layout): Promise<Layout | undefined> {
  const at = async (file: SentenceFile): Promise<SentenceFile | undefined> => {
    const path = await plainOrGzip(join(folder, file.path));
    return path === undefined ? undefined : { ...file, path };
  };
  const parts = [
    await Promise.all(train.map(at)),
    validation && (await at(validation)),
    test && (await at(test)),
  ] as const;
  const [trained, validated, tested] = parts;
  const isWhole = (files: readonly (SentenceFile | undefined)[]): files is SentenceFile[] => !files.includes(undefined);
  if (!isWhole(trained)) return undefined;
  if ((validation !== undefined && validated === undefined) || (test !== undefined && tested === undefined))
    return undefined;
  return {
    train: trained,
    ...(validated === undefined ? {} : { validation: validated }),
    ...(tested === undefined ? {} : { test: tested }),
  };
}

function filesOf({ train, validation, test }: Layout): string {
  const paths = [...train, validation, test].flatMap((file) => (file === undefined ? [] : [file.path]));
  return [...new Set(paths)].join(" with ");
}
