import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** What made the networks of a run, for its report: no part of any result. */
export interface Origin {
  readonly version: string;
  /** Of the checkout that ran, with `-dirty` where files were changed; `undefined` where it ran from packages. */
  readonly commit?: string | undefined;
  readonly node: string;
  readonly machine: string;
}

export async function originHere(): Promise<Origin> {
  const commit = await commitHere();
  const processor = cpus()[0]?.model.trim() ?? "unknown processor";
  return {
    version: version(),
    ...(commit === undefined ? {} : { commit }),
    node: process.versions.node,
    machine: `${process.platform} ${process.arch}, ${processor}, ${availableParallelism()} threads`,
  };
}

/** Of the package: its `package.json` lies one folder above this file, in the sources and in what is published. */
export function version(): string {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return version;
}

/** The commit of the checkout that this file is in; a repository that merely has the package in its `node_modules` is another one. */
async function commitHere(): Promise<string | undefined> {
  const folder = fileURLToPath(new URL("..", import.meta.url));
  const git = async (...args: string[]) =>
    (await promisify(execFile)("git", args, { cwd: folder, timeout: 5000 })).stdout.trim();
  try {
    if ((await git("rev-parse", "--show-prefix")) !== "packages/cli/") return undefined;
    return await git("describe", "--always", "--abbrev=12", "--dirty", "--exclude=*");
  } catch {
    return undefined; // no git, or no checkout
  }
}
