/** Of what V8 must do, and only to these kernels: so all of them are compiled at once, by the optimising compiler, which alone makes pairs of vectors one. */
const FLAGS = ["experimental-wasm-revectorize", "no-liftoff", "no-wasm-lazy-compilation"];

/** The first version of Node whose V8 gains by it. Version 22 has the flag, 20 does not. */
const NODE = 24;

/** Whether `createWasmBackend` takes the width 256 here: in Node from version 24 on, on x64. */
export function hasWideVectors(): boolean {
  const { versions, arch } = globalThis.process ?? {};
  return Number.parseInt(versions?.node ?? "0", 10) >= NODE && arch === "x64";
}

/**
 * Compiles a module whose loops go in pairs of vectors with V8's revectoriser, which joins neighbours of 128 bits to 256. V8's flags are those of the whole process, but count
 * when something is compiled; so they are as before when this returns.
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

/** With an empty custom section "wide": V8 would take the same bytes for the same module, compiled before. */
function named(binary: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode("wide");
  return Uint8Array.from([...binary, 0, name.length + 1, name.length, ...name]);
}
