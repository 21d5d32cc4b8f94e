// Compiles the kernels in both arithmetics and embeds them, as base64, in modules that Node, browsers and bundlers import without
// fetching a file.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { tileSource } from "./tile.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

writeFileSync(new URL("tile.generated.ts", import.meta.url), tileSource());
for (const [arithmetic, features] of [
  ["strict", "simd,threads,bulk-memory"],
  ["fma", "simd,threads,bulk-memory,relaxed-simd"],
]) {
  const binary = await compile(features);
  const target = new URL(`../src/backends/wasm/${arithmetic}.generated.ts`, import.meta.url);
  const origin = "// Made by assembly/build.mjs from assembly/*.ts: npm run build:wasm -w @ltt/core";
  writeFileSync(target, `${origin}\nexport const kernels: string =\n  "${Buffer.from(binary).toString("base64")}";\n`);
  process.stdout.write(`wasm: ${binary.length} bytes of kernels, ${arithmetic}\n`);
}

async function compile(features) {
  let binary;
  const { error, stdout, stderr } = await asc.main(
    [
      "index.ts",
      `--baseDir=${here}`,
      "--outFile=module.wasm",
      "--runtime=stub",
      "--importMemory",
      "--sharedMemory",
      "--maximumMemory=65536",
      "--memoryBase=64", // constants lie below what `LinearMemory` hands out
      `--enable=${features}`,
      "--optimizeLevel=3",
      "--shrinkLevel=0",
      "--noAssert",
      "--converge",
    ],
    {
      writeFile: (_name, contents) => {
        binary = contents;
      },
    },
  );
  if (error === null) return binary;
  process.stderr.write(`${stderr}${stdout}`);
  throw error;
}
