import { decodeSafetensors } from "@ltt/core";
import { type AuditedNetwork, audit } from "./audit.ts";
import type { Node, NodeStore } from "./node-store.ts";
import type { Values } from "./pattern.ts";
import type { AuditCheck, LevelResult } from "./report/input.ts";

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

async function readAudited({ arm, seed, round }: LevelResult, node: Node): Promise<AuditedNetwork> {
  const read = async (file: string) => decodeSafetensors(await node.read(file), `${node.folder}/${file}`).tensors;
  const part = async (file: string): Promise<AuditedNetwork["start"]> => {
    const pattern = new Map<string, Int32Array>();
    const values = new Map<string, Float32Array>();
    for (const [key, entry] of await read(file)) {
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
  const early = async (): Promise<Values> =>
    new Map(
      Array.from(await read("early.safetensors")).flatMap(([name, entry]) =>
        entry.dtype === "F32" ? [[name, entry.data]] : [],
      ),
    );
  return {
    arm,
    seed,
    round,
    start: await part(round === 0 ? "initial.safetensors" : "ticket.safetensors"),
    trained: await part("weights.safetensors"),
    early: round === 0 ? await early() : undefined,
  };
}
