import { createHash } from "node:crypto";
import {
  createWasmBackend,
  gradients,
  hasWideVectors,
  Sparse,
  scope,
  stream,
  tensor,
  tokens,
  type WasmBackend,
  type Weight,
} from "@ltt/core";
import { expect, test } from "vitest";
import {
  Adam,
  classificationLoss,
  type Model,
  parametersOf,
  snapshot,
  TextCnn,
  TextLstm,
  trainable,
  withParameters,
} from "../src/index.ts";
import { using } from "./backends.ts";

// The weights after some steps of training, by their SHA-256: whatever the engine, the width of its vectors and the threads, they must be these. LTT_STEPS=100 trains longer, and
// compares widths and threads with each other alone.

const STEPS = Number(process.env.LTT_STEPS ?? 6);
const [ROWS, BATCH, TIME] = [301, 19, 23];

const NETWORKS: Readonly<Record<string, () => Model>> = {
  cnn: () => new TextCnn({ rows: ROWS, outputs: 3, dim: 50, filters: 45 }, stream(1, "init")),
  lstm: () =>
    new TextLstm({ rows: ROWS, outputs: 3, dim: 50, hidden: 37, layers: 1, bidirectional: false }, stream(1, "init")),
  bilstm: () => new TextLstm({ rows: ROWS, outputs: 1, dim: 50, hidden: 24 }, stream(1, "init")),
};

const EXPECTED: Readonly<Record<string, string>> = {
  "cnn 1 strict": "25fb00cd64216073",
  "cnn 1 fma": "55940b20493bda3d",
  "cnn 0.5 strict": "a978cfad2e2fda7f",
  "cnn 0.5 fma": "a18a9c9225bdd672",
  "cnn 0.1 strict": "56348d06262f2aa7",
  "cnn 0.1 fma": "3ae6b8a675b264b9",
  "lstm 1 strict": "45d038989fade937",
  "lstm 1 fma": "33b76f7217124113",
  "lstm 0.5 strict": "8ce564f8dc053059",
  "lstm 0.5 fma": "02ecdbda15e57898",
  "lstm 0.1 strict": "6c281695751ca157",
  "lstm 0.1 fma": "6d2e742ad3b4da8e",
  "bilstm 1 strict": "f9678b45bc6b39f7",
  "bilstm 1 fma": "520436ae4624423e",
  "bilstm 0.5 strict": "93263095db0ed174",
  "bilstm 0.5 fma": "24cfa8e6afd2bde1",
  "bilstm 0.1 strict": "c35db6ec9fbe8296",
  "bilstm 0.1 fma": "ab8995ece507b008",
};

const arithmetics = ["strict", "fma"] as const;
const cases = Object.keys(NETWORKS).flatMap((name) =>
  [1, 0.5, 0.1].flatMap((density) => arithmetics.map((arithmetic) => [name, density, arithmetic] as const)),
);

test.each(cases)(
  "%s at density %f in the arithmetic %s: the same bits everywhere",
  async (name, density, arithmetic) => {
    const narrow = await createWasmBackend({ arithmetic });
    const others = [
      await createWasmBackend({ arithmetic, threads: 2 }),
      ...(hasWideVectors()
        ? [
            await createWasmBackend({ arithmetic, width: 256 }),
            await createWasmBackend({ arithmetic, width: 256, threads: 3 }),
          ]
        : []),
    ];
    const expected = await trained(narrow, name, density);
    if (process.env.LTT_STEPS === undefined) expect(expected).toBe(EXPECTED[`${name} ${density} ${arithmetic}`]);
    for (const backend of others) {
      expect(await trained(backend, name, density), `${backend.width} bits`).toBe(expected);
      await backend.close();
    }
  },
);

function trained(backend: WasmBackend, name: string, density: number): Promise<string> {
  return using(backend, async () => {
    const model = pruned(NETWORKS[name]!(), density);
    const optimiser = new Adam(trainable(parametersOf(model).values()), { learningRate: 1e-3 });
    for (let step = 0; step < STEPS; step++) {
      scope(() => {
        const drawn = stream(1, "batch", step);
        const ids = Int32Array.from({ length: BATCH * TIME }, () => drawn.below(ROWS));
        const lengths = Int32Array.from({ length: BATCH }, () => 1 + drawn.below(TIME));
        const targets = Int32Array.from({ length: BATCH }, () => drawn.below(2));
        const context = { lengths: tokens(lengths, [BATCH]), training: { rng: stream(1, "dropout", step) } };
        const logits = model.forward(tokens(ids, [BATCH, TIME]), context);
        optimiser.step(gradients(classificationLoss(logits, tokens(targets, [BATCH])), optimiser.parameters));
      });
    }
    const hash = createHash("sha256");
    for (const [parameter, values] of await snapshot(parametersOf(model))) hash.update(parameter).update(values);
    return hash.digest("hex").slice(0, 16);
  });
}

/** Every matrix and kernel with so much of it, by chance. */
function pruned(model: Model, density: number): Model {
  if (density === 1) return model;
  const weights = new Map<string, Weight>();
  for (const [name, weight] of parametersOf(model)) {
    if (weight.shape.length < 2 || weight instanceof Sparse) continue;
    const drawn = stream(2, name);
    const positions = Int32Array.from({ length: weight.size }, (_, at) => at).filter(() => drawn.uniform() < density);
    const values = Float32Array.from(positions, (at) => weight.data[at]!);
    weights.set(name, new Sparse(weight.shape, positions, tensor(values, [values.length], { requiresGrad: true })));
  }
  return withParameters(model, new Map([...parametersOf(model), ...weights]));
}
