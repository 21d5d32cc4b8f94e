import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Backend, createReferenceBackend, createWasmBackend, type Sparse, useBackend } from "@ltt/core";
import { decodeCheckpoint } from "@ltt/layers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type ArmName,
  auditRun,
  type ExperimentSettings,
  FolderStore,
  type NamedArm,
  planExperiment,
  runExperiment,
  type Task,
} from "../src/index.ts";
import { lstmTask, toySettings, toyTask } from "./toy-task.ts";

/** 32 steps, a validation every 4; masks are exchanged after every step until the 24th (RigL) or every epoch of 8 (SET). */
const settings: ExperimentSettings = {
  ...toySettings,
  arms: ["rigl", "set"],
  rounds: 1,
  rate: 0.75,
  evaluationsPerEpoch: 2,
};

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-sparse-training-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Asked {
  readonly task?: Task<never>;
  readonly of?: ExperimentSettings;
  readonly at?: readonly number[];
}

/** Runs to the end, interrupted after some steps; the weights of each network, before and after, by arm and round, and how many steps were made. */
async function run(folder: string, { task = toyTask as Task<never>, of = settings, at = [] }: Asked = {}) {
  let steps = 0;
  for (;;) {
    const stop = new AbortController();
    const store = await FolderStore.open(join(root, folder));
    const onProgress = () => {
      if (at.includes(++steps)) stop.abort(new Error("interrupted"));
    };
    const networks = new Map<string, { start: Uint8Array; trained: Uint8Array }>();
    try {
      for await (const { arm, round, node } of runExperiment(task, of, {
        store,
        clock: () => 0,
        onProgress,
        signal: stop.signal,
      })) {
        const { files } = (await store.read(node!))!;
        const start = files.get("ticket.safetensors") ?? files.get("initial.safetensors")!;
        networks.set(`${arm} ${round}`, { start, trained: files.get("weights.safetensors")! });
      }
      return { networks, steps };
    } catch (error) {
      if ((error as Error).message !== "interrupted") throw error;
    }
  }
}

const digests = ({ networks }: Awaited<ReturnType<typeof run>>) =>
  Array.from(
    networks,
    ([name, { start, trained }]) => `${name} ${createHash("sha256").update(start).update(trained).digest("hex")}`,
  );

const sparse = (bytes: Uint8Array, name: string) => decodeCheckpoint(bytes, "test").weights.get(name) as Sparse;

describe("networks whose masks change", () => {
  test("store as many weights as at the start, at other places, and pass the audit", async () => {
    const { networks } = await run("whole");
    for (const arm of ["rigl", "set"] satisfies ArmName[]) {
      const { start, trained } = networks.get(`${arm} 1`)!;
      const [before, after] = [start, trained].map((bytes) => sparse(bytes, "embedding.weight"));
      expect(after!.positions.length).toBe(before!.positions.length);
      expect(after!.positions).not.toEqual(before!.positions);
    }
    const checks = await auditRun(await FolderStore.open(join(root, "whole")), planExperiment(toyTask, settings), {
      task: toyTask as Task,
    });
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
    const named = checks.find(({ check }) => check === "Exchanged weights are as many as there were");
    expect(named?.detail).toBe("2 networks");
  });

  const backends: readonly [string, () => Promise<Backend>][] = [
    ["reference", async () => createReferenceBackend()],
    ["wasm", () => createWasmBackend()],
    ["wasm on two threads", () => createWasmBackend({ threads: 2 })],
  ];
  test.each([
    ["CNN", toyTask],
    ["LSTM", lstmTask],
  ])(
    "of a %s interrupted anywhere go on to the same bytes, on every backend and with any threads",
    async (name, task) => {
      const found = new Map<string, string[]>();
      for (const [backend, create] of backends) {
        const before = useBackend(await create());
        try {
          const whole = await run(`${name} ${backend} whole`, { task: task as Task<never> });
          // 32 steps of the dense network; then around exchanges and validations, and twice in a row
          const at = [33, 36, 37, 41, 42, 64, 72, 80, 90];
          const parts = await run(`${name} ${backend} parts`, { task: task as Task<never>, at });
          expect(digests(parts)).toEqual(digests(whole));
          expect([parts.steps, whole.steps]).toEqual([3 * 32, 3 * 32]);
          found.set(backend, digests(whole));
        } finally {
          useBackend(before);
        }
      }
      if (found.size > 1) expect(found.get("wasm on two threads")).toEqual(found.get("wasm"));
    },
  );

  test("are cut at their best weights only", () => {
    const again: NamedArm = {
      name: "again",
      *levels(graph) {
        const start = graph.rewind(graph.cut(graph.dense, { at: 0 }), graph.init);
        const rewiring = { grow: "random", every: 4, fraction: 0.5, decay: "constant", until: 1 } as const;
        const network = graph.train(start, { rewiring });
        yield { round: 1, network: graph.train(graph.rewind(graph.cut(network, { at: "end" }), graph.init)) };
      },
    };
    expect(() => planExperiment(toyTask, { ...settings, arms: [again] })).toThrow(
      "ExperimentGraph.at: state is end, of a network whose mask changes while it trains; only its best weights are kept",
    );
  });
});
