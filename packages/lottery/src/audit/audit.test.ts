import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  backend,
  createReferenceBackend,
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsEntry,
  type TokenMatrix,
  useBackend,
} from "@ltt/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { frozenTask, lstmTask, pretrainedTask, toyTask } from "../../test/toy-task.ts";
import type { Arm } from "../arm.ts";
import { STANDARD_ARMS } from "../arms/arms.ts";
import { winningTicket } from "../arms/winning-ticket.ts";
import { magnitude } from "../criteria/magnitude.ts";
import { random } from "../criteria/random.ts";
import type { Criterion } from "../criterion.ts";
import { elementwise } from "../elementwise.ts";
import {
  constantSizes,
  oneSize,
  rewoundTo,
  shuffledFrom,
  shuffledMaskOf,
  signsOf,
  startsFrom,
} from "../expectation.ts";
import { criteriaOf, planExperiment, runExperiment } from "../experiment.ts";
import { FolderStore } from "../folder-store.ts";
import { canonicalJson, sha256 } from "../json.ts";
import { type Node, nodeSchema } from "../node.ts";
import type { PlannedLevel } from "../plan.ts";
import type { Fault } from "../published-2020/faults.ts";
import type { ExperimentSettings } from "../settings.ts";
import type { Store } from "../store.ts";
import type { Task } from "../task.ts";
import { auditRun } from "./audit-run.ts";

const settings: ExperimentSettings = {
  arms: STANDARD_ARMS,
  seeds: [1],
  rounds: 2,
  rate: 0.5,
  epochs: 2,
  learningRate: 0.02,
  patience: null,
  evaluationsPerEpoch: 1,
  rewindTo: { step: 6 },
  faults: [],
};

const READABLE = "Files are what was written, each in its node's folder";
const STAYED = "Pruned weights stayed pruned";
const FROZEN = "Frozen tensors are the dense network's first, whole, everywhere";
const SIGNS = "Weights of both signs were trained";
const COUNTS = "Counts and shapes are those of the files";
const PREDICTED = "Predictions are those of the weights, on the first test batch";
const NESTED = "Masks are nested, round after round";
const SHARE = "Each cut removed exactly its share";
const LOWEST = "Cuts removed the lowest scores";
const START = "Networks start from the weights that they should, bit for bit";
const SAME_MASK = "Controls have the mask of the network beside them";
const FRESH = "Fresh weights are fresh in every tensor";
const SHUFFLED = "Shuffled weights are those of the network beside them, in other places";
const SIGNS_KEPT = "Networks start with the signs that they should";
const CONSTANT = "Constant starts have one size in each tensor";
const ONE_SIZE = "Starts of one constant have one size in all tensors";
const SHUFFLED_MASK = "Shuffled masks keep as many weights of each tensor, in other places";
const REWOUND = "Rewound networks start from the weights of the step asked for, neither the first nor the last";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-audit-"));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
}, 60_000); // some thousand files, on a disk that others use

interface Run {
  readonly folder: string;
  readonly store: Store;
  readonly levels: readonly PlannedLevel[];
  readonly criteria: readonly Criterion[];
  readonly task: Task;
  readonly hash: (arm: string, round: number) => string;
}

type Files = Map<string, Uint8Array>;

/** Writes the files of a node as code with a bug would. */
type Bug = (files: Files, node: Node, name: string) => void;

let runs = 0;

/** Runs the toy experiment, if need be by code with a bug. */
async function run(
  change: Partial<ExperimentSettings> = {},
  bug?: Bug,
  task: Task<TokenMatrix> = toyTask,
): Promise<Run> {
  const folder = join(root, String(runs++));
  const store = await FolderStore.open(folder);
  const chosen = { ...settings, ...change };
  const levels = planExperiment(task, chosen);
  const criteria = criteriaOf(task, chosen);
  const named = new Map(levels.map(({ arm, round, network }) => [network as string, `${arm} ${round}`]));
  const buggy: Store = Object.assign(Object.create(store) as Store, {
    read: (hash: string) => store.read(hash),
    putIfAbsent: (hash: string, files: Files, receipt: Parameters<Store["putIfAbsent"]>[2]) => {
      const written = new Map(files);
      const node = nodeSchema.parse(JSON.parse(Buffer.from(files.get("config.json")!).toString()));
      bug?.(written, node, named.get(hash) ?? node.op);
      return store.putIfAbsent(hash, written, receipt);
    },
    checkpoints: store.checkpoints,
  });
  for await (const _ of runExperiment(task, chosen, { store: buggy, clock: () => 0 }));
  const hash = (arm: string, round: number) => levels.find((one) => one.arm === arm && one.round === round)!.network;
  return { folder, store, levels, criteria, hash, task: task as Task };
}

