// Compiles the kernels with the machine's C compiler, never in an install script: node build.mjs [release|checked|sanitized …], by default the first two. Node's own headers are beside
// it, or where NODE_HEADERS says; the compiler is cc, or CC.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { callsOf } from "./calls.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const kernels = join(here, "kernels");
const platform = `${process.platform}-${process.arch}`;
const compiler = process.env.CC ?? "cc";

/** A product and its sum are rounded once where the source says so, and nowhere else. */
const COMMON = ["-std=gnu11", "-fPIC", "-fvisibility=hidden", "-ffp-contract=off", "-fno-math-errno", "-pthread"];
/** Functions of a header are not all used by all who include it. */
const WARNINGS = ["-Wall", "-Wextra", "-Wno-unused-function", "-Werror"];
/** `checked` looks at every pointer and size before a kernel runs, `sanitized` besides at every access while it runs. */
const FORMS = {
  release: ["-O3"],
  checked: ["-O2", "-g", "-DCHECKED"],
  sanitized: ["-O1", "-g", "-DCHECKED", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"],
};
/** The instructions of each width. */
const AVX2 = ["-mavx2", "-mfma", "-mbmi2"];
const INSTRUCTIONS = {
  256: AVX2,
  512: [...AVX2, "-mavx512f", "-mavx512vl", "-mavx512bw", "-mavx512dq", "-mprefer-vector-width=512"],
};
/** What is compiled once: the others are, for each width. */
const ONCE = ["binding.c", "check.c"];

if (platform !== "linux-x64")
  fail(`kernels are written for Linux on x64, this is ${platform}: compute with the backend wasm-fma`);
const chosen = process.argv.length > 2 ? process.argv.slice(2) : ["release", "checked"];
const unknown = chosen.find((form) => !Object.hasOwn(FORMS, form));
if (unknown !== undefined) fail(`there is no form ${unknown}: there are ${Object.keys(FORMS).join(", ")}`);
const headers = [
  process.env.NODE_HEADERS,
  join(dirname(dirname(process.execPath)), "include", "node"),
  "/usr/include/node",
].find((folder) => folder !== undefined && existsSync(join(folder, "node_api.h")));
if (headers === undefined)
  fail(
    "Node's headers (node_api.h) are neither beside node nor in /usr/include/node: name their folder in NODE_HEADERS",
  );

writeFileSync(join(kernels, "calls.generated.h"), callsOf(readFileSync(join(kernels, "kernels.h"), "utf8")));
for (const form of chosen) await build(form);

async function build(form) {
  const target = join(here, "lib", platform);
  const objects = join(target, form);
  mkdirSync(objects, { recursive: true });
  const flags = [...COMMON, ...WARNINGS, ...FORMS[form], `-I${headers}`];
  const units = readdirSync(kernels)
    .filter((name) => name.endsWith(".c") && (name !== "check.c" || FORMS[form].includes("-DCHECKED")))
    .flatMap((source) => {
      const from = join(kernels, source);
      const to = join(objects, source.slice(0, -2));
      if (ONCE.includes(source)) return [{ object: `${to}.o`, flags: [...flags, "-c", from] }];
      return Object.entries(INSTRUCTIONS).map(([width, its]) => ({
        object: `${to}-${width}.o`,
        flags: [...flags, `-DWIDTH=${width}`, ...its, "-c", from],
      }));
    });
  const waiting = [...units];
  const work = async () => {
    for (let unit = waiting.pop(); unit !== undefined; unit = waiting.pop())
      await run([...unit.flags, "-o", unit.object]);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));

  const addon = join(target, form === "release" ? "ltt.node" : `ltt-${form}.node`);
  await run([...FORMS[form], "-shared", "-pthread", ...units.map(({ object }) => object), "-o", `${addon}.new`]);
  renameSync(`${addon}.new`, addon); // a process that has loaded the former keeps it
  process.stdout.write(`native: ${addon}\n`);
}

function run(flags) {
  return new Promise((resolve) => {
    const child = spawn(compiler, flags, { stdio: "inherit" });
    child.on("error", (error) => fail(`${compiler} does not start: ${error.message}`));
    child.on("close", (code) => (code === 0 ? resolve() : fail(`${compiler} failed`)));
  });
}

function fail(message) {
  process.stderr.write(`native: ${message}\n`);
  process.exit(1);
}
