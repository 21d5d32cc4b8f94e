import type { AuditedFiles, AuditedNetwork } from "./audited-files.ts";

/** One kind of thing that the audit looks for in a network: what must hold, and what is wrong if it does not. */
export interface Check<Of = void> {
  /** What must hold, as reports say it. */
  readonly words: string;
  /** What is wrong, in a few words; `undefined` if nothing is, `SKIP` if there is nothing to look at, or why it cannot be checked. */
  readonly fault: (network: AuditedNetwork, files: AuditedFiles, of: Of) => Promise<Fault> | Fault;
}

export type Fault = string | undefined | typeof SKIP | { readonly unchecked: string };
export const SKIP: unique symbol = Symbol("skip");

/** The name of the first tensor of a network's mask, frozen ones left out, that is wrong. */
export async function firstTensor(
  { start, frozen }: AuditedNetwork,
  isWrong: (name: string, positions: Int32Array, values: Float32Array) => boolean | Promise<boolean>,
): Promise<string | undefined> {
  for (const [name, positions] of start.mask) {
    if (frozen.has(name)) continue;
    if (await isWrong(name, positions, start.values.get(name)!)) return name;
  }
  return undefined;
}

export function samePositions(a: Int32Array | undefined, b: Int32Array): boolean {
  if (a?.length !== b.length) return false;
  for (let i = 0; i < b.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Whether several values are all the same: they are not drawn, as the gain of a normalisation, which starts at 1. */
export function isConstant(values: Float32Array): boolean {
  return values.length > 1 && values.every((value) => value === values[0]);
}

/** Whether values are the same, to the bit. */
export function identical(a: Float32Array | undefined, b: Float32Array | undefined): boolean {
  if (a === undefined || a.length !== b?.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}
