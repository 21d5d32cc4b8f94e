import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import {
  ARMS,
  type ArmName,
  BUILT_IN_ARMS,
  CRITERIA,
  type Criterion,
  checkCriterion,
  type NamedArm,
  withDigest,
} from "@ltt/lottery";
import { whyUnreadable } from "./why-unreadable.ts";

/** What plugin files bring, each with the digest of its file. */
export interface Plugins {
  readonly criteria: readonly Criterion[];
  readonly arms: readonly NamedArm[];
}

/**
 * Reads plugin files: ES modules that export `criteria`, `arms` or both, as arrays. A file's SHA-256 becomes part of the names of nodes
 * that rest on its code, so a changed file makes others; of what it imports from other files the digest does not tell.
 *
 * @throws {Error} if a file cannot be read or run, exports something else, or uses a name that is taken.
 */
export async function loadPlugins(files: readonly string[]): Promise<Plugins> {
  const [criteria, arms]: [Criterion[], NamedArm[]] = [[], []];
  for (const file of files) {
    const where = `--plugin ${file}`;
    const plugin = createHash("sha256")
      .update(await bytesOf(where, file))
      .digest("hex");
    const exported = await importFrom(where, file, plugin);
    if (exported.criteria === undefined && exported.arms === undefined) {
      throw new TypeError(
        `${where}: it exports neither criteria nor arms; it has: ${Object.keys(exported).join(", ") || "no exports"}`,
      );
    }
    for (const criterion of listOf<Criterion>(where, "criteria", exported)) {
      checkCriterion(where, criterion);
      refuseTaken(where, "criterion", criterion.name, criteria);
      criteria.push(withDigest(criterion, plugin));
    }
    for (const arm of listOf<NamedArm>(where, "arms", exported)) {
      if (typeof arm?.name !== "string" || arm.name.trim() === "" || typeof arm.levels !== "function") {
        throw new TypeError(`${where}: an arm is no object of name, a string, and levels, a function`);
      }
      refuseTaken(where, "arm", arm.name, [...arms, ...["dense", ...ARMS].map((name) => ({ name }))]);
      arms.push({ name: arm.name, plugin, levels: (...args) => arm.levels(...args), rewinds: arm.rewinds });
    }
  }
  return { criteria, arms };
}

/** @throws {RangeError} if there is none of this name. */
export function criterionNamed(name: string, { criteria }: Plugins): Criterion {
  const all = [...CRITERIA, ...criteria];
  const found = all.find((criterion) => criterion.name === name);
  if (found !== undefined) return found;
  throw new RangeError(`--criterion: there is no "${name}"; criteria are ${all.map((one) => one.name).join(", ")}`);
}

/**
 * Built-in arms in their order, then those of plugins; `all` names all that the model can have.
 *
 * @param isNormed - Whether the model has batch normalisation, which some arms need.
 * @throws {RangeError} if there is none of some name, or the model cannot have it.
 */
export function armsNamed(names: readonly string[], { arms }: Plugins, isNormed: boolean): (ArmName | NamedArm)[] {
  const known = [...ARMS, ...arms.map(({ name }) => name)];
  const unknown = names.find((name) => name !== "all" && !known.includes(name));
  if (unknown !== undefined) {
    throw new RangeError(`--arms: there is no "${unknown}"; arms are all, or some of ${known.join(", ")}`);
  }
  const lacks = (arm: ArmName) => BUILT_IN_ARMS[arm].needs === "batch normalisation" && !isNormed;
  const impossible = ARMS.find((arm) => names.includes(arm) && lacks(arm));
  if (impossible !== undefined)
    throw new RangeError(`--arms: ${impossible} is of models with batch normalisation; this one has none`);
  if (names.includes("all")) return [...ARMS.filter((arm) => !lacks(arm)), ...arms];
  return [...ARMS.filter((arm) => names.includes(arm)), ...arms.filter(({ name }) => names.includes(name))];
}

async function bytesOf(where: string, file: string): Promise<Uint8Array> {
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${where}: ${whyUnreadable(error)}`, { cause: error });
  });
}

async function importFrom(where: string, file: string, digest: string): Promise<Record<string, unknown>> {
  const url = pathToFileURL(resolve(file));
  url.searchParams.set("sha256", digest); // a changed file is another module
  try {
    return (await import(url.href)) as Record<string, unknown>;
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    const hint =
      code === "ERR_UNKNOWN_FILE_EXTENSION"
        ? `Node ${process.versions.node} does not run it: write JavaScript (.js, .mjs), or ` +
          "TypeScript for Node 22.18 or newer, which strips types"
        : message;
    throw new Error(`${where}: ${hint}`, { cause: error });
  }
}

function listOf<T>(where: string, name: "criteria" | "arms", exported: Record<string, unknown>): readonly T[] {
  const value = exported[name] ?? [];
  if (!Array.isArray(value)) throw new TypeError(`${where}: its export ${name} is no array`);
  return value;
}

function refuseTaken(where: string, what: string, name: string, taken: readonly { readonly name: string }[]): void {
  if (taken.some((other) => other.name === name)) {
    throw new RangeError(`${where}: there is another ${what} "${name}"; give this one another name`);
  }
}
