import { createHash } from "node:crypto";
import {
  type Encoded,
  findGlove,
  type GlovePlace,
  getSource,
  locateGlove,
  type Places,
  readGlove,
  type Source,
  sourceNamed,
  type Vocabulary,
} from "@ltt/data";
import type { EmbeddingStart } from "./embedding-start.ts";

/**
 * What the rows of an embedding start from: numbers of N(0, 1); of U(−0.25, 0.25), as Kim (EMNLP 2014) and his code; or GloVe's vectors of
 * 6 billion words (Pennington et al. 2014).
 */
export const VECTORS = ["normal", "uniform", "glove"] as const;
export type Vectors = (typeof VECTORS)[number];

export interface EmbeddingSettings {
  readonly vectors: Vectors;
  /** Keep them: not trained, hence not pruned. */
  readonly frozen: boolean;
}

/** An embedding's start, and what is to be said of it. */
export interface InitialEmbedding {
  readonly start: EmbeddingStart;
  /** In words, for the report. */
  readonly description: string;
  readonly notes: readonly string[];
}

export interface GloveAccess {
  readonly places: Places;
  /** One line for people. */
  readonly say?: ((line: string) => void) | undefined;
  /** Ends the fetching of GloVe; what came of it stays. */
  readonly signal?: AbortSignal | undefined;
  /** Where it is fetched from if it is nowhere: `sourceNamed("glove")` unless told. */
  readonly source?: Source;
}

const KIM_RANGE = 0.25;

/** Of every embedding of ours, and of the GloVe file that is read. */
const DIMENSIONS = 100;

/**
 * The start of a vocabulary's embedding. GloVe is looked for in the data folder, then in the cache, and fetched there if it is in neither.
 *
 * Words are looked up as they are written and else in small letters, since GloVe has no others. A word without a vector starts
 * N(0, σ²) with σ² the variance of the vectors found, as Kim (EMNLP 2014, §4.3) recommends; the unknown word and padding start at 0.
 *
 * @param train - The training texts, of whose tokens it is told how many have a vector.
 * @throws {DataError} if GloVe cannot be had, or has no vector for any word.
 */
export async function initialEmbedding(
  { vectors, frozen }: EmbeddingSettings,
  vocabulary: Vocabulary,
  train: Encoded,
  access: GloveAccess,
): Promise<InitialEmbedding> {
  if (vectors === "normal") {
    return {
      start: { frozen, identity: frozen ? { vectors, frozen } : undefined, given: undefined },
      description: `N(0, 1), ${frozen ? "frozen" : "trained"}`,
      notes: frozen ? [frozenNote("N(0, 1)")] : [],
    };
  }

  if (vectors === "uniform") {
    const name = `U(−${KIM_RANGE}, ${KIM_RANGE})`;
    return {
      start: { frozen, identity: { vectors, frozen }, given: undefined, range: KIM_RANGE },
      description: `${name}, ${frozen ? "frozen" : "trained"}`,
      notes: frozen ? [frozenNote(name)] : [],
    };
  }

  const place = await gloveOf(access);
  const glove = await readGlove(place, vocabulary, { dimensions: DIMENSIONS, lowercase: true });
  const words = glove.found.reduce((sum, one) => sum + one, 0);
  const tokens = train.ids.reduce((sum, id) => sum + glove.found[id]!, 0) / Math.max(1, train.ids.length);
  const deviation = deviationOf(glove.vectors, glove.found);
  const percent = (fraction: number) => `${(100 * fraction).toFixed(1)} %`;
  const coverage = `${words} of ${vocabulary.size - 2} words (${percent(glove.coverage)}), ${percent(tokens)} of the training texts' tokens`;
  access.say?.(
    `GloVe 6B, 100 dimensions, ${place.path}: vectors for ${coverage}; other words start N(0, ${deviation.toFixed(3)}²)`,
  );

  return {
    start: {
      frozen,
      identity: { vectors, frozen, words, digest: digestOf(glove.vectors, glove.found) },
      given: { vectors: glove.vectors, found: glove.found, dimensions: DIMENSIONS, deviation },
    },
    description:
      `GloVe 6B.100d, ${frozen ? "frozen" : "trained"}: vectors for ${coverage}; other words start N(0, ` +
      `${deviation.toFixed(3)}²), the variance of those found`,
    notes: [frozen ? frozenNote("GloVe's vectors") : trainedNote],
  };
}

const trainedNote =
  "The embedding starts from GloVe's vectors and is trained and pruned like every tensor. The control draws it anew too, with the same " +
  "variance: it lacks the pre-training as well as the ticket's own draw. With a frozen embedding all networks keep GloVe, and the " +
  "control differs in the rest alone.";

function frozenNote(what: string): string {
  return (
    `The embedding is frozen at ${what}: every network has it whole, the control too. It is neither trained nor pruned, and ` +
    "counts in no sparsity; the unknown word's row stays 0."
  );
}

async function gloveOf({
  places: { data, cache },
  say,
  signal,
  source = sourceNamed("glove"),
}: GloveAccess): Promise<GlovePlace> {
  for (const folder of [data, cache]) {
    const found = folder === undefined ? undefined : await findGlove({ data: folder }, DIMENSIONS);
    if (found !== undefined) return found;
  }
  if (cache === undefined) return locateGlove(data === undefined ? {} : { data }, DIMENSIONS);

  say?.(
    `GloVe is not on this machine: fetching its 100-dimensional vectors, about 134 MB of ${source.files[0]!.url}, to ${cache}`,
  );
  let shown = Number.NEGATIVE_INFINITY;
  await getSource(source, cache, {
    ...(signal === undefined ? {} : { signal }),
    onProgress: ({ bytes, total }) => {
      if (performance.now() - shown < 5000) return;
      shown = performance.now();
      const share = total === undefined ? "" : ` of ${(total / 1e6).toFixed(1)}`;
      say?.(`GloVe: ${(bytes / 1e6).toFixed(1)}${share} MB`);
    },
  });
  return locateGlove({ cache }, DIMENSIONS);
}

/** `√(Σ (x − mean)² / n)` of all numbers in the vectors found. */
function deviationOf(vectors: Float32Array, found: Uint8Array): number {
  let [sum, squares, count] = [0, 0, 0];
  for (const [row, has] of found.entries()) {
    if (has === 0) continue;
    for (const value of vectors.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS)) {
      sum += value;
      squares += value * value;
    }
    count += DIMENSIONS;
  }
  return count === 0 ? 1 : Math.sqrt(Math.max(0, squares / count - (sum / count) * (sum / count)));
}

/** Names the vectors in a run: the same words of the same file, and no others, have it. */
function digestOf(vectors: Float32Array, found: Uint8Array): string {
  const bytes = (array: Float32Array | Uint8Array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return createHash("sha256").update(bytes(vectors)).update(bytes(found)).digest("hex").slice(0, 16);
}
