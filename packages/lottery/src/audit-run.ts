import { decodeSafetensors } from "@ltt/core";
import { type AuditedNetwork, audit } from "./audit.ts";
import type { Node, NodeStore } from "./node-store.ts";
import type { AuditCheck, LevelResult } from "./result.ts";

/**
 * Audits a run seed by seed, from the files of its nodes: what was written, not what was meant.
 *
 * @throws {RunFolderError} if a node is missing or has changed.
 */
export async function auditRun(store: NodeStore, levels: readonly LevelResult[], rate: number): Promise<AuditCheck[]> {
  const results = new Map<string, AuditCheck>();
  for (const seed of new Set(levels.map((level) => level.seed))) {
    const networks: AuditedNetwork[] = [];
    for (const level of levels.filter((level) => level.seed === seed)) {
      const node = level.node === undefined ? undefined : await store.find(level.node);
      if (node !== undefined) networks.push(await readAudited(level, node));
    }
    for (const result of audit(networks, rate)) {
      const before = results.get(result.check);
      if (before === undefined || (before.passed && !result.passed)) results.set(result.check, result);
      else if (before.passed) results.set(result.check, { ...before, detail: added(before.detail, result.detail) });
    }
  }
  return [...results.values()];
}

/** `3 networks` and `3 networks` are `6 networks`. */
function added(a: string, b: string): string {
  return `${Number.parseInt(a, 10) + Number.parseInt(b, 10)} networks`;
}

async function readAudited(level: LevelResult, node: Node): Promise<AuditedNetwork> {
  const { arm, seed, round, tensors, earlyStopStep } = level;
  const file = async (name: string) => decodeSafetensors(await node.read(name), `${node.folder}/${name}`);
  const part = async (name: string): Promise<AuditedNetwork["start"]> => {
    const pattern = new Map<string, Int32Array>();
    const values = new Map<string, Float32Array>();
    for (const [key, entry] of (await file(name)).tensors) {
      const name = key.slice(key.indexOf("/") + 1);
      if (entry.dtype === "I32") pattern.set(name, entry.data);
      if (entry.dtype !== "F32") continue;
      values.set(name, entry.data);
      if (key.startsWith("weights/"))
        pattern.set(
          name,
          Int32Array.from(entry.data, (_, i) => i),
        );
    }
    return { pattern, values };
  };
  const early = async (): Promise<Pick<AuditedNetwork, "early" | "steps">> => {
    const { tensors: found, metadata } = await file("early.safetensors");
    const step = metadata.get("step");
    return {
      early: new Map(Array.from(found).flatMap(([name, entry]) => (entry.dtype === "F32" ? [[name, entry.data]] : []))),
      steps: { early: step === undefined ? undefined : Number(step), best: earlyStopStep },
    };
  };
  return {
    arm,
    seed,
    round,
    start: await part(round === 0 ? "initial.safetensors" : "ticket.safetensors"),
    trained: await part("weights.safetensors"),
    frozen: new Set(tensors.flatMap(({ name, frozen }) => (frozen === true ? [name] : []))),
    ...(round === 0 ? await early() : {}),
  };
}
