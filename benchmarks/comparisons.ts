import { median, quartiles } from "./quantile.ts";
import { type Group, type Measurement, RECOMPUTED, type ResultFile } from "./results.ts";
import { ROUNDS } from "./sparse.ts";

/** Of ratios taken round by round. */
export interface Ratio {
  readonly median: number;
  readonly quartiles: readonly [number, number];
  readonly rounds: number;
}

/** One measurement beside another whose rounds were taken in turn with its own. */
export interface Comparison {
  /** With another program; of a pruned network with its dense one; of what ltt was told: threads, backend, jobs. */
  readonly kind: "program" | "pruned" | "setting";
  readonly ours: Measurement;
  readonly other: Measurement;
  /** How many times as fast ours is. */
  readonly ratio: Ratio;
  readonly file: ResultFile;
}

/** The training steps of an iterative pruning of 21 rounds, a fifth of the weights removed after each. */
export interface WholeRun {
  readonly dense: Measurement;
  /** In steps of the dense network. */
  readonly cost: Ratio;
  /** Another program's time for as many steps with masks, in ours. */
  readonly masked?: { readonly side: string; readonly ratio: Ratio };
  /** Time of a step at each density, in that of the dense network: medians. */
  readonly points: readonly { readonly density: number; readonly cost: number }[];
  readonly file: ResultFile;
}

/** @throws {Error} if they have different numbers of rounds. */
export function speedRatio(one: Measurement, other: Measurement): Ratio {
  const [own, others] = [speeds(one), speeds(other)];
  if (own.length !== others.length)
    throw new Error(
      `${one.name}: ${own.length} rounds of ${one.side} and ${others.length} of ${other.side}: they were not taken in turn`,
    );
  return ratioOf(own.map((speed, round) => speed / others[round]!));
}

/** Rates as they are, of seconds their inverse; products of stored weights count what is stored, so per weight of the dense one. */
function speeds({ bench, unit, density, values }: Measurement): number[] {
  return values.map((value) => (unit === "s" ? 1 / value : bench === "sparse product" ? value / density : value));
}

function ratioOf(ratios: readonly number[]): Ratio {
  return { median: median(ratios), quartiles: quartiles(ratios), rounds: ratios.length };
}

export function comparisonsOf(file: ResultFile): Comparison[] {
  return file.groups.flatMap((group) => {
    const compare = (kind: Comparison["kind"], ours: Measurement, other: Measurement): Comparison => ({
      ...{ kind, ours, other, ratio: speedRatio(ours, other), file },
    });
    const own = group.measurements.filter(({ side }) => side === "ltt");
    const programs = group.measurements
      .filter(({ side }) => side !== "ltt")
      .flatMap((other) =>
        own
          .filter(({ name, density }) => name === other.name && density === other.density)
          .map((ours) => compare("program", ours, other)),
      );
    return [...programs, ...amongOurs(own).map(([kind, ours, other]) => compare(kind, ours, other))];
  });
}

type Pair = readonly [kind: Comparison["kind"], ours: Measurement, other: Measurement];

function amongOurs(own: readonly Measurement[]): Pair[] {
  const [first] = own;
  if (first === undefined) return [];
  if (first.bench === "latency") {
    const dense = own.find(({ name }) => name === "dense");
    return own.flatMap((one): Pair[] => (dense === undefined || one === dense ? [] : [["pruned", one, dense]]));
  }
  if (first.bench === "growing") return own.slice(1).map((one) => ["pruned", one, first]);
  if (first.bench === "jobs") return own.slice(1).map((one) => ["setting", one, first]);
  if (first.bench === "queue" || first.bench === "lottery") return [];
  const tenth = nearestTenth(own);
  return own.flatMap((one): Pair[] => {
    const find = (what: Partial<Measurement>) => {
      const { name, backend, threads, density } = { ...one, ...what };
      return own.find(
        (other) =>
          other.name === name && other.backend === backend && other.threads === threads && other.density === density,
      );
    };
    if (one.name.endsWith(RECOMPUTED)) {
      const kept = find({ name: one.name.slice(0, -RECOMPUTED.length) });
      return kept === undefined ? [] : [["setting", one, kept]];
    }
    if (one.density < 1) {
      const dense = find({ density: 1 });
      return one.density === tenth && dense !== undefined ? [["pruned", one, dense]] : [];
    }
    const single = one.threads > 1 ? find({ threads: 1 }) : undefined;
    const usual = one.backend === first.backend ? undefined : find({ backend: first.backend });
    return [single, usual].flatMap((other): Pair[] => (other === undefined ? [] : [["setting", one, other]]));
  });
}

function nearestTenth(measurements: readonly Measurement[]): number | undefined {
  return measurements
    .map(({ density }) => density)
    .filter((density) => density < 1)
    .sort((a, b) => Math.abs(Math.log(a / 0.1)) - Math.abs(Math.log(b / 0.1)))[0];
}

/** Of each network and setting whose steps were timed at all 21 densities. */
export function wholeRunsOf(file: ResultFile): WholeRun[] {
  return file.groups.flatMap((group) => {
    const own = group.measurements.filter(({ side, bench }) => side === "ltt" && bench === "training");
    return own.filter(({ density }) => density === 1).flatMap((dense) => wholeRunOf(dense, own, group, file) ?? []);
  });
}

function wholeRunOf(
  dense: Measurement,
  own: readonly Measurement[],
  group: Group,
  file: ResultFile,
): WholeRun | undefined {
  const same = own.filter(
    ({ name, backend, threads }) => name === dense.name && backend === dense.backend && threads === dense.threads,
  );
  const steps = ROUNDS.map((density) => same.find((one) => Math.abs(one.density / density - 1) < 1e-4));
  if (!steps.every((step) => step !== undefined)) return undefined;
  const ours = dense.values.map((_, round) => steps.reduce((sum, { values }) => sum + 1 / values[round]!, 0));
  const masked = group.measurements.find(({ side, name }) => side !== "ltt" && name === dense.name);
  return {
    ...{ dense, file },
    cost: ratioOf(ours.map((seconds, round) => seconds * dense.values[round]!)),
    ...(masked && {
      masked: {
        side: masked.side,
        ratio: ratioOf(ours.map((seconds, round) => ROUNDS.length / masked.values[round]! / seconds)),
      },
    }),
    points: steps.map((step) => ({ density: step.density, cost: speedRatio(dense, step).median })),
  };
}
