import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { quantile } from "./quantile.ts";
import { commandOf, measurement, type ResultFile, ratesOf, saveResults } from "./results.ts";

test("quantiles lie on the line between two values, as NumPy's do", () => {
  expect([0, 0.25, 0.5, 0.75, 1].map((p) => quantile([7, 1, 3, 2], p))).toEqual([1, 1.75, 2.5, 4, 7]);
  expect(quantile([5], 0.3)).toBe(5);
});

test("a measurement holds each round's value, median, quartiles and the best", () => {
  const values = ratesOf({ times: [0.5, 0.25, 1, 0.125, 2] }, 2);
  expect(values).toEqual([4, 8, 2, 16, 1]);
  const of = { bench: "training", name: "lenet-300", backend: "wasm-fma" } as const;
  const rates = measurement({ ...of, unit: "samples/s", values });
  expect(rates).toMatchObject({ side: "ltt", arithmetic: "fma", density: 1, median: 4, quartiles: [2, 8], best: 16 });
  expect(measurement({ ...of, unit: "s", values }).best).toBe(1);
});

test("a command is told without the folders of the machine", () => {
  const pytorch = "chroot /srv/peers/trixie /usr/bin/python3 /perf/torch_bench.py --data /perf/real";
  expect(commandOf("bench", ["sparse", "--only", "ag-news-cnn", "--pytorch", pytorch, "--exchange=../real"])).toBe(
    'npm run bench -- sparse --only ag-news-cnn --pytorch "chroot trixie python3 torch_bench.py --data real" --exchange=real',
  );
});

test("a result file says what was measured, where, and how busy the machine was", () => {
  const folder = mkdtempSync(join(tmpdir(), "ltt-results-"));
  try {
    const values = [1 / 3, 2 / 3];
    const told = measurement({ bench: "kernel", name: "matmul", backend: "wasm", unit: "GFLOP/s", values });
    const path = saveResults(join(folder, "deep", "matmul.json"), [{ title: "matmul", measurements: [told] }]);
    const file = JSON.parse(readFileSync(path, "utf8")) as ResultFile;
    expect(file.name).toBe("matmul");
    expect(file.groups[0]!.measurements[0]!.values).toEqual([0.333333, 0.666667]);
    expect(file.machine.node).toBe(process.versions.node);
    expect(file.machine.cores).toBeGreaterThan(0);
    expect(file.load.highest).toBeGreaterThanOrEqual(file.load.median);
    expect(Date.parse(file.date)).toBeGreaterThan(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
