import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gradients, type Sparse, stream, type Tensor, type Tensor4, type TokenMatrix } from "@ltt/core";
import {
  type Batch,
  classificationLoss,
  decodeCheckpoint,
  parametersOf,
  predict,
  restore,
  snapshot,
  stateOf,
} from "@ltt/layers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  auditRun,
  CRITERIA,
  type Criterion,
  type Evidence,
  type Expectation,
  type ExperimentSettings,
  elementwise,
  erdosRenyi,
  FolderStore,
  grasp,
  type LevelResult,
  largeInit,
  magnitude,
  obd,
  planExperiment,
  prunedAtStartBy,
  random,
  replay,
  runExperiment,
  smartRatios,
  snip,
  synflow,
  type Task,
  type Values,
  valuesAt,
} from "../src/index.ts";
import { normedTask } from "./normed-task.ts";
import { toySettings, toyTask } from "./toy-task.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-criteria-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const once: ExperimentSettings = { ...toySettings, arms: ["winning-ticket"] };

async function levelsOf(
  folder: string,
  settings: ExperimentSettings,
  { task = toyTask, signal }: { task?: Task<TokenMatrix>; signal?: AbortSignal } = {},
): Promise<LevelResult[]> {
  const store = await FolderStore.open(join(root, folder));
  const found: LevelResult[] = [];
  for await (const level of runExperiment(task, settings, { store, clock: () => 0, signal })) found.push(level);
  return found;
}

const weightsOf = (folder: string, { node }: LevelResult, file: string) =>
  decodeCheckpoint(readFileSync(join(root, folder, "nodes", node!, file))).weights;

/** Looks at what each network is known by at its cut. */
async function look(
  folder: string,
  settings: ExperimentSettings,
  see: (evidence: Evidence, at: Values) => Promise<void>,
  options: Parameters<typeof levelsOf>[2] = {},
): Promise<number> {
  let cuts = 0;
  const score: Criterion["score"] = async (evidence) => {
    cuts++;
    await see(evidence, await evidence.trained());
    return magnitude.score(evidence);
  };
  await levelsOf(folder, { ...settings, criterion: { ...magnitude, name: "spy", score } }, options);
  return cuts;
}

/** Which scores these are their stream says, or the training data: the audit computes none of another criterion, or none at all. */
const UNSCORED: readonly Criterion[] = [random, smartRatios, erdosRenyi, obd, snip, grasp, synflow];

