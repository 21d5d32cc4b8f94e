const DECLARATION = /^(void|double|i32) KERNEL\((\w+)\)\(([^)]*)\);/gm;

/**
 * What takes the numbers of a call apart, for each kernel that `kernels.h` declares, and the table of them all. In a checked build the arguments are put into a struct for `check.c` first.
 */
export function callsOf(header) {
  const kernels = Array.from(header.matchAll(DECLARATION), ([, result, name, list]) => ({
    result,
    name,
    parameters: Array.from(list.matchAll(/\s*([^,]*?)(\w+)\s*(?:,|$)/g), ([, type, own]) => ({
      type: type.trim(),
      own,
    })),
  }));
  return `// Made by build.mjs from kernels.h
#ifdef CHECKED
${kernels.filter(isVoid).map(structOf).join("\n")}
#endif
#ifdef BINDING
${kernels.map(callOf).join("\n")}
#ifdef CHECKED
${kernels.filter(isVoid).map(checkOf).join("\n")}
#define CHECK(name) , name
#else
#define CHECK(name)
#endif
static const Kernel KERNELS[] = {
${kernels.map(rowOf).join("\n")}
};
#endif
`;
}

const isVoid = ({ result }) => result === "void";

/** Its parameters as C takes them out of the array `given`; `memory` is no argument. */
function takenFrom({ parameters }) {
  let i = 0;
  const taken = parameters.map(({ type, own }) =>
    own === "memory" ? "base" : type.endsWith("*") ? `at(base, given[${i++}])` : `(${type})given[${i++}]`,
  );
  return taken.join(", ");
}

const countOf = ({ parameters }) => parameters.filter(({ own }) => own !== "memory").length;

function structOf({ name, parameters }) {
  const members = parameters.map(({ type, own }) => `${type} ${own};`).join(" ");
  return `typedef struct { ${members} } ${name}_arguments;\nvoid check_${name}(const ${name}_arguments *given);`;
}

function checkOf(kernel) {
  const { name } = kernel;
  return `static void checked_${name}(char *base, const double *given) { check_${name}(&(${name}_arguments){${takenFrom(kernel)}}); }`;
}

function callOf(kernel) {
  const call = (width) => `${kernel.name}_${width}(${takenFrom(kernel)})`;
  const bodyOf = (width) => (isVoid(kernel) ? `${call(width)}; return 0;` : `(void)base; return ${call(width)};`);
  return [256, 512]
    .map((width) => `static double call_${kernel.name}_${width}(char *base, const double *given) { ${bodyOf(width)} }`)
    .join("\n");
}

function rowOf(kernel) {
  const { name } = kernel;
  const check = isVoid(kernel) ? `checked_${name}` : "NULL";
  return `  {"${name}", ${countOf(kernel)}, ${Number(!isVoid(kernel))}, call_${name}_256, call_${name}_512 CHECK(${check})},`;
}
