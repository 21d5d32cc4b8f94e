import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { run } from "../checks.ts";
import { manifests, root, type Tarball } from "../pack.ts";
import type { Example } from "./readmes.ts";

/** kB of what an example imports, in one bundle for Node, minified, and that with gzip -9. */
export interface Cost {
  readonly name: string;
  readonly minified: number;
  readonly gzipped: number;
}

export async function measureCosts(project: string, examples: readonly Example[]): Promise<Cost[]> {
  const costs: Cost[] = [];
  for (const { name, block } of examples) {
    if (block.notRun !== undefined) continue; // what must not run is not bundled either: native code
    const folder = join(project, "costs", name.replace("@ltt/", ""));
    mkdirSync(folder, { recursive: true });
    const input = join(folder, "example.js");
    writeFileSync(input, block.code);
    const built = await build({
      root: folder,
      configFile: false,
      logLevel: "error",
      ssr: { noExternal: true, target: "node" },
      build: { write: false, ssr: true, minify: true, rolldownOptions: { input } },
    });
    if (!("output" in built)) throw new Error("vite gave no bundle");
    const code = built.output.map((chunk) => (chunk.type === "chunk" ? chunk.code : "")).join("");
    const bytes = [Buffer.byteLength(code), gzipSync(code, { level: 9 }).length] as const;
    costs.push({ name, minified: Math.ceil(bytes[0] / 1000), gzipped: Math.ceil(bytes[1] / 1000) });
  }
  return costs;
}

const SENTENCE = /The example's imports are (\d+) kB in a bundle, (\d+) kB with gzip\./;

const readmeOf = (name: string) => {
  const [folder] = [...manifests()].find(([, manifest]) => manifest.name === name)!;
  return join(root, "packages", folder, "README.md");
};

/** @throws {Error} if a README tells another cost, by more than a tenth and a kB. */
export function checkCosts(costs: readonly Cost[]): void {
  const wrong = costs.filter(({ name, ...measured }) => {
    const told = SENTENCE.exec(readFileSync(readmeOf(name), "utf8"))?.slice(1).map(Number) ?? [0, 0];
    return [measured.minified, measured.gzipped].some((kb, i) => Math.abs(told[i]! - kb) > 1 + kb / 10);
  });
  if (wrong.length > 0)
    throw new Error(`${wrong.map(({ name }) => name).join(", ")}: not as measured: npm run consumers -- --write`);
}

export function writeCosts(costs: readonly Cost[]): void {
  for (const { name, minified, gzipped } of costs) {
    const file = readmeOf(name);
    const told = `The example's imports are ${minified} kB in a bundle, ${gzipped} kB with gzip.`;
    writeFileSync(file, readFileSync(file, "utf8").replace(SENTENCE, told));
  }
}

/** Bytes that core and layers may take when they are installed. */
const LIMIT = 3_000_000;

/** @throws {Error} if `@ltt/core` and `@ltt/layers` take more when they are installed into an empty folder, with all that they depend on. */
export function checkInstalledSize(tarballs: readonly Tarball[]): void {
  const folder = mkdtempSync(join(tmpdir(), "ltt-installed-"));
  try {
    const files = tarballs.filter(({ manifest: { name } }) => ["@ltt/core", "@ltt/layers"].includes(name));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "stranger", private: true }));
    run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...files.map(({ file }) => file)], { cwd: folder });
    const bytes = readdirSync(join(folder, "node_modules"), { recursive: true, encoding: "utf8" })
      .map((path) => statSync(join(folder, "node_modules", path)))
      .reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);
    console.log(`        ${(bytes / 1e6).toFixed(2)} MB`);
    if (bytes > LIMIT) throw new Error(`they take ${bytes} bytes, more than ${LIMIT}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
