import type { ArchivedRun } from "./archive-file.ts";
import { withoutPlaces } from "./archive-file.ts";
import type { PlannedRun } from "./run-file.ts";

/** The command that trains the networks of a run again, without what only says where things are and how many processes work. */
export function commandOf(
  { pair, profile, options }: Pick<ArchivedRun | PlannedRun, "pair" | "profile" | "options">,
  seeds: readonly number[],
): string {
  const told = Object.entries(withoutPlaces(options)).filter(([name]) => !OTHERWISE.has(name));
  const own = options.texts !== undefined;
  const flags = told.flatMap(([name, value]) => flagOf(name, value));
  return ["ltt run", ...(own ? [] : [pair]), "--profile", profile, ...flags, "--seeds", seeds.join(",")].join(" ");
}

/** Told otherwise, or of no consequence for what is trained. */
const OTHERWISE = new Set([
  ...["pair", "profile", "seeds", "jobs", "threads", "width", "recompute", "title", "margin", "published"],
]);

const NAMES: Readonly<Record<string, string>> = { plugins: "plugin" };

function flagOf(name: string, value: unknown): string[] {
  const flag = `--${(NAMES[name] ?? name).replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  if (value === undefined) return [];
  if (value === true) return [flag];
  if (value === false) return [`--no-${flag.slice(2)}`];
  if (value === null) return [flag, "none"];
  if (name === "plugins") return (value as string[]).flatMap((file) => [flag, quoted(file)]);
  const parts = Array.isArray(value) ? value : name === "rates" ? Object.entries(value as object) : [value];
  return [flag, parts.length === 0 ? "none" : quoted(parts.map(word).join(","))];
}

/** A name with its rate, a moment as `{ epoch: 1 }`, or what is a word already. */
function word(value: unknown): string {
  if (Array.isArray(value)) return value.join("=");
  if (typeof value !== "object" || value === null) return String(value);
  const [[unit, at]] = Object.entries(value) as [[string, unknown]];
  return `${unit}:${at}`;
}

/** For a shell. */
function quoted(text: string): string {
  return /^[\w.,:/=+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
