// npm run bench:compare -- BEFORE.json AFTER.json: the ratios of two result files.
import { readFileSync } from "node:fs";
import type { Measurement, ResultFile } from "./results.ts";

const [before, after] = process.argv.slice(2).map((path): ResultFile => JSON.parse(readFileSync(path, "utf8")));
if (before === undefined || after === undefined) {
  console.error("compare: give two result files: BEFORE.json AFTER.json");
  process.exit(1);
}
console.log(`before: ${JSON.stringify(before.machine)}\nafter:  ${JSON.stringify(after.machine)}`);
if (before.machine.cpu !== after.machine.cpu) console.log("the processors differ: the ratios compare machines");
const all = ({ groups }: ResultFile) => groups.flatMap(({ measurements }) => measurements);
const key = ({ bench, name, side, backend, threads, density }: Measurement) =>
  [bench, name, side, backend, threads, density].join("|");
const old = new Map(all(before).map((measurement) => [key(measurement), measurement]));
for (const measurement of all(after)) {
  const was = old.get(key(measurement))?.median;
  if (was === undefined) continue;
  const { name, side, backend, median, unit } = measurement;
  const ratio = unit === "s" ? was / median : median / was;
  const who = side === "ltt" ? backend : side;
  console.log(`${name}, ${who}: ${was.toPrecision(3)} → ${median.toPrecision(3)} ${unit}, ${ratio.toFixed(2)} ×`);
}
