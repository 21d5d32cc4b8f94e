// Compiles the kernels and embeds them, as base64, in a module that Node, browsers and bundlers import without fetching a file.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const here = fileURLToPath(new URL(".", import.meta.url));
const target = new URL("../src/backends/wasm/module.generated.ts", import.meta.url);

const binaries = [];
const { error, stdout, stderr } = await asc.main(
  [
    "index.ts",
    `--baseDir=${here}`,
    "--outFile=module.wasm",
    "--runtime=stub",
    "--importMemory",
    "--sharedMemory",
    "--maximumMemory=65536",
    "--enable=simd,threads,bulk-memory",
    "--optimizeLevel=3",
    "--shrinkLevel=0",
    "--noAssert",
    "--converge",
    ...process.argv.slice(2),
  ],
  { writeFile: (_name, contents) => binaries.push(contents) },
);
if (error !== null) {
  process.stderr.write(`${stderr}${stdout}`);
  throw error;
}
const [binary] = binaries;
writeFileSync(
  target,
  `// Made by assembly/build.mjs from assembly/*.ts: npm run build:wasm -w @ltt/core\nexport const kernels: string =\n  "${Buffer.from(binary).toString("base64")}";\n`,
);
process.stdout.write(`wasm: ${binary.length} bytes of kernels\n`);
