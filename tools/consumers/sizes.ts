import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { run } from "../checks.ts";
import { root } from "../pack.ts";

/** Bytes of one bundle. */
export interface Size {
  readonly name: string;
  readonly minified: number;
  readonly gzipped: number;
}

/** What is bundled: a program that keeps exactly these names alive. */
const BUNDLES: readonly { readonly name: string; readonly program: string }[] = [
  { name: "all of @ltt/core", program: 'import * as core from "@ltt/core"; globalThis.kept = { ...core };' },
  {
    name: "tensor, matmul, gradients",
    program: 'import { gradients, matmul, tensor } from "@ltt/core"; globalThis.kept = { gradients, matmul, tensor };',
  },
];

const file = join(root, "docs/sizes.md");

/** Bundles and minifies each program in `project` with Vite. */
export async function measureSizes(project: string): Promise<Size[]> {
  const sizes: Size[] = [];
  for (const [i, { name, program }] of BUNDLES.entries()) {
    const entry = join(project, `bundle-${i}.js`);
    writeFileSync(entry, program);
    const built = await build({
      root: project,
      configFile: false,
      logLevel: "error",
      build: { write: false, modulePreload: false, rolldownOptions: { input: entry } },
    });
    if (!("output" in built)) throw new Error("vite gave no bundle");
    const code = built.output.map((chunk) => (chunk.type === "chunk" ? chunk.code : "")).join("");
    sizes.push({ name, minified: Buffer.byteLength(code), gzipped: gzipSync(code, { level: 9 }).length });
  }
  return sizes;
}

/** @throws {Error} if the table names other bundles, or a size in it is more than a tenth off. */
export function checkSizes(sizes: readonly Size[], table: string = readFileSync(file, "utf8")): void {
  const told = new Map<string, readonly number[]>();
  for (const [, name, minified, gzipped] of table.matchAll(/^\| (\S[^|]*?) +\| (\d+) +\| (\d+) +\|$/gm))
    told.set(name!, [Number(minified), Number(gzipped)]);

  const stale = sizes.filter(({ name, minified, gzipped }) =>
    [minified, gzipped].some((size, i) => !(Math.abs((told.get(name)?.[i] ?? 0) - size) <= size / 10)),
  );
  if (stale.length > 0 || told.size !== sizes.length) {
    const which = stale.map(({ name }) => name).join("; ");
    throw new Error(
      `${which || "the table's rows"}: not as measured: npm run consumers -- --write, and say why it grew`,
    );
  }
}

export function writeSizes(sizes: readonly Size[]): void {
  writeFileSync(file, sizesTable(sizes));
  run(join(root, "node_modules/.bin/biome"), ["format", "--write", file]);
}

function sizesTable(sizes: readonly Size[]): string {
  const rows = sizes.map(({ name, minified, gzipped }) => `| ${name} | ${minified} | ${gzipped} |\n`);
  return `# Sizes

What \`@ltt/core\` adds to a page: bytes of a bundle that Vite makes of the packed package, minified, and that with gzip -9. Made by
\`npm run consumers -- --write\`; \`npm run consumers\` fails where a size is more than a tenth off. Most of the second
is the WebAssembly kernels of the default backend, as base64: every program holds them, whatever backend it chooses.

| bundle of | minified | gzip |
| --- | --- | --- |
${rows.join("")}`;
}