const failed = async ({ store, levels, task }: Pick<Run, "store" | "levels" | "task">) =>
  new Map(
    (await auditRun(store, levels, { task }))
      .filter(({ passed }) => !passed)
      .map(({ check, detail }) => [check, detail]),
  );

/** Weights of a file by tensor: positions and values. */
function weightsOf(bytes: Uint8Array): Map<string, { positions: number[]; values: number[] }> {
  const { tensors } = decodeSafetensors(bytes, "test");
  const found = new Map<string, { positions: number[]; values: number[] }>();
  for (const [key, entry] of tensors) {
    const [kind, name] = [key.slice(0, key.indexOf("/")), key.slice(key.indexOf("/") + 1)];
    if (kind === "positions") continue;
    const values = [...dataOf(entry)];
    const placed = tensors.get(`positions/${name}`);
    const positions = placed === undefined ? undefined : dataOf(placed);
    found.set(name, { positions: positions === undefined ? values.map((_, i) => i) : [...positions], values });
  }
  return found;
}

function dataOf(entry: SafetensorsEntry): ArrayLike<number> & Iterable<number> {
  if (entry.dtype !== "F32" && entry.dtype !== "I32") throw new Error(entry.dtype);
  return entry.data;
}

/** A file of weights, changed tensor by tensor; of whole tensors only the values. */
function withWeights(
  bytes: Uint8Array,
  change: (name: string, positions: number[], values: number[]) => { positions?: number[]; values?: number[] },
): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(bytes, "test");
  const entries = new Map<string, SafetensorsEntry>(tensors);
  for (const [name, { positions, values }] of weightsOf(bytes)) {
    const changed = { positions, values, ...change(name, positions, values) };
    const f32 = { dtype: "F32" as const, data: Float32Array.from(changed.values) };
    if (tensors.has(`weights/${name}`)) {
      entries.set(`weights/${name}`, { ...f32, shape: tensors.get(`weights/${name}`)!.shape });
      continue;
    }
    const shape = [changed.positions.length];
    entries.set(`values/${name}`, { ...f32, shape });
    entries.set(`positions/${name}`, { dtype: "I32", shape, data: Int32Array.from(changed.positions) });
  }
  return encodeSafetensors(entries, metadata);
}

const edit = (files: Files, file: string, change: Parameters<typeof withWeights>[1]) =>
  files.set(file, withWeights(files.get(file)!, change));

/** Of a network of the run, not of weights along its way. */
const isSparse = (files: Files) => files.has("ticket.safetensors");

