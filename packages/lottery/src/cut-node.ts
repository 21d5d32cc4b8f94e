import { checkOptions } from "@ltt/core/arguments";
import { magnitude } from "./criteria/magnitude.ts";
import type { Criterion } from "./criterion.ts";
import type { Pool } from "./cut.ts";
import { checkShares } from "./cut-shares.ts";
import { decimal } from "./decimal.ts";
import type { Graph } from "./graph.ts";
import { type CommonParams, CUT_PARAMS, type CutParams, UNIT_CUT, type UnitCutParams } from "./graph-options.ts";
import type { Json } from "./json.ts";
import type { State } from "./moment.ts";

/** What stands in the node of a cut, but its seed. */
export type CutNode = {
  readonly rate: number;
  readonly rates: Readonly<Record<string, number>> | undefined;
  readonly exclude: readonly string[] | undefined;
  readonly at: State;
  readonly criterion: Json;
  readonly pool: Pool;
};

/** What a cut is, from the settings of the experiment and how it differs from them. */
export function cutNode(where: string, graph: Graph, common: CommonParams, options: CutParams): CutNode {
  const { rate, rates, exclude, cutAt, criterion, pool = "tensor" } = common;
  const told = checkOptions(where, options, CUT_PARAMS);
  checkShares(where, told);
  return {
    rate: rateOfRounds(told.rate ?? rate, told.rounds ?? 1),
    rates: partsInOrder(ratesOfRounds(told.rates ?? (told.rate === undefined ? rates : undefined), told.rounds ?? 1)),
    exclude: told.exclude ?? exclude,
    at: told.at ?? cutAt,
    criterion: identityOf(where, graph, common, told.criterion ?? criterion ?? magnitude),
    pool: told.pool ?? pool,
  };
}

/** The same of a cut of whole units. */
export function unitCut(
  where: string,
  common: CommonParams,
  options: UnitCutParams,
): Required<{ [Key in keyof UnitCutParams]: NonNullable<UnitCutParams[Key]> }> {
  const { rate = common.rate, criterion = "l1-norm", pool = "layer" } = checkOptions(where, options, UNIT_CUT);
  return { rate, criterion, pool };
}

/**
 * What a node names a criterion by: of an arm from a plugin file also with the digest of this file, where it brings the criterion itself.
 */
function identityOf(where: string, graph: Graph, common: CommonParams, criterion: Criterion): Json {
  const isOfSettings = criterion === common.criterion;
  return graph.know(where, criterion, isOfSettings ? undefined : common.plugin);
}

/** The fraction that goes in so many cuts in a row. */
function rateOfRounds(rate: number, rounds: number): number {
  return rounds === 1 ? rate : decimal(1 - (1 - rate) ** rounds);
}

function ratesOfRounds(rates: CutNode["rates"], rounds: number): CutNode["rates"] {
  if (rates === undefined) return undefined;
  return Object.fromEntries(Object.entries(rates).map(([name, rate]) => [name, rateOfRounds(rate, rounds)]));
}

/** A node's name does not depend on the order of keys, so its file must not either. */
function partsInOrder(rates: CutNode["rates"]): CutNode["rates"] {
  if (rates === undefined) return undefined;
  return Object.fromEntries(Object.entries(rates).sort(([a], [b]) => (a < b ? -1 : 1)));
}