describe("a criterion", () => {
  test("by default is magnitude, and its nodes are those that did not name it", async () => {
    const [dense, ticket] = await levelsOf("default", once);
    const [, named] = await levelsOf("default", { ...once, criterion: magnitude, pool: "tensor" });
    expect(named!.node).toBe(ticket!.node);
    expect([dense!.node, ticket!.node]).toEqual(["47e279b31f7d476e", "4aea4d4d11444fd8"]);
  });

  test("that is another one, another version, other params or another file gives another ticket; the dense network is shared", async () => {
    const mine: Criterion = { ...magnitude, name: "mine" };
    const found = new Map<string, string>();
    for (const criterion of [
      ...CRITERIA,
      mine,
      { ...mine, version: 2 },
      { ...mine, params: { alpha: 1 } },
      { ...mine, plugin: "ab" },
    ]) {
      const [dense, ticket] = await levelsOf("others", { ...once, epochs: 2, criterion });
      found.set(ticket!.node!, dense!.node!);
    }
    expect(found.size).toBe(CRITERIA.length + 4);
    expect(new Set(found.values()).size).toBe(1);
  });

  test("decides what is kept: of large-init the largest initial weights", async () => {
    const [, ticket] = await levelsOf("large", { ...once, criterion: largeInit });
    const initial = await snapshot(parametersOf(toyTask.model(stream(1, "init"))));
    for (const [name, weight] of weightsOf("large", ticket!, "ticket.safetensors")) {
      const { positions } = weight as Sparse;
      const sizes = initial.get(name)!.map(Math.abs);
      const gone = sizes.filter((_, at) => !positions.includes(at));
      expect(positions.length).toBe(sizes.length - Math.round(0.5 * sizes.length));
      expect(Math.max(...gone)).toBeLessThanOrEqual(Math.min(...[...positions].map((at) => sizes[at]!)));
    }
  });

  test("pools weights of a group, or of all tensors: the counts are exact, the smallest go wherever they are", async () => {
    for (const pool of ["group", "all"] as const) {
      const [dense, ticket] = await levelsOf("pools", { ...once, pool });
      const trained = weightsOf("pools", dense!, "weights.safetensors");
      const values = await snapshot(trained);
      const pools = new Map<string, { size: number; kept: number[]; gone: number[] }>();
      for (const [name, weight] of weightsOf("pools", ticket!, "ticket.safetensors")) {
        const key = pool === "all" ? "all" : toyTask.group!(name);
        const { size, kept, gone } = pools.get(key) ?? { size: 0, kept: [], gone: [] };
        const left = new Set((weight as Sparse).positions);
        for (const [at, value] of values.get(name)!.entries()) (left.has(at) ? kept : gone).push(Math.abs(value));
        pools.set(key, { size: size + weight.size, kept, gone });
      }
      expect(pools.size).toBe(pool === "all" ? 1 : 2);
      for (const { size, kept, gone } of pools.values()) {
        expect(gone.length).toBe(Math.round(0.5 * size));
        expect(Math.max(...gone)).toBeLessThanOrEqual(Math.min(...kept));
      }
    }
  });

  test("is audited: the lowest of its scores went, and not those of another", async () => {
    const rewound: ExperimentSettings = { ...once, arms: ["winning-ticket", "late-rewinding"], rounds: 2, epochs: 2 };
    for (const criterion of CRITERIA) {
      const pool = criterion === magnitude ? "group" : "tensor";
      const settings = { ...rewound, rewindTo: { epoch: 1 }, criterion, pool } as const;
      await levelsOf("audited", settings);
      const store = await FolderStore.open(join(root, "audited"));
      const planned = planExperiment(toyTask, settings);
      const failed = (await auditRun(store, planned)).filter(({ passed }) => !passed);
      expect([criterion.name, failed]).toEqual([criterion.name, []]);
      if (UNSCORED.includes(criterion)) continue;
      const lowest = planned[1]!.expect!.find(({ kind }) => kind === "lowestBy")!;
      const another = criterion === largeInit ? "movement" : "large-init";
      const wrong = await auditRun(store, [
        { ...planned[1]!, expect: [{ ...lowest, criterion: another } as Expectation] },
      ]);
      expect(wrong.filter(({ passed }) => !passed).map(({ check }) => check)).toEqual([
        "Cuts removed the lowest scores",
      ]);
    }
  });

  test("that fails, or scores something else, is named", async () => {
    const bad = (score: Criterion["score"]) =>
      levelsOf("bad", { ...once, criterion: { ...magnitude, name: "bad", score } });
    await expect(bad(async () => new Map())).rejects.toThrow(
      'criterion "bad": the scores of "convs.0.bias" are undefined; they are a Float32Array',
    );
    await expect(bad(async () => [] as never)).rejects.toThrow(
      'criterion "bad": what score gave is an array of 0; it is a Map',
    );
    await expect(
      bad(async ({ mask }) => new Map(Array.from(mask.keys(), (name) => [name, new Float32Array(1)]))),
    ).rejects.toThrow('criterion "bad": "convs.0.bias" has 1 scores for 8 weights');
  });

  test("must be given to whoever makes its nodes again", async () => {
    const mine: Criterion = { ...largeInit, name: "mine" };
    const [, ticket] = await levelsOf("replayed", { ...once, criterion: mine });
    const [store, elsewhere] = [
      await FolderStore.open(join(root, "replayed")),
      await FolderStore.open(join(root, "e")),
    ];
    const again = (criteria: readonly Criterion[]) =>
      replay(toyTask, ticket!.node!, store, elsewhere, { clock: () => 0, criteria });
    await expect(again([])).rejects.toThrow(/^execute: node [0-9a-f]{16}: criterion "mine" is not known; /);
    expect((await again([mine])).different).toEqual([]);
  });
});