describe("the audit passes", () => {
  test("our own experiment, and says of each check how many networks it looked at", async () => {
    const { store, levels, task } = await run({ seeds: [1, 2] });
    expect(
      Object.fromEntries((await auditRun(store, levels, { task })).map(({ check, detail }) => [check, detail])),
    ).toEqual({
      [READABLE]: "18 networks",
      [STAYED]: "16 networks",
      [SIGNS]: "18 networks",
      [COUNTS]: "18 networks",
      [PREDICTED]: "18 networks",
      [NESTED]: "16 networks",
      [SHARE]: "16 networks",
      [LOWEST]: "16 networks",
      [START]: "8 networks",
      [SAME_MASK]: "8 networks",
      [FRESH]: "4 networks",
      [SHUFFLED]: "4 networks",
      [REWOUND]: "4 networks",
    });
    expect(await failed({ store, levels, task })).toEqual(new Map());
  });

  test.each([
    ["an LSTM", lstmTask, {}],
    ["pre-trained vectors", pretrainedTask, {}],
    ["frozen vectors", frozenTask, {}],
    ["cuts of the last weights", toyTask, { cutAt: "end" }],
    ["rates of their own, and exclusions", toyTask, { rates: { embedding: 0.25 }, exclude: ["linear.bias"] }],
    ["exclusions from one pool", toyTask, { pool: "all", exclude: ["embedding"] }],
    ["a rate for each group", toyTask, { pool: "group", rates: { other: 0.2 } }],
  ] as const)("an experiment with %s", async (_, task, change) => {
    expect(await failed(await run({ ...change }, undefined, task))).toEqual(new Map());
  });

  test("a dense network alone", async () => {
    const { store, levels } = await run({ rounds: 0 });
    expect((await auditRun(store, levels)).map(({ check, passed }) => [check, passed])).toEqual([
      [READABLE, true],
      [SIGNS, true],
      [COUNTS, true],
    ]);
  });

  test("late rewinding to the last weights, where the dense network was best at that very step", async () => {
    expect(await failed(await run({ rewindTo: { step: 16 }, arms: ["late-rewinding"] }))).toEqual(new Map());
  });
});

/** What bugs take from networks written before: the first and the trained weights of the dense network, and a ticket. */
let first: Uint8Array | undefined;
let dense: Uint8Array | undefined;
let ticket: Uint8Array | undefined;

/** Code with a bug of published repositories, by what it writes. */
const bugs: readonly (readonly [string, string, Bug])[] = [
  [
    "masks cut from the initial instead of the trained weights",
    LOWEST,
    (files, _, name) => {
      if (name !== "late-rewinding 1") return;
      const lowest = (tensor: string, count: number) => {
        const initial = weightsOf(first!).get(tensor)!;
        const order = [...initial.positions].sort(
          (a, b) => Math.abs(initial.values[b]!) - Math.abs(initial.values[a]!),
        );
        return order.slice(0, count).sort((a, b) => a - b);
      };
      const atLargest = (tensor: string, positions: number[]) => ({ positions: lowest(tensor, positions.length) });
      for (const file of ["ticket.safetensors", "weights.safetensors"]) edit(files, file, atLargest);
    },
  ],
  [
    "negative weights that are frozen too",
    SIGNS,
    (files) => {
      const start = files.get("ticket.safetensors") ?? files.get("initial.safetensors");
      if (start === undefined) return;
      const before = weightsOf(start);
      edit(files, "weights.safetensors", (tensor, _, values) => ({
        values: values.map((value, i) => (before.get(tensor)!.values[i]! < 0 ? before.get(tensor)!.values[i]! : value)),
      }));
    },
  ],
  [
    "pruned weights that momentum revives",
    STAYED,
    (files, _, name) => {
      if (name !== "winning-ticket 2") return;
      edit(files, "weights.safetensors", (_, positions, values) => {
        const revived = positions[0] === 0 ? positions.findIndex((at, i) => at !== i) : 0;
        return {
          positions: [...positions, ...(revived < 0 ? [] : [revived])].sort((a, b) => a - b),
          values: revived < 0 ? values : [...values.slice(0, revived), 1e-9, ...values.slice(revived)],
        };
      });
    },
  ],
  [
    "masks that are applied once, before dense training",
    STAYED,
    (files) => {
      if (isSparse(files)) files.set("weights.safetensors", dense!);
    },
  ],
  [
    "trained weights that are exported for the ticket",
    START,
    (files) => {
      if (isSparse(files)) files.set("ticket.safetensors", files.get("weights.safetensors")!);
    },
  ],
  [
    "a threshold that takes all that tie",
    SHARE,
    (files) => {
      if (!isSparse(files)) return;
      for (const file of ["ticket.safetensors", "weights.safetensors"]) {
        edit(files, file, (_, positions, values) => ({ positions: positions.slice(1), values: values.slice(1) }));
      }
    },
  ],
  [
    "masks that are not within those before",
    NESTED,
    (files, _, name) => {
      if (name !== "winning-ticket 2") return;
      const firsts = (_: string, positions: number[]) => ({ positions: positions.map((_, i) => i) });
      for (const file of ["ticket.safetensors", "weights.safetensors"]) edit(files, file, firsts);
    },
  ],
  [
    "a shuffle that shuffles nothing",
    SHUFFLED,
    (files, _, name) => {
      if (name.startsWith("winning-ticket")) ticket = files.get("ticket.safetensors")!;
      if (name.startsWith("shuffled-init")) files.set("ticket.safetensors", ticket!);
    },
  ],
  [
    "a shuffle of other weights",
    SHUFFLED,
    (files, _, name) => {
      if (!name.startsWith("shuffled-init")) return;
      edit(files, "ticket.safetensors", (_, __, values) => ({ values: values.map((value) => value * 1.5) }));
    },
  ],
  [
    "random re-initialisation that draws nothing",
    FRESH,
    (files, _, name) => {
      if (name.startsWith("winning-ticket")) ticket = files.get("ticket.safetensors")!;
      if (name.startsWith("random-reinit")) files.set("ticket.safetensors", ticket!);
    },
  ],
  [
    "early weights that are the first",
    REWOUND,
    (files, _, name) => {
      if (name === "at") files.set("weights.safetensors", first!);
    },
  ],
  [
    "early weights that are the last",
    REWOUND,
    (files, _, name) => {
      if (name === "at") files.set("weights.safetensors", dense!);
    },
  ],
  [
    "results that count what is not there",
    COUNTS,
    (files) => {
      const text = Buffer.from(files.get("metrics.jsonl") ?? []).toString();
      if (isSparse(files)) files.set("metrics.jsonl", Buffer.from(text.replace('"kept":120', '"kept":121')));
    },
  ],
  [
    "a kernel whose shape is turned",
    COUNTS,
    (files) => {
      if (!isSparse(files)) return;
      const { tensors, metadata } = decodeSafetensors(files.get("weights.safetensors")!, "test");
      const turned = new Map([...metadata, ["shape/embedding.weight", "[8,30]"]] as const);
      files.set("weights.safetensors", encodeSafetensors(tensors, turned));
    },
  ],
];

