import { describe, expect, test } from "vitest";
import { comparisonsOf, speedRatio, wholeRunsOf } from "./comparisons.ts";
import { outdated, withParts } from "./page.ts";
import { benchmarkReport } from "./report.ts";
import { type Measurement, measurement, type ResultFile } from "./results.ts";
import { ROUNDS } from "./sparse.ts";

const step = { bench: "training", name: "ag-news-cnn", backend: "wasm-fma", unit: "samples/s" } as const;

function fileOf(name: string, ...measurements: Measurement[]): ResultFile {
  const machine = { commit: "abc1234", node: "20.20.2", v8: "11", cpu: "EPYC", cores: 2, memoryGb: 8, load: 1 };
  const load = { before: 0, median: 2, highest: 2.1 };
  const command = `npm run bench -- ${name}`;
  return { name, command, date: "2026-11-30T12:00:00.000Z", machine, load, groups: [{ title: name, measurements }] };
}

/** A step takes 0.2 of the dense one's time and 0.8 times the fraction of weights. */
const lottery = fileOf(
  "sparse",
  ...ROUNDS.map((density) =>
    measurement({ ...step, density, values: [100, 120].map((v) => v / (0.2 + 0.8 * density)) }),
  ),
  measurement({ ...step, side: "PyTorch 2.6", backend: "PyTorch", values: [50, 40] }),
);

describe("ratios", () => {
  test("are taken round by round", () => {
    const ours = measurement({ ...step, values: [100, 400, 90] });
    const theirs = measurement({ ...step, side: "PyTorch", values: [50, 100, 30] });
    expect(speedRatio(ours, theirs)).toEqual({ median: 3, quartiles: [2.5, 3.5], rounds: 3 }); // medians alone: 2
  });

  test("of seconds are the other way round, of stored weights per weight of the dense product", () => {
    const seconds = { ...step, unit: "s" } as const;
    expect(speedRatio(measurement({ ...seconds, values: [2] }), measurement({ ...seconds, values: [8] })).median).toBe(
      4,
    );
    const product = { ...step, bench: "sparse product", unit: "GFLOP/s" } as const;
    const tenth = measurement({ ...product, density: 0.1, values: [5] });
    expect(speedRatio(tenth, measurement({ ...product, values: [10] })).median).toBe(5);
  });

  test("need rounds that were taken in turn", () => {
    const [one, other] = [measurement({ ...step, values: [1, 2] }), measurement({ ...step, values: [1] })];
    expect(() => speedRatio(one, other)).toThrow(
      "ag-news-cnn: 2 rounds of ltt and 1 of ltt: they were not taken in turn",
    );
  });

  test("compare with programs, with dense, with one thread", () => {
    const threads = fileOf("threads", ...[1, 2].map((n) => measurement({ ...step, threads: n, values: [n, 2 * n] })));
    const told = [lottery, threads]
      .flatMap(comparisonsOf)
      .map(({ kind, ours, other, ratio }) => [
        ...[kind, ours.density.toFixed(3), other.side, other.threads, ratio.median.toFixed(2)],
      ]);
    expect(told).toEqual([
      ["program", "1.000", "PyTorch 2.6", 1, "2.50"],
      ["pruned", "0.107", "ltt", 1, "3.50"],
      ["setting", "1.000", "ltt", 1, "2.00"],
    ]);
  });
});

test("a network that computes its gates again is compared with the one that keeps them, its memory with the dense one's", () => {
  const lstm = (name: string, density: number, value: number, tensorsMb: number) =>
    measurement({ ...step, name, density, values: [value], tensorsMb });
  const file = fileOf(
    "recompute",
    ...[lstm("imdb-lstm", 1, 100, 200), lstm("imdb-lstm, recomputed", 1, 80, 120)],
    ...[lstm("imdb-lstm", 0.1, 300, 150), lstm("imdb-lstm, recomputed", 0.1, 240, 80)],
  );
  const told = comparisonsOf(file).map(({ kind, ours, other, ratio }) => [kind, ours.name, other.name, ratio.median]);
  expect(told).toEqual([
    ["setting", "imdb-lstm, recomputed", "imdb-lstm", 0.8],
    ["pruned", "imdb-lstm", "imdb-lstm", 3],
    ["setting", "imdb-lstm, recomputed", "imdb-lstm", 0.8],
  ]);
  const { parts } = benchmarkReport([file]);
  const rows = [...parts.values()]
    .join("\n")
    .split("\n")
    .filter((line) => line.includes("memory"));
  expect(rows.map((row) => /([\d.]+ × as much)/.exec(row)?.[1])).toEqual([
    "0.60 × as much",
    "0.75 × as much",
    "0.40 × as much",
  ]);
});

test("21 rounds cost the sum of their steps in dense ones", () => {
  const [run] = wholeRunsOf(lottery);
  const expected = ROUNDS.reduce((sum, density) => sum + 0.2 + 0.8 * density, 0);
  expect(run!.cost.median).toBeCloseTo(expected, 6);
  expect(run!.points.at(-1)!.cost).toBeCloseTo(0.2 + 0.8 * 0.8 ** 20, 6);
  expect(run!.masked!.ratio.median).toBeCloseTo((21 * (2 + 3)) / 2 / expected, 6);
});

describe("the page", () => {
  const { parts, charts } = benchmarkReport([lottery]);

  test("has the answer in words, the table and both charts", () => {
    const answer = parts.get("answer")!;
    expect(answer).toMatch(
      /^A training step runs at 2\.50 × the speed of PyTorch's, and is the faster one in 1 of 1 comparisons\./,
    );
    expect(answer).toContain("| **2.50 ×** (2.25–2.75; 2)");
    expect(answer).toContain("Unless a row says otherwise: 1 thread, wasm-fma, Node 20.");
    expect(answer).toContain("](../benchmarks/results/ratios.svg)");
    expect(parts.get("files")).toContain(
      "[sparse](../benchmarks/results/sparse.json) | abc1234, 2026-11-30 | EPYC, 2 cores",
    );
    expect([...charts.keys()]).toEqual(["ratios.svg", "densities.svg"]);
    expect(charts.get("densities.svg")!.match(/<circle/g)).toHaveLength(21);
    expect(charts.get("ratios.svg")).toContain("AG News, CNN : PyTorch 2.6");
  });

  test("keeps what is around the parts", () => {
    const page = "# B\n\n<!-- measured: answer -->\n\nold\n\n<!-- end: answer -->\n\ntail\n";
    expect(withParts(page, new Map([["answer", "new"]]))).toBe(page.replace("old", "new"));
    expect(() => withParts("# B\n", new Map([["answer", "new"]]))).toThrow(
      'docs/benchmarks.md lacks "<!-- measured: answer -->"',
    );
  });

  test("is up to date with benchmarks/results: otherwise npm run bench:report", () => {
    expect([...outdated().keys()]).toEqual([]);
  });
});
