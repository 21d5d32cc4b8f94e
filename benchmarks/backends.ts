import { BACKENDS, type BackendName, createBackend, nameOf, type Width } from "@ltt/cli";
import type { Backend } from "@ltt/core";

/** Backends that one thread drives. */
export const ONE_THREAD: ReadonlySet<string> = new Set(["reference", "gpu"]);

/** What `--backend` may name here: native kernels of either width beside each other too. */
export const NAMES: readonly string[] = [...BACKENDS, "native-256", "native-512"];

/** @param width - Of all that have a choice and whose name does not tell it. */
export async function openBackend(name: string, threads: number, width?: Width): Promise<Backend> {
  const [kind, bits] = name.split("-").length === 2 && name.startsWith("native") ? name.split("-") : [name];
  return createBackend(kind as BackendName, {
    threads: ONE_THREAD.has(name) ? 1 : threads,
    width: bits === undefined ? width : (Number(bits) as Width),
  });
}

/** Its name, as `openBackend` takes it. */
export function labelOf(backend: Backend): string {
  const [name, width] = nameOf(backend);
  return name === "native" ? `native-${width}` : name;
}

/** @throws {RangeError} unless it names native kernels and their width. */
export function nativeWidth(name: string): 256 | 512 {
  if (name === "native-256") return 256;
  if (name === "native-512") return 512;
  throw new RangeError(
    `--backend ${name}: break-evens are measured of native-256 and native-512; those of wasm are in benchmarks/sparse.ts`,
  );
}
