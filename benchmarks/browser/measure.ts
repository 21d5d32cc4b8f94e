import { stream } from "@ltt/core";
import type { Case } from "./cases.ts";
import type { Prepared, Side } from "./sides.ts";

/** Of one case on one side. */
export interface Figure {
  readonly name: string;
  readonly side: string;
  readonly adapter: string;
  /** Median, lower and upper quartile of the rounds, in ms. */
  readonly resident: readonly [median: number, low: number, high: number];
  readonly transfer: readonly [median: number, low: number, high: number];
  /** Of the resident median. */
  readonly gflops: number;
  readonly rounds: number;
}

/**
 * Runs a case on all sides in turn, round after round.
 *
 * @throws {Error} if two sides compute different things.
 */
export async function measure(one: Case, sides: readonly Side[], seconds: number): Promise<Figure[]> {
  const rng = stream(1, "operands");
  const operands = one.shapes.map((shape) =>
    rng.uniforms(
      shape.reduce((size, axis) => size * axis, 1),
      -0.1,
      0.1,
    ),
  );
  const runs: { side: Side; prepared: Prepared; resident: number[]; transfer: number[] }[] = [];
  for (const side of sides) {
    runs.push({ side, prepared: await side.prepare(one, operands), resident: [], transfer: [] });
  }
  await compare(one, runs);

  const began = performance.now();
  let rounds = 0;
  do {
    for (const { prepared, resident, transfer } of runs) {
      resident.push(await timed(() => prepared.resident()));
      transfer.push(await timed(() => prepared.transfer()));
    }
    rounds++;
  } while (rounds < 3 || performance.now() - began < seconds * 1000);
  for (const { prepared } of runs) prepared.dispose();

  return runs.map(({ side, resident, transfer }) => ({
    name: one.name,
    side: side.name,
    adapter: side.adapter,
    resident: quartiles(resident),
    transfer: quartiles(transfer),
    gflops: one.flops / quartiles(resident)[0] / 1e6,
    rounds,
  }));
}

/** All sides must agree, which also compiles everything before it is timed. */
async function compare({ name }: Case, runs: readonly { side: Side; prepared: Prepared }[]): Promise<void> {
  const [first, ...others] = runs;
  await first!.prepared.resident();
  const wanted = await first!.prepared.transfer();
  for (const { side, prepared } of others) {
    await prepared.resident();
    const found = await prepared.transfer();
    const far = wanted.findIndex((value, i) => !(Math.abs(value - found[i]!) < 1e-3));
    if (found.length !== wanted.length || far >= 0) {
      throw new Error(`${name}: value ${far} of ${side.name} is ${found[far]}, of ${first!.side.name} ${wanted[far]}`);
    }
  }
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return performance.now() - began;
}

function quartiles(times: readonly number[]): [number, number, number] {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return [at(0.5), at(0.25), at(0.75)];
}
