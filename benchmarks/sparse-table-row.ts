// Started by sparse-table.ts: one run of the command's, and what it took.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { runPair } from "@ltt/cli";
import type { LevelResult, Rewiring } from "@ltt/lottery";
import type { SparseJob, SparseRow } from "./sparse-table.ts";

process.once("message", async (job: SparseJob) => {
  process.send!(await rowOf(job), () => process.exit());
});

async function rowOf({ options, arm }: SparseJob): Promise<SparseRow> {
  let ready = 0;
  const { folder, levels } = await runPair(options, {
    onProgress: () => {
      if (ready === 0) ready = process.memoryUsage.rss();
    },
  });
  const columns = await metricsOf(folder);
  const own = levels.filter((level) => (arm === "dense" ? level.round === 0 : level.arm === arm));
  const last = own.filter(({ round }) => round === Math.max(...own.map((level) => level.round)));
  const seeds = last.length;
  // tickets are found by all the trainings before them; what is sparse from the start needs its own alone
  const needed = arm === "set" || arm === "rigl" || arm === "dense" ? own : levels;
  let multiplications = 0;
  for (const level of needed) {
    const dense = levels.find(({ round, seed }) => round === 0 && seed === level.seed)!;
    multiplications += await trainingOf(folder, level, columns, columns.get(dense.node!)!);
  }
  return {
    sparsity: sum(last.map(({ sparsity }) => sparsity)) / seeds,
    testAccuracy: sum(last.map(({ testAccuracy }) => testAccuracy)) / seeds,
    multiplications: multiplications / seeds,
    seconds: sum(needed.map(({ seconds }) => seconds)) / seeds,
    peak: process.resourceUsage().maxRSS * 1024,
    ready,
  };
}

/** `3 · M · B · s`, and `D · B` for each exchange by gradient: forward, and backward for weights and inputs. */
async function trainingOf(
  folder: string,
  { node, steps, firstStep }: LevelResult,
  multiplications: ReadonlyMap<string, number>,
  dense: number,
): Promise<number> {
  const { params } = JSON.parse(await readFile(join(folder, "nodes", node!, "config.json"), "utf8")) as {
    params: { data: { batchSize: number }; rewiring?: Rewiring };
  };
  const { data, rewiring } = params;
  const own = 3 * multiplications.get(node!)! * data.batchSize * (steps - firstStep);
  if (rewiring?.grow !== "gradient") return own;
  const exchanges = Math.ceil((rewiring.until * steps) / Number(rewiring.every)) - 1;
  return own + exchanges * dense * data.batchSize;
}

/** Multiplications of an example, by node. */
async function metricsOf(folder: string): Promise<ReadonlyMap<string, number>> {
  const [head, ...rows] = (await readFile(join(folder, "metrics.csv"), "utf8")).trim().split("\r\n");
  const at = head!.split(",").indexOf("multiplications");
  return new Map(rows.map((row) => row.split(",")).map((cells) => [cells.at(-1)!, Number(cells[at])]));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
