// npm run bench:browser [-- NAME [SIDE [SECONDS]]]: the page of benchmarks/browser in headless Chromium, whose GPU is a processor where there is no other
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPage } from "../tools/consumers/browser.ts";
import { CHROMIUM } from "../tools/consumers/chromium.ts";
import type { Figure } from "./browser/measure.ts";

const [only = "", side = "", seconds = "5"] = process.argv.slice(2);
const out = mkdtempSync(join(tmpdir(), "ltt-bench-page-"));
try {
  const query = `?${new URLSearchParams({ auto: "", only, side, seconds })}`;
  const project = join(import.meta.dirname, "browser");
  const printed = await openPage(project, CHROMIUM, { out, sources: true, gpu: true, query, patience: 600_000 });
  const { figures, absent }: { figures: readonly Figure[]; absent: readonly string[] } = JSON.parse(printed);
  for (const line of absent) console.log(`not here: ${line}`);
  for (const { name, side, adapter, resident, transfer, gflops, rounds } of figures) {
    const [ms, low, high] = resident.map((value) => value.toPrecision(3));
    console.log(
      `${name}, ${side}: ${ms} ms (${low}–${high}), ${gflops.toPrecision(3)} GFLOP/s, with transfer ${transfer[0].toPrecision(3)} ms; ${rounds} rounds; ${adapter}`,
    );
  }
} finally {
  rmSync(out, { recursive: true });
}
