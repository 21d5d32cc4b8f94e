// npm run bench:compare -- BEFORE.json AFTER.json: the ratios of two result files.
import { readFileSync } from "node:fs";
import { figure, type Measurement, type ResultFile } from "./results.ts";

const [before, after] = process.argv.slice(2).map((path): ResultFile => JSON.parse(readFileSync(path, "utf8")));
if (before === undefined || after === undefined) {
  console.error("compare: give two result files: BEFORE.json AFTER.json");
  process.exit(1);
}
console.log(`before: ${JSON.stringify(before.machine)}\nafter:  ${JSON.stringify(after.machine)}`);
if (before.machine.cpu !== after.machine.cpu) console.log("the processors differ: the ratios compare machines");
const key = ({ bench, name, backend, threads, density }: Measurement) =>
  [bench, name, backend, threads, density].join("|");
const old = new Map(before.measurements.map((measurement) => [key(measurement), measurement]));
for (const measurement of after.measurements) {
  const previous = old.get(key(measurement));
  if (previous === undefined) continue;
  const [{ value, unit }, { value: was }] = [figure(measurement), figure(previous)];
  const ratio = unit === "s" ? was / value : value / was;
  console.log(
    `${measurement.name}, ${measurement.backend}: ${was.toPrecision(3)} → ${value.toPrecision(3)} ${unit}, ${ratio.toFixed(2)} ×`,
  );
}