describe("the audit catches code that writes", () => {
  test.each(bugs)("%s", async (_, check, bug) => {
    // The early weights come by while the dense network trains: they are written before it.
    const right = await run({ rounds: 0 });
    const path = join(right.folder, "nodes", right.hash("dense", 0));
    first = readFileSync(join(path, "initial.safetensors"));
    dense = readFileSync(join(path, "weights.safetensors"));
    const broken = await run({}, bug);
    expect([...(await failed(broken)).keys()]).toContain(check);
  });

  test("a frozen tensor that was trained", async () => {
    const bug: Bug = (files, _, name) => {
      if (name !== "random-reinit 2") return;
      edit(files, "weights.safetensors", (tensor, __, values) => ({
        values: tensor === "embedding.weight" ? values.map((value) => value + 1) : values,
      }));
    };
    const found = await failed(await run({}, bug, frozenTask));
    expect(found.get(FROZEN)).toBe("random-reinit, seed 1, round 2: embedding.weight");
    expect([...found.keys()]).toEqual([FROZEN, PREDICTED]);
  });
});

describe("the audit catches the published fault", () => {
  test.each<[Fault, string, string, Task<TokenMatrix>]>([
    ["reinit-keeps-trained-embedding", FRESH, "embedding.weight", toyTask],
    ["reinit-own-patterns", SAME_MASK, "round 2", toyTask],
    [
      "rewinds-to-trained-weights",
      REWOUND,
      "it starts from the best weights of a training, not from those after step 6",
      toyTask,
    ],
    ["reinit-keeps-trained-embedding", FRESH, "embedding.weight", lstmTask],
    ["reinit-own-patterns", SAME_MASK, "round 2", lstmTask],
    ["rewinds-to-trained-weights", REWOUND, "it starts from the best weights", lstmTask],
  ])("%s: %s", async (fault, check, detail, task) => {
    const found = await failed(await run({ faults: [fault] }, undefined, task));
    expect([...found.keys()]).toEqual([check]);
    expect(found.get(check)).toContain(detail);
  });

  test("of a control that keeps pre-trained vectors", async () => {
    const { randomModel, ...keeping } = pretrainedTask;
    const found = await failed(await run({}, undefined, keeping));
    expect([...found.keys()]).toEqual([FRESH]);
    expect(found.get(FRESH)).toContain("embedding.weight");
  });
});