describe("evidence", () => {
  const initial = () => snapshot(parametersOf(toyTask.model(stream(1, "init"))));

  test("of each round has the mask, the trained weights and the initial ones, also where training was rewound to a later step", async () => {
    const settings: ExperimentSettings = {
      ...once,
      arms: ["winning-ticket", "late-rewinding"],
      rounds: 2,
      rewindTo: { epoch: 1 },
    };
    const whole = await initial();
    const seen: Values[] = [];
    const cuts = await look("evidence", settings, async ({ mask, initial }, at) => {
      expect(await initial()).toEqual(valuesAt(whole, mask));
      for (const [name, { length }] of mask) expect(at.get(name)!.length).toBe(length);
      seen.push(at);
    });
    expect(cuts).toBe(3); // of the dense network once: both arms share the mask
    expect(seen.map((at) => at.get("embedding.weight")!.length)).toEqual([240, 120, 120]);
    expect(seen[2]).not.toEqual(seen[1]);
  });

  test("of a control that prunes its own networks has the weights that this one began with", async () => {
    const faults = ["reinit-own-patterns"] as const;
    const whole = await initial();
    const began: boolean[] = [];
    await look("own", { ...once, arms: ["random-reinit"], rounds: 2, faults }, async ({ mask, initial }) => {
      const values = await initial();
      const theirs = valuesAt(whole, mask);
      began.push([...values].every(([name, own]) => own.every((value, i) => value === theirs.get(name)![i])));
    });
    expect(began).toContain(true); // the dense network's
    expect(began).toContain(false); // its own
  });

  test("has the gradient of the loss that it measures, dense and sparse", async () => {
    await look("gradient", { ...once, rounds: 2, epochs: 2 }, async ({ mask, gradient, lossOf }, at) => {
      const found = await gradient("epoch");
      const step = 2 ** -6;
      for (const name of ["linear.weight", "embedding.weight"]) {
        const [values, slopes] = [at.get(name)!, found.get(name)!];
        expect(slopes.length).toBe(mask.get(name)!.length);
        const steepest = slopes.reduce((best, g, i) => (Math.abs(g) > Math.abs(slopes[best]!) ? i : best), 0);
        const moved = (by: number) =>
          new Map(at).set(
            name,
            values.map((value, i) => (i === steepest ? value + by : value)),
          );
        const slope = ((await lossOf(moved(step))) - (await lossOf(moved(-step)))) / (2 * step);
        // central differences err by step² times the third derivative, which is of the size of the loss
        expect(Math.abs(slope - slopes[steepest]!)).toBeLessThan(4 * step ** 2);
        expect(Math.abs(slope)).toBeGreaterThan(10 * step ** 2);
      }
    });
  });

  test("is of the network as it was trained, running means and variances too", async () => {
    const trained: number[] = [];
    const task = normedTask as unknown as Task<TokenMatrix>;
    const see = async ({ lossOf }: Evidence, at: Values) => {
      trained.push(await lossOf(at));
    };
    await look("normed", { ...once, epochs: 4 }, see, { task });
    const [dense] = await levelsOf("normed", { ...once, epochs: 4 }, { task });
    const model = normedTask.model(stream(1, "init"));
    const { weights, buffers } = decodeCheckpoint(
      readFileSync(join(root, "normed", "nodes", dense!.node!, "weights.safetensors")),
    );
    restore(stateOf(model), await snapshot(new Map([...weights, ...buffers])));
    const { loss } = await predict(model, normedTask.batches(1).train(1));
    expect(trained).toEqual([loss]);
    expect(loss).toBeLessThan(0.3);
  });

  test("by batch statistics has the gradient that training has, before anything is trained, and moves no running ones", async () => {
    const task = normedTask as unknown as Task<TokenMatrix>;
    const found: [Values, Values][] = [];
    const score: Criterion["score"] = async (evidence) => {
      const { gradient } = evidence;
      found.push([await gradient(1), await gradient(1, { batchStatistics: true })]);
      expect(await gradient(1)).toEqual(found[0]![0]);
      return magnitude.score(evidence);
    };
    const arms = [{ name: "spy", levels: prunedAtStartBy({ criterion: { ...magnitude, name: "spy", score } }) }];
    await levelsOf("statistics", { ...once, arms, epochs: 1, rewindTo: { epoch: 1 } }, { task });
    const model = normedTask.model(stream(1, "init"));
    const [{ input, targets }] = [...normedTask.batches(1).train(1)] as [Batch<Tensor4>];
    const weights = parametersOf(model);
    const lossIn = (training: boolean) =>
      classificationLoss(model.forward(input, training ? { training: { rng: stream(0) } } : {}), targets);
    for (const [i, training] of [false, true].entries()) {
      const wanted = gradients(lossIn(training), [...weights.values()] as Tensor[]);
      for (const [t, name] of [...weights.keys()].entries())
        if (found[0]![i]!.has(name))
          expect([...found[0]![i]!.get(name)!]).toEqual(Array.from(wanted[t]!.data, (one) => one + 0));
    }
    expect(found[0]![0]).not.toEqual(found[0]![1]);
  });

  test("stops being gathered when the run is interrupted", async () => {
    const stop = new AbortController();
    let gathered = false;
    const running = look(
      "interrupted",
      once,
      async ({ gradient }) => {
        stop.abort(new Error("interrupted"));
        await gradient("epoch");
        gathered = true;
      },
      { signal: stop.signal },
    );
    await expect(running).rejects.toThrow("interrupted");
    expect(gathered).toBe(false);
  });

  test("has the gradient of the first batches too, and all of them are the epoch", async () => {
    await look("batches", { ...once, epochs: 1, rewindTo: { epoch: 1 } }, async ({ gradient }, at) => {
      expect(await gradient(8)).toEqual(await gradient("epoch"));
      expect(await gradient(1)).not.toEqual(await gradient("epoch"));
      const taylor = elementwise((w, g) => Math.abs(w * g), at, await gradient(2));
      expect([...taylor.get("linear.weight")!].some((score) => score > 0)).toBe(true);
      await expect(gradient(0)).rejects.toThrow("gradient: over is 0; it is an integer from 1");
    });
  });

  test("has the gradient at other weights, and that of a loss whose outputs are divided", async () => {
    await look("elsewhere", { ...once, epochs: 1, rewindTo: { epoch: 1 } }, async ({ gradient }, at) => {
      const other = elementwise((w) => w / 2, at);
      expect(await gradient(1, { at })).toEqual(await gradient(1));
      expect(await gradient(1, { at: other })).not.toEqual(await gradient(1));
      // the output is linear in the last layer: dividing it is dividing those weights, and their gradient by the same number
      const last = new Map([...at, ...[...other].filter(([name]) => name.startsWith("linear."))]);
      const [halved, divided] = [await gradient(1, { at: last }), await gradient(1, { temperature: 2 })];
      for (const [i, g] of divided.get("linear.weight")!.entries())
        expect(g).toBeCloseTo(halved.get("linear.weight")![i]! / 2, 6);
      await expect(gradient(1, { temperature: 0 })).rejects.toThrow("gradient: temperature is 0; it is above 0");
    });
  });

  test("has the Fisher information of batches: of one batch n times the square of its gradient", async () => {
    await look("fisher", { ...once, epochs: 1, rewindTo: { epoch: 1 } }, async ({ gradient, fisher }) => {
      const [g, h] = [await gradient(1), await fisher(1)];
      for (const [i, value] of h.get("linear.weight")!.entries())
        expect(value).toBeCloseTo(16 * g.get("linear.weight")![i]! ** 2, 6);
      const both = await fisher(2);
      for (const [i, value] of both.get("linear.weight")!.entries())
        expect(value).toBeGreaterThanOrEqual(h.get("linear.weight")![i]! / 2 - 1e-6);
    });
  });

  test("has the flow of ones through the network, from the embedding's output on", async () => {
    await look("flow", { ...once, epochs: 1, rewindTo: { epoch: 1 } }, async ({ flow, mask }, at) => {
      const positive = elementwise(Math.abs, at);
      const found = await flow(positive);
      expect(found.get("embedding.weight")).toEqual(new Float32Array(mask.get("embedding.weight")!.length));
      // each of 16 texts: R = Σ_f |w_f| · (Σ_kernel |k_f| + |b_f|) + |b|; here by the output's weights: what the filter gives
      const kernels = [0, 1].flatMap((c) => {
        const [kernel, bias] = [positive.get(`convs.${c}.weight`)!, positive.get(`convs.${c}.bias`)!];
        return Array.from(
          bias,
          (b, f) => b + kernel.filter((_, i) => i % bias.length === f).reduce((a, k) => a + k, 0),
        );
      });
      for (const [i, g] of found.get("linear.weight")!.entries()) expect(g / 16).toBeCloseTo(kernels[i]!, 4);
    });
  });
});
