/** V8's flags while these kernels are compiled: all of them at once, by the optimising compiler, which is the one that pairs vectors. */
const FLAGS = ["experimental-wasm-revectorize", "no-liftoff", "no-wasm-lazy-compilation"];

/** The first version of Node whose V8 gains by it. Version 22 has the flag, 20 does not. */
const NODE = 24;

/** Whether `createWasmBackend` takes the width 256 here: in Node from version 24 on, on x64. */
export function hasWideVectors(): boolean {
  const { versions, arch } = globalThis.process ?? {};
  return Number.parseInt(versions?.node ?? "0", 10) >= NODE && arch === "x64";
}

/**
 * Compiles a module with V8's revectoriser, which joins pairs of 128-bit instructions to 256 bits. V8's flags are global to the process but
 * read only when something is compiled, so they are restored before this returns.
 *
 * @throws {Error} where there is no such compiler.
 */
export function compileWide(binary: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  if (!hasWideVectors()) {
    throw new Error(`wasm: this platform has no vectors of 256 bits (Node ${NODE} on x64 has): use the width 128`);
  }
  const { setFlagsFromString } = process.getBuiltinModule("node:v8");
  for (const flag of FLAGS) setFlagsFromString(`--${flag}`);
  try {
    return new WebAssembly.Module(named(binary));
  } finally {
    for (const flag of FLAGS) setFlagsFromString(flag.startsWith("no-") ? `--${flag.slice(3)}` : `--no-${flag}`);
  }
}

/** Adds an empty custom section "wide": V8 caches modules by their bytes, and would return the one compiled without these flags. */
function named(binary: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode("wide");
  return Uint8Array.from([...binary, 0, name.length + 1, name.length, ...name]);
}