describe("the audit catches an arm from outside that", () => {
  const arms: readonly (readonly [string, Arm, string, string])[] = [
    [
      "starts from trained weights",
      (graph) => {
        const network = graph.train(graph.rewind(graph.cut(graph.dense), graph.at(graph.dense, "best")));
        return [{ round: 1, network, expect: [startsFrom(graph.init)] }];
      },
      START,
      "own, seed 1, round 1: convs.0.bias",
    ],
    [
      "rewinds to another moment than the one asked for",
      (graph, _seed, { rewindStep }) => {
        const start = graph.rewind(graph.cut(graph.dense), graph.at(graph.dense, rewindStep + 1));
        const network = graph.train(start, { firstStep: rewindStep });
        return [{ round: 1, network, expect: [rewoundTo(rewindStep, graph.dense)] }];
      },
      REWOUND,
      "own, seed 1, round 1: it starts from the weights after step 7, not from those after step 6",
    ],
    [
      "rewinds, and trains all steps again",
      (graph, _seed, { rewindStep }) => {
        const network = graph.train(graph.rewind(graph.cut(graph.dense), graph.at(graph.dense, rewindStep)));
        return [{ round: 1, network, expect: [rewoundTo(rewindStep, graph.dense)] }];
      },
      REWOUND,
      "own, seed 1, round 1: it goes on from step 0, not from 6",
    ],
    [
      "rewinds to the first weights",
      (graph, _seed, { rewindStep }) => {
        const network = graph.train(graph.rewind(graph.cut(graph.dense), graph.init));
        return [{ round: 1, network, expect: [rewoundTo(rewindStep, graph.dense)] }];
      },
      REWOUND,
      "own, seed 1, round 1: it starts from the initial weights, not from those after step 6",
    ],
    [
      "cuts by another rate than it says",
      (graph) => {
        const network = graph.train(graph.rewind(graph.cut(graph.dense, { rate: 0.25 }), graph.init));
        return [{ round: 1, network, expect: graph.expectCut(graph.dense) }];
      },
      SHARE,
      "own, seed 1, round 1: convs.0.bias: 6 weights are left of 8, not 4",
    ],
    [
      "shuffles no mask",
      function* (graph, seed, all) {
        for (const { round, network: ticket } of winningTicket(graph, seed, { ...all, rounds: 1 })) {
          const network = graph.train(graph.fresh(graph.cut(graph.dense)));
          yield { round, network, expect: [shuffledMaskOf(ticket)] };
        }
      },
      SHUFFLED_MASK,
      "own, seed 1, round 1: the weights are where they were",
    ],
    [
      "keeps no signs",
      (graph) => {
        const network = graph.train(graph.fresh(graph.cut(graph.dense)));
        return [{ round: 1, network, expect: [signsOf(graph.init)] }];
      },
      SIGNS_KEPT,
      "own, seed 1, round 1: convs.0.weight",
    ],
    [
      "has sizes of several kinds",
      (graph) => {
        const network = graph.train(graph.shuffle(graph.cut(graph.dense), graph.init, { signs: true }));
        return [{ round: 1, network, expect: [signsOf(graph.init), constantSizes(graph.init)] }];
      },
      CONSTANT,
      "own, seed 1, round 1: convs.0.weight",
    ],
    [
      "has a size for each tensor where one is for all",
      (graph) => {
        const network = graph.train(graph.constant(graph.cut(graph.dense), graph.init, { signs: true }));
        return [{ round: 1, network, expect: [constantSizes(graph.init), oneSize(graph.init)] }];
      },
      ONE_SIZE,
      "own, seed 1, round 1: convs.1.weight",
    ],
    [
      "shuffles sizes where weights are to be shuffled",
      function* (graph, seed, all) {
        for (const { round, network: ticket } of winningTicket(graph, seed, { ...all, rounds: 1 })) {
          const network = graph.train(graph.shuffle(graph.cut(graph.dense), graph.init, { signs: true }));
          yield { round, network, expect: [shuffledFrom(ticket, { signs: true }), shuffledFrom(ticket)] };
        }
      },
      SHUFFLED,
      "own, seed 1, round 1: convs.0.weight has other values",
    ],
    [
      "shuffles a mask of other size",
      function* (graph, seed, all) {
        for (const { round, network: ticket } of winningTicket(graph, seed, { ...all, rounds: 1 })) {
          const network = graph.train(graph.fresh(graph.cut(graph.dense, { rate: 0.25 })));
          yield { round, network, expect: [shuffledMaskOf(ticket)] };
        }
      },
      SHUFFLED_MASK,
      "own, seed 1, round 1: convs.0.bias keeps another number",
    ],
  ];

  test.each(arms)("%s", async (_, levels, check, detail) => {
    const found = await failed(await run({ arms: ["winning-ticket", { name: "own", levels }] }));
    expect([...found]).toEqual([[check, detail]]);
  });

  test("expects nothing, by what its nodes say", async () => {
    const silent: Arm = (graph) => [
      { round: 1, network: graph.train(graph.rewind(graph.cut(graph.dense), graph.init)) },
    ];
    const arms = [{ name: "own", levels: silent }];
    expect(await failed(await run({ arms }))).toEqual(new Map());
    const threshold = bugs.find(([, check]) => check === SHARE)![2];
    expect([...(await failed(await run({ arms }, threshold))).keys()]).toEqual([COUNTS, PREDICTED, SHARE, LOWEST]);
    const exported = bugs.find(([, check]) => check === START)![2];
    expect([...(await failed(await run({ arms }, exported))).keys()]).toEqual([START]);
  });

  test("keeps another mask of the same size, but not where that is asked for", async () => {
    const other: Arm = function* (graph, seed, all) {
      for (const { round, network: ticket } of winningTicket(graph, seed, { ...all, rounds: 1 })) {
        const network = graph.train(graph.fresh(graph.cut(graph.dense, { at: "end" })));
        yield { round, network, expect: [shuffledMaskOf(ticket)] };
      }
    };
    const arms = ["winning-ticket", { name: "own", levels: other }] as const;
    expect(await failed(await run({ arms, epochs: 12 }))).toEqual(new Map());
  });
});

