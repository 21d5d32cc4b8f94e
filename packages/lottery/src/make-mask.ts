import { stream } from "@ltt/core";
import { parametersOf, type UnitGroup, unitsOf } from "@ltt/layers";
import { scoresOf } from "./criterion.ts";
import { cut, poolsOf } from "./cut.ts";
import { evidenceOf } from "./cut-evidence.ts";
import { cutShares } from "./cut-shares.ts";
import { modelAt } from "./evidence.ts";
import type { Maker } from "./maker.ts";
import { type CutNodeParams, cutParams, cutUnitsParams, searchParams, shuffleMaskParams } from "./node-params.ts";
import { CUT_UNITS, GIVEN, SEARCH, SHUFFLE_MASK } from "./operations.ts";
import type { Pattern } from "./pattern.ts";
import type { Sighting } from "./search.ts";
import { shuffledPositions } from "./shuffled-positions.ts";
import { contributionsOf } from "./structured/contributions.ts";
import { cuttable, cutUnits, unitsLeft } from "./structured/cut-units.ts";
import { UNIT_CRITERION } from "./structured/unit-criteria.ts";

/** The mask of a node: cut from a network, searched for, shuffled, or given. */
export async function makeMask<Input>(maker: Maker<Input>, hash: string): Promise<Pattern> {
  const { op } = maker.graph.node(hash);
  if (op === SHUFFLE_MASK.name) return shuffledMask(maker, hash);
  if (op === SEARCH.name) return (await search(maker, hash)).mask;
  if (op === CUT_UNITS.name) return cutWholeUnits(maker, hash);
  return op === GIVEN.name ? (await maker.given(hash)).mask : cutMask(maker, hash);
}

async function shuffledMask<Input>(maker: Maker<Input>, hash: string): Promise<Pattern> {
  const node = maker.graph.node(hash);
  const { seed } = shuffleMaskParams(node);
  const mask = await maker.mask(node.inputs.mask!);
  const { values } = await maker.init(maker.initOf(hash));
  const sizes = new Map(Array.from(values, ([name, { length }]) => [name, length]));
  return shuffledPositions(mask, sizes, stream(seed, "mask", hash));
}

async function cutMask<Input>(maker: Maker<Input>, hash: string): Promise<Pattern> {
  const node = maker.graph.node(hash);
  return (await cutAt(maker, hash, node.inputs.weights!, cutParams(node))).mask;
}

/** The masks of the moments of a training, one after another, until a search has seen enough. */
export async function search<Input>(maker: Maker<Input>, hash: string): Promise<Sighting> {
  const node = maker.graph.node(hash);
  const { stop, ...params } = searchParams(node);
  const { stop: isEnough } = maker.graph.stop(`execute: node ${hash}`, stop);
  const seen: Sighting[] = [];
  for (const name of Object.keys(node.inputs).sort()) {
    const weights = node.inputs[name]!;
    const { trained } = maker.graph.node(weights).inputs;
    const { curve } = (await maker.train(trained!, trained!)).result;
    const step = Number(name);
    const validations = curve.filter((point) => point.step <= step);
    seen.push({ step, validations, ...(await cutAt(maker, hash, weights, params)) });
    if (isEnough(seen)) break;
  }
  return seen.at(-1)!;
}

/** What is left of a mask when the lowest scores of some weights have gone, and how many weights there were in the whole. */
async function cutAt<Input>(
  maker: Maker<Input>,
  hash: string,
  scored: string,
  { seed, criterion, ...shares }: CutNodeParams,
): Promise<{ readonly mask: Pattern; readonly size: number }> {
  const parent = maker.graph.node(scored).inputs.trained!;
  const { pattern } = await maker.train(parent, parent);
  const chosen = maker.graph.criterion(`execute: node ${hash}`, criterion);
  const { group = () => "other" } = maker.task;
  const all = parametersOf((await maker.init(maker.initOf(hash))).model); // what is frozen may be excluded too
  const which = { ...cutShares(`execute: node ${hash}`, shares, all.keys(), group), pool: shares.pool, group };
  const shapes = new Map(Array.from(pattern.keys(), (name) => [name, all.get(name)!.shape]));
  const competing = { mask: pattern, shapes, pools: poolsOf(pattern.keys(), which) };
  const scores = await scoresOf(chosen, evidenceOf(maker, scored, parent, seed, competing));
  const size = Array.from(pattern.keys()).reduce((sum, name) => sum + all.get(name)!.size, 0);
  return { mask: cut(pattern, scores, { ...which, rng: stream(seed, "ties", scored) }), size };
}

async function cutWholeUnits<Input>(maker: Maker<Input>, hash: string): Promise<Pattern> {
  const node = maker.graph.node(hash);
  const { seed, criterion, rate, pool } = cutUnitsParams(node);
  const scored = node.inputs.weights!;
  const parent = maker.graph.node(scored).inputs.trained!;
  const { pattern: mask } = await maker.train(parent, parent);
  const { model } = await maker.init(maker.initOf(hash));
  const all = parametersOf(model);
  const shapes = new Map(Array.from(all, ([name, { shape }]) => [name, shape]));
  const groups = unitsLeft(cuttable(await groupsOf(maker, hash)), mask, shapes);
  const scores = await UNIT_CRITERION[criterion].score({
    ...{ groups, mask, shapes, rng: stream(seed, "criterion", scored) },
    weights: () => maker.whole(scored),
    contributions: async (samples) => {
      const trained = await maker.weights(scored);
      const network = modelAt(model, mask, trained, trained);
      const batches = maker.training(parent).batches.train(1);
      return contributionsOf(network, groups, await maker.whole(scored), shapes, batches, samples);
    },
  });
  return cutUnits(mask, shapes, groups, scores, { rate, pool, rng: stream(seed, "ties", scored) });
}

/** What can be removed from the network as a whole. */
export async function groupsOf<Input>(maker: Maker<Input>, hash: string): Promise<readonly UnitGroup[]> {
  return unitsOf((await maker.init(maker.initOf(hash))).model);
}
