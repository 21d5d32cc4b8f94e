import { stream } from "@ltt/core";
import { CRITERIA } from "../criteria/criteria.ts";
import { type Criterion, type Evidence, identityOf, scoresOf } from "../criterion.ts";
import type { CutPool } from "../cut.ts";
import { canonicalJson, type Json } from "../json.ts";
import type { Values } from "../pattern.ts";
import { RunFolderError } from "../run-folder-error.ts";
import type { AuditedFiles, AuditedNetwork } from "./audited-files.ts";
import { type Part, valuesOf } from "./part.ts";

type Score = (trained: number, initial: number) => number;

/** Criteria that are computed here, and not by the code that cut. */
const SCORES: ReadonlyMap<Json, Score> = new Map<Json, Score>([
  ["magnitude", (trained) => Math.abs(trained)],
  ["movement", (trained, initial) => Math.abs(trained - initial)],
  ["magnitude-increase", (trained, initial) => Math.abs(trained) - Math.abs(initial)],
  ["large-init", (_, initial) => Math.abs(initial)],
  ["small-final", (trained) => -Math.abs(trained)],
  ["small-init", (_, initial) => -Math.abs(initial)],
  ["large-final-same-sign", (trained, initial) => (trained * initial > 0 ? Math.abs(trained) : 0)],
  ["large-final-differing-sign", (trained, initial) => (trained * initial < 0 ? Math.abs(trained) : 0)],
]);

/**
 * The scores of weights that a network was cut from, from the files again: by a formula here, else by the criterion itself.
 *
 * @returns or why they cannot be computed: the criterion is not at hand, or needs gradients or losses, which no file holds.
 */
export async function scoresAgain(
  network: AuditedNetwork,
  files: AuditedFiles,
  { criterion, weights }: { readonly criterion: Json; readonly weights: string },
  poolsOf: (cut: CutSaid) => readonly CutPool[],
): Promise<Values | string> {
  const trained = trainable(await files.weights(weights, network.graph), network.frozen);
  const initial = async () => valuesAt(await files.initial(network.graph.node(weights).inputs.trained!), trained);
  const score = SCORES.get(criterion);
  if (score !== undefined) {
    const began = criterion === "magnitude" ? trained.values : await initial();
    return new Map(Array.from(trained.values, ([name, values]) => [name, eachScore(score, values, began.get(name)!)]));
  }
  const written = canonicalJson(criterion);
  const known = [...CRITERIA, ...files.criteria].find((one) => canonicalJson(identityOf(one)) === written);
  if (known === undefined) return `the criterion ${written} is not at hand`;
  const cut = cutOf(network);
  return byItself(known, {
    mask: trained.mask,
    shapes: trained.shapes,
    pools: poolsOf(cut),
    rng: stream(cut.seed, "criterion", weights),
    trained: async () => trained.values,
    initial,
    gradient: () => Promise.reject(new Unwritten()),
    fisher: () => Promise.reject(new Unwritten()),
    flow: () => Promise.reject(new Unwritten()),
    lossOf: () => Promise.reject(new Unwritten()),
  });
}

async function byItself(criterion: Criterion, evidence: Evidence): Promise<Values | string> {
  try {
    return await scoresOf(criterion, evidence);
  } catch (error) {
    if (error instanceof Unwritten) return `the criterion "${criterion.name}" needs what no file holds`;
    throw error;
  }
}

/** A criterion asks for what only the task can compute. */
class Unwritten extends Error {
  override readonly name = "Unwritten";
}

function eachScore(score: Score, trained: Float32Array, initial: Float32Array): Float32Array {
  return trained.map((value, i) => score(value, initial[i]!));
}

/** Without what is frozen, which is never cut. */
function trainable({ mask, values, ...rest }: Part, frozen: ReadonlySet<string>): Part {
  const isLeft = ([name]: readonly [string, unknown]) => !frozen.has(name);
  return { mask: new Map([...mask].filter(isLeft)), values: new Map([...values].filter(isLeft)), ...rest };
}

/** The values of a part at the mask of another. */
function valuesAt(whole: Part, { mask }: Part): Values {
  return new Map(Array.from(mask, ([name, positions]) => [name, valuesOf(whole, name, positions)]));
}

/** What a node says of the cut that made a network's mask. */
export interface CutSaid {
  readonly seed: number;
  readonly rate: number;
  readonly rates?: Readonly<Record<string, number>> | undefined;
}

function cutOf({ hash, graph }: AuditedNetwork): CutSaid {
  const { mask } = graph.node(graph.node(hash).inputs.start!).inputs;
  const said = mask === undefined ? undefined : (graph.node(mask).params as Partial<CutSaid>);
  if (typeof said?.seed === "number" && typeof said.rate === "number") return said as CutSaid;
  throw new RunFolderError(`node ${hash} was cut by no seed`);
}
