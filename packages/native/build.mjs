// Compiles the kernels with the machine's C compiler, never in an install script: node build.mjs [release|checked|sanitized …], by default the first two. Node's own headers are beside it,
// or where NODE_HEADERS says.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const kernels = join(here, "kernels");
const platform = `${process.platform}-${process.arch}`;
const compiler = process.env.CC ?? "cc";

/** What the instructions of a width are called, by the compiler. */
const INSTRUCTIONS = {
  256: ["-mavx2", "-mfma", "-mbmi2"],
  512: [
    "-mavx2",
    "-mfma",
    "-mbmi2",
    "-mavx512f",
    "-mavx512vl",
    "-mavx512bw",
    "-mavx512dq",
    "-mprefer-vector-width=512",
  ],
};
/** A product and its sum are rounded once where the source says so, and nowhere else. */
const COMMON = [
  "-std=gnu11",
  "-fPIC",
  "-fvisibility=hidden",
  "-ffp-contract=off",
  "-fno-math-errno",
  "-Wall",
  "-Wextra",
  "-Wno-unused-function", // of headers that a file takes a part of
  "-Werror",
  "-pthread",
];
/** `checked` looks at every pointer and size before a kernel runs, `sanitized` besides at every access while it runs. */
const FORMS = {
  release: ["-O3"],
  checked: ["-O2", "-g", "-DCHECKED"],
  sanitized: [
    "-O1",
    "-g",
    "-DCHECKED",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=undefined",
    "-fno-omit-frame-pointer",
  ],
};

if (platform !== "linux-x64")
  fail(`kernels are written for Linux on x64, this is ${platform}: compute with the backend wasm-fma`);
const forms = process.argv.length > 2 ? process.argv.slice(2) : ["release", "checked"];
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
for (const form of forms) build(form);

function build(form) {
  const flags = FORMS[form] ?? fail(`there is no form ${form}: there are ${Object.keys(FORMS).join(", ")}`);
  const target = join(here, "lib", platform);
  const objects = join(target, form);
  mkdirSync(objects, { recursive: true });
  const sources = readdirSync(kernels).filter((name) => name.endsWith(".c"));
  const compiled = [];
  for (const source of sources) {
    const wide = source !== "binding.c" && source !== "check.c";
    for (const width of wide ? [256, 512] : [undefined]) {
      const object = join(objects, `${source.slice(0, -2)}${width === undefined ? "" : `-${width}`}.o`);
      const its = width === undefined ? [`-I${headers}`] : [`-DWIDTH=${width}`, ...INSTRUCTIONS[width]];
      if (source === "check.c" && !flags.includes("-DCHECKED")) continue;
      run([...COMMON, ...flags, ...its, "-c", join(kernels, source), "-o", object]);
      compiled.push(object);
    }
  }
  const name = form === "release" ? "ltt.node" : `ltt-${form}.node`;
  run([...flags, "-shared", "-pthread", ...compiled, "-o", join(target, `${name}.new`)]);
  renameSync(join(target, `${name}.new`), join(target, name)); // whoever has loaded the former keeps it
  process.stdout.write(`native: ${join("lib", platform, name)}\n`);
}

function run(flags) {
  const { status, error } = spawnSync(compiler, flags, { stdio: "inherit" });
  if (error !== undefined) fail(`${compiler} does not start: ${error.message}`);
  if (status !== 0) fail(`${compiler} failed`);
}

/** What takes the numbers of a call apart, for each kernel that is declared, and their table. */
function callsOf(header) {
  const declared = Array.from(
    header.matchAll(/^(void|double|i32) KERNEL\((\w+)\)\(([^)]*)\);/gm),
    ([, result, name, list]) => {
      const parameters = list
        .split(",")
        .map((text) => /^\s*(.*?)(\w+)\s*$/s.exec(text))
        .map(([, type, own]) => ({ type: type.trim(), own }));
      return { result, name, parameters };
    },
  );
  const argumentsOf = ({ parameters }) => {
    let i = 0;
    return parameters.map(({ type, own }) =>
      own === "memory" ? "base" : type.endsWith("*") ? `at(base, given[${i++}])` : `(${type})given[${i++}]`,
    );
  };
  const countOf = ({ parameters }) => parameters.filter(({ own }) => own !== "memory").length;
  const calls = declared.flatMap((kernel) =>
    [256, 512].map((width) => {
      const call = `${kernel.name}_${width}(${argumentsOf(kernel).join(", ")})`;
      const unused = countOf(kernel) === 0 ? "(void)given; " : "";
      const body = kernel.result === "void" ? `${call}; return 0;` : `${unused}(void)base; return ${call};`;
      return `static double call_${kernel.name}_${width}(char *base, const double *given) { ${body} }`;
    }),
  );
  const checks = declared
    .filter(({ result }) => result === "void")
    .map((kernel) =>
      [
        `typedef struct { ${kernel.parameters.map(({ type, own }) => `${type} ${own};`).join(" ")} } ${kernel.name}_arguments;`,
        `void check_${kernel.name}(const ${kernel.name}_arguments *);`,
        "#ifdef BINDING",
        `static void checked_${kernel.name}(char *base, const double *given) { check_${kernel.name}(&(${kernel.name}_arguments){${argumentsOf(kernel).join(", ")}}); }`,
        "#endif",
      ].join("\n"),
    );
  const rows = declared.map((kernel) => {
    const check = kernel.result === "void" ? `checked_${kernel.name}` : "NULL";
    return `  {"${kernel.name}", ${countOf(kernel)}, ${Number(kernel.result !== "void")}, call_${kernel.name}_256, call_${kernel.name}_512\n#ifdef CHECKED\n  , ${check}\n#endif\n  },`;
  });
  return [
    "// Made by build.mjs from kernels.h",
    "#ifdef CHECKED",
    ...checks,
    "#endif",
    "#ifdef BINDING",
    ...calls,
    `static const Kernel KERNELS[] = {\n${rows.join("\n")}\n};`,
    "#endif",
    "",
  ].join("\n");
}

function fail(message) {
  process.stderr.write(`native: ${message}\n`);
  process.exit(1);
}
