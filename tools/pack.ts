import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./checks.ts";

export const root: string = fileURLToPath(new URL("..", import.meta.url));

/** What of a package's `package.json` the tools read. */
export interface Manifest {
  readonly name: string;
  readonly description?: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
}

/** The manifests of all packages, by folder. */
export function manifests(): Map<string, Manifest> {
  const folders = readdirSync(join(root, "packages")).sort();
  return new Map(folders.map((folder) => [folder, read(join(root, "packages", folder, "package.json"))]));
}

function read(file: string): Manifest {
  return JSON.parse(readFileSync(file, "utf8"));
}

export interface Tarball {
  readonly manifest: Manifest;
  readonly file: string;
  /** Paths inside, without the leading `package/`. */
  readonly contents: readonly string[];
}

/** Packs every package that is published as `npm publish` would, from what was built. */
export function packAll(to: string): Tarball[] {
  return [...manifests()]
    .filter(([, manifest]) => manifest.private !== true)
    .map(([folder, manifest]) => {
      const said = run("npm", ["pack", "--json", "--silent", "--pack-destination", to], {
        cwd: join(root, "packages", folder),
      });
      // What a `prepack` script prints comes before the JSON.
      const [packed] = JSON.parse(said.slice(said.lastIndexOf("\n[") + 1)) as {
        filename: string;
        files: { path: string }[];
      }[];
      const { filename, files } = packed!;
      return { manifest, file: join(to, filename), contents: files.map(({ path }) => path) };
    });
}

/**
 * Asks npm what it would publish of a package; nothing leaves this machine.
 *
 * @throws {Error} if it would not, or would correct something on the way: that is what users would get then.
 */
export function tryToPublish(folder: string): void {
  const said = run("bash", ["-c", "npm publish --dry-run 2>&1"], { cwd: join(root, "packages", folder) });
  if (said.includes("auto-corrected")) throw new Error(said.replaceAll(/^npm notice.*\n/gm, ""));
}
