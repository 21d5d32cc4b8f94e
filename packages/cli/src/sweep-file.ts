import { readFile } from "node:fs/promises";
import { RunFolderError } from "@ltt/lottery";
import { parse } from "yaml";
import { whyUnreadable } from "./why-unreadable.ts";

/** What may stand for an option: as `--seeds 1,2` a list, as `--freeze-embedding` true. */
type OptionValue = string | number | boolean | readonly (string | number)[];

/** One run of a sweep: how it differs from the others, and the arguments of `ltt run`. */
export interface SweptRun {
  /** As `learning-rate=0.01,rate=0.5`: a folder's name too. */
  readonly name: string;
  /** The options of the grid, in its order. */
  readonly choices: Readonly<Record<string, string>>;
  readonly args: readonly string[];
}

/** What decides where and by whom, which is the sweep's to say. */
const OF_SWEEP = ["out", "queue", "store", "jobs", "json", "dry-run"];

/** Runs that nobody meant to ask for. */
const MOST_RUNS = 10_000;

/**
 * The runs of a file, YAML or JSON: `run`, a pair, unless `settings` have texts; `settings`, options of `ltt run` that all have; `grid`, a
 * list of values for each option that differs. Every combination is a run, the last option changing fastest.
 *
 * @throws {RunFolderError} if the file cannot be read.
 * @throws {RangeError} if it says something else; it names the file and the field.
 */
export async function readSweep(file: string): Promise<readonly SweptRun[]> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new RunFolderError(`${file}: ${whyUnreadable(error)}`, { cause: error });
  });
  return sweptRuns(file, parsed(file, text));
}

function parsed(file: string, text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 });
  } catch (error) {
    throw new RangeError(`${file}: ${(error as Error).message.split("\n")[0]}`);
  }
}

function sweptRuns(file: string, content: unknown): readonly SweptRun[] {
  const { run, settings = {}, grid = {}, ...others } = fieldsOf(file, "it", content);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new RangeError(`${file}: there is no "${unknown}"; a sweep has run, settings, grid`);
  if (run !== undefined && typeof run !== "string") throw new RangeError(`${file}: run is no name of a pair`);
  const fixed = Object.entries(fieldsOf(file, "settings", settings)).flatMap(([name, value]) =>
    argumentsOf(file, name, value),
  );
  const axes = Object.entries(fieldsOf(file, "grid", grid));
  for (const [name, values] of axes) {
    if (!Array.isArray(values) || values.length === 0)
      throw new RangeError(`${file}: grid: ${name} is no list of values`);
    if (name in (settings as object)) throw new RangeError(`${file}: ${name} is in settings and in grid; give it once`);
  }
  const count = axes.reduce((product, [, values]) => product * (values as readonly unknown[]).length, 1);
  if (count > MOST_RUNS) throw new RangeError(`${file}: these are ${count} runs; at most ${MOST_RUNS} are run`);
  let runs: SweptRun[] = [{ name: "", choices: {}, args: ["run", ...(run === undefined ? [] : [run]), ...fixed] }];
  for (const [name, values] of axes) {
    runs = runs.flatMap((before) => (values as readonly unknown[]).map((value) => chosen(file, before, name, value)));
  }
  const names = runs.map((one) => one.name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new RangeError(`${file}: grid: ${twice} is there twice`);
  return runs.map((one) => ({ ...one, name: one.name || "run" }));
}

function chosen(file: string, before: SweptRun, name: string, value: unknown): SweptRun {
  const args = argumentsOf(file, name, value);
  const words = args.length === 1 ? String(value) : args[1]!;
  const own = `${optionName(name)}=${words}`.replaceAll(/[^\w.,=+-]/g, "_");
  return {
    name: before.name === "" ? own : `${before.name},${own}`,
    choices: { ...before.choices, [optionName(name)]: words },
    args: [...before.args, ...args],
  };
}

/** As it is typed: nothing for false, the option alone for true. */
function argumentsOf(file: string, name: string, value: unknown): string[] {
  const option = optionName(name);
  if (OF_SWEEP.includes(option)) throw new RangeError(`${file}: ${name} is of the whole sweep: ltt sweep --${option}`);
  if (!isValue(value))
    throw new RangeError(`${file}: ${name} is ${shown(value)}; it is a text, a number, a list of them, or true`);
  if (typeof value === "boolean") return value ? [`--${option}`] : [];
  return [`--${option}`, Array.isArray(value) ? value.join(",") : String(value)];
}

function isValue(value: unknown): value is OptionValue {
  const isOne = (one: unknown) => typeof one === "string" || (typeof one === "number" && Number.isFinite(one));
  return isOne(value) || typeof value === "boolean" || (Array.isArray(value) && value.every(isOne));
}

/** `learningRate` and `learning-rate` are one. */
function optionName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function fieldsOf(file: string, what: string, value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new RangeError(`${file}: ${what} is ${shown(value)}; it holds names with values`);
}

/** The beginning of a value, for a message. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
