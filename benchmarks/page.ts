// npm run bench:report [-- --check]: makes the tables of docs/benchmarks.md and its charts from the files in benchmarks/results; with --check it only says whether they are up to date.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { benchmarkReport } from "./report.ts";
import type { ResultFile } from "./results.ts";

const RESULTS = join(import.meta.dirname, "results");
const PAGE = join(import.meta.dirname, "../docs/benchmarks.md");

/** Files that must be written, with their text; undefined: which must go. */
export function outdated(): Map<string, string | undefined> {
  const names = readdirSync(RESULTS).sort();
  const files = names
    .filter((name) => name.endsWith(".json"))
    .map((name): ResultFile => JSON.parse(readFileSync(join(RESULTS, name), "utf8")));
  const { parts, charts } = benchmarkReport(files);
  const wanted = new Map<string, string | undefined>(
    names.filter((name) => name.endsWith(".svg")).map((name) => [join(RESULTS, name), undefined]),
  );
  for (const [name, chart] of charts) wanted.set(join(RESULTS, name), chart);
  wanted.set(PAGE, withParts(readFileSync(PAGE, "utf8"), parts));
  return new Map(
    [...wanted].filter(([path, text]) => text !== (existsSync(path) ? readFileSync(path, "utf8") : undefined)),
  );
}

/** @throws {Error} if the page has no place for a part. */
export function withParts(page: string, parts: ReadonlyMap<string, string>): string {
  return [...parts].reduce((text, [name, part]) => {
    const [begin, end] = [`<!-- measured: ${name} -->\n`, `\n<!-- end: ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`docs/benchmarks.md lacks "${begin.trim()}" and "${end.trim()}"`);
    return `${text.slice(0, from + begin.length)}\n${part}\n${text.slice(to)}`;
  }, page);
}

if (process.argv[1] === import.meta.filename) {
  const old = outdated();
  const check = process.argv.includes("--check");
  for (const [path, text] of old) {
    console.log(`${check ? "out of date" : "made"}: ${path}`);
    if (check) process.exitCode = 1;
    else if (text === undefined) rmSync(path);
    else writeFileSync(path, text);
  }
  if (check && old.size > 0) console.error("make them: npm run bench:report");
}
