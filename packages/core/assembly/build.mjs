// Compiles the kernels in both arithmetics and embeds them, as base64, in modules that Node, browsers and bundlers import without
// fetching a file. What they export, with the types of their arguments, is `exports.generated.ts`.
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
  const { binary, declarations } = await compile(features);
  write(arithmetic, `export const kernels: string =\n  "${Buffer.from(binary).toString("base64")}";`);
  if (arithmetic === "strict") write("exports", typeOf(declarations));
  process.stdout.write(`wasm: ${binary.length} bytes of kernels, ${arithmetic}\n`);
}

function write(name, text) {
  const target = new URL(`../src/backends/wasm/${name}.generated.ts`, import.meta.url);
  writeFileSync(target, `// Made by assembly/build.mjs from assembly/*.ts: npm run build:wasm -w @ltt/core\n${text}\n`);
}

/** The compiler's declarations as a type; an alias, which a module's exports can be asserted to be. No glue stands between it and the callers, so a `bool` is a number: 0 or 1. */
function typeOf(declarations) {
  const functions = declarations.matchAll(/^ {2}export function (.*);$/gm);
  const lines = Array.from(functions, ([, signature]) => `  ${signature.replaceAll("boolean", "number")};`);
  const doc = "/** What the compiled kernels take. Pointers and strides are in bytes, sizes in elements. */";
  return `${doc}\nexport type Exports = {\n${lines.join("\n")}\n};`;
}

async function compile(features) {
  const written = {};
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
      "--bindings=raw", // for the declarations
    ],
    {
      writeFile: (name, contents) => {
        written[name] = contents;
      },
    },
  );
  if (error === null) return { binary: written["module.wasm"], declarations: written["module.d.ts"] };
  process.stderr.write(`${stderr}${stdout}`);
  throw error;
}