test("predictions are compared only where the same backend computes", async () => {
  const { store, levels, task } = await run({ arms: ["winning-ticket"] });
  const before = backend();
  useBackend(createReferenceBackend());
  try {
    const found = (await auditRun(store, levels, { task })).find(({ check }) => check === PREDICTED);
    expect([found!.passed, found!.detail]).toEqual([
      true,
      `0 networks; not checked: 3 networks: they were computed by ${before.name}`,
    ]);
  } finally {
    useBackend(before);
  }
});

describe("the audit computes again the scores of", () => {
  const settingsOf = (criterion: Criterion): Partial<ExperimentSettings> => ({ criterion, arms: ["winning-ticket"] });
  const detail = async ({ store, levels }: Run, criteria: readonly Criterion[]) =>
    (await auditRun(store, levels, { criteria })).find(({ check }) => check === LOWEST)!.detail;
  const smallest: Criterion = {
    name: "smallest-of-both",
    version: 1,
    score: async (e) => elementwise(Math.min, await e.trained(), await e.initial()),
  };

  test("a criterion from outside, where it is at hand", async () => {
    const right = await run(settingsOf(smallest));
    expect(await detail(right, [smallest])).toBe("2 networks");
    expect(await detail(right, [])).toBe(
      '0 networks; not checked: 2 networks: the criterion "smallest-of-both" is not at hand',
    );
    const another = { ...smallest, score: magnitude.score };
    expect(await detail(right, [another])).toMatch(/^winning-ticket, seed 1, round 1: .*; and 1 network more$/);
  });

  test("a criterion that an arm from a plugin file brings", async () => {
    const levels: Arm = (graph) => {
      const mask = graph.cut(graph.dense, { criterion: smallest });
      return [{ round: 1, network: graph.train(graph.rewind(mask, graph.init)) }];
    };
    const own = await run({ arms: [{ name: "own", levels, plugin: "ab" }] });
    expect(await detail(own, own.criteria)).toBe("1 network");
    expect(await detail(own, [smallest])).toContain("is not at hand");
  });

  test("a random criterion, which draws the same again", async () => {
    expect(await detail(await run({ criterion: random, arms: ["winning-ticket"] }, undefined, frozenTask), [])).toBe(
      "2 networks",
    );
  });

  test("no criterion that needs what no file holds, and says so", async () => {
    const gradient: Criterion = { name: "gradient", version: 1, score: (e) => e.gradient(1) };
    expect(await detail(await run(settingsOf(gradient)), [gradient])).toBe(
      '0 networks; not checked: 2 networks: the criterion "gradient" needs what no file holds',
    );
  });
});

