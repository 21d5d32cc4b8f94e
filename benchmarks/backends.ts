import { BACKENDS, type BackendName, createBackend, nameOf, type Width } from "@ltt/cli";
import type { Backend } from "@ltt/core";

/** Backends that one thread drives. */
const ONE_THREAD: ReadonlySet<string> = new Set(["reference", "gpu"]);

/** What `--backend` may name here: native kernels of either width beside each other too. */
export const NAMES: readonly string[] = [...BACKENDS, "native-256", "native-512"];

const teams = new WeakMap<Backend, number>();

/** @param width - Of all that have a choice and whose name does not tell it. */
export async function openBackend(name: string, threads: number, width?: Width): Promise<Backend> {
  const [kind, bits] = name.split("-").length === 2 && name.startsWith("native") ? name.split("-") : [name];
  const team = ONE_THREAD.has(name) ? 1 : threads;
  const backend = await createBackend(kind as BackendName, {
    threads: team,
    width: bits === undefined ? width : (Number(bits) as Width),
  });
  teams.set(backend, team);
  return backend;
}

/** With how many threads `openBackend` opened it. */
export function threadsOf(backend: Backend): number {
  return teams.get(backend) ?? 1;
}

/** What a measurement says of the backend it was taken on. */
export function ranOn(backend: Backend): {
  readonly backend: string;
  readonly threads: number;
  readonly width?: number;
} {
  const [, width] = nameOf(backend);
  return { backend: labelOf(backend), threads: threadsOf(backend), ...(width === undefined ? {} : { width }) };
}

/** Tells backends apart that are open together. */
export function idOf(backend: Backend): string {
  return `${labelOf(backend)} of ${threadsOf(backend)} threads`;
}

/** Its name, as `openBackend` takes it. */
export function labelOf(backend: Backend): string {
  const [name, width] = nameOf(backend);
  return name === "native" ? `native-${width}` : name;
}
