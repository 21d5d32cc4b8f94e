import { decodeSafetensors } from "@ltt/core";
import { check } from "@ltt/core/arguments";
import { type AuditedNetwork, audit } from "./audit.ts";
import { checkResults } from "./check-results.ts";
import { share } from "./kinds.ts";
import type { AuditCheck, LevelResult } from "./result.ts";
import { RunFolderError } from "./run-folder-error.ts";
import { type Store, type StoredFiles, storeKind } from "./store.ts";

/**
 * Audits a run seed by seed, from the files of its nodes: what was written, not what was meant.
 *
 * @throws {RunFolderError} if a node is missing or damaged.
 */
export async function auditRun(store: Store, levels: readonly LevelResult[], rate: number): Promise<AuditCheck[]> {
  check("auditRun", "store", store, storeKind);
  checkResults("auditRun", "levels", levels, AUDITED);
  check("auditRun", "rate", rate, share);
  const results = new Map<string, AuditCheck>();
  for (const seed of new Set(levels.map((level) => level.seed))) {
    const networks: AuditedNetwork[] = [];
    for (const level of levels.filter((level) => level.seed === seed)) {
      if (level.node !== undefined) networks.push(await readAudited(store, level, level.node));
    }
    for (const result of audit(networks, rate)) {
      const before = results.get(result.check);
      if (before === undefined || (before.passed && !result.passed)) results.set(result.check, result);
      else if (before.passed) results.set(result.check, { ...before, detail: added(before.detail, result.detail) });
    }
  }
  return [...results.values()];
}

const AUDITED = ["arm", "seed", "round", "tensors", "earlyStopStep", "firstStep", "node", "rewoundTo"] as const;

/** `3 networks` and `3 networks` are `6 networks`. */
function added(a: string, b: string): string {
  return `${Number.parseInt(a, 10) + Number.parseInt(b, 10)} networks`;
}

async function readAudited(store: Store, level: LevelResult, hash: string): Promise<AuditedNetwork> {
  const { arm, seed, round, tensors, earlyStopStep, firstStep, rewoundTo } = level;
  const node = await stored(store, hash);
  const early = rewoundTo === undefined ? undefined : partOf(await stored(store, rewoundTo), "weights.safetensors");
  return {
    arm,
    seed,
    round,
    start: partOf(node, round === 0 ? "initial.safetensors" : "ticket.safetensors"),
    trained: partOf(node, "weights.safetensors"),
    bestStep: earlyStopStep,
    frozen: new Set(tensors.flatMap(({ name, frozen }) => (frozen === true ? [name] : []))),
    ...(early === undefined ? {} : { rewoundTo: { step: firstStep, values: early.values, buffers: early.buffers } }),
  };
}

async function stored(store: Store, hash: string): Promise<StoredFiles> {
  const found = await store.read(hash);
  if (found === undefined) {
    throw new RunFolderError(
      `audit: node ${hash} is missing or damaged: run the same command again, which makes it anew`,
    );
  }
  return found;
}

function partOf({ place, files }: StoredFiles, name: string): Required<AuditedNetwork["start"]> {
  const path = `${place}/${name}`;
  const bytes = files.get(name);
  if (bytes === undefined) throw new RunFolderError(`audit: ${path} is missing: remove the folder to make it again`);
  const pattern = new Map<string, Int32Array>();
  const values = new Map<string, Float32Array>();
  const buffers = new Map<string, Float32Array>();
  for (const [key, entry] of decodeSafetensors(bytes, path).tensors) {
    const tensor = key.slice(key.indexOf("/") + 1);
    if (entry.dtype === "I32") pattern.set(tensor, entry.data);
    if (entry.dtype !== "F32") continue;
    (key.startsWith("buffers/") ? buffers : values).set(tensor, entry.data);
    const isWhole = key.startsWith("weights/");
    if (isWhole)
      pattern.set(
        tensor,
        Int32Array.from(entry.data, (_, i) => i),
      );
  }
  return { pattern, values, buffers };
}