describe("the audit catches files", () => {
  let right: Run;
  beforeAll(async () => {
    right = await run();
  });

  /** A copy of the run. */
  async function copy(): Promise<Run & { path: (arm: string, round: number, file?: string) => string }> {
    const folder = join(root, String(runs++));
    cpSync(right.folder, folder, { recursive: true });
    const store = await FolderStore.open(folder);
    const path = (arm: string, round: number, file = "") => join(folder, "nodes", right.hash(arm, round), file);
    return { ...right, folder, store, path };
  }

  function exchange(a: string, b: string): void {
    renameSync(a, `${a}.other`);
    renameSync(b, a);
    renameSync(`${a}.other`, b);
  }

  /** Writes a receipt that fits the files. */
  function fixReceipt(folder: string): void {
    const { checksum: _, ...receipt } = JSON.parse(readFileSync(join(folder, "receipt.json"), "utf8"));
    for (const file of Object.keys(receipt.files)) receipt.files[file] = sha256(readFileSync(join(folder, file)));
    writeFileSync(
      join(folder, "receipt.json"),
      JSON.stringify({ ...receipt, checksum: sha256(canonicalJson(receipt)) }),
    );
  }

  test("that two networks have exchanged", async () => {
    const { path, ...swapped } = await copy();
    exchange(path("winning-ticket", 1, "weights.safetensors"), path("random-reinit", 1, "weights.safetensors"));
    expect((await failed(swapped)).get(READABLE)).toMatch(
      /^winning-ticket, seed 1, round 1: node [0-9a-f]{16} is missing or damaged; and 1 network more$/,
    );
  });

  test.each([
    ["winning-ticket", 1, "winning-ticket", 2, "weights.safetensors", [STAYED, COUNTS, SHARE]],
    ["winning-ticket", 1, "random-reinit", 1, "weights.safetensors", [LOWEST]],
    ["winning-ticket", 2, "random-reinit", 2, "weights.safetensors", [PREDICTED]],
    ["winning-ticket", 2, "shuffled-init", 2, "predictions.safetensors", [PREDICTED]],
    ["winning-ticket", 1, "late-rewinding", 1, "ticket.safetensors", [START]],
    ["shuffled-init", 2, "random-reinit", 2, "ticket.safetensors", [SHUFFLED]],
  ] as const)("that %s %i and %s %i have exchanged, with receipts that fit: %s", async (a, i, b, j, file, checks) => {
    const { path, ...swapped } = await copy();
    exchange(path(a, i, file), path(b, j, file));
    fixReceipt(path(a, i));
    fixReceipt(path(b, j));
    expect([...(await failed(swapped)).keys()]).toEqual(expect.arrayContaining([...checks]));
  });

  test("in a folder that two nodes have exchanged", async () => {
    const { path, ...swapped } = await copy();
    exchange(path("winning-ticket", 1), path("winning-ticket", 2));
    expect((await failed(swapped)).get(READABLE)).toMatch(/ is missing or damaged; and 1 network more$/);
  });

  test("that are missing", async () => {
    const { path, ...gone } = await copy();
    rmSync(path("dense", 0), { recursive: true });
    const found = await failed(gone);
    expect(found.get(READABLE)).toMatch(/^dense, seed 1, round 0: node [0-9a-f]{16} is missing or damaged$/);
    expect(found.get(START)).toMatch(/^winning-ticket, seed 1, round 1: node [0-9a-f]{16} is missing or damaged; and/);
  });
});
