import {
  createReferenceBackend,
  createWasmBackend,
  type Matrix,
  mul,
  Sparse,
  sqrt,
  stream,
  sum,
  type Tensor,
  tensor,
} from "@ltt/core";
import { describe, expect, test } from "vitest";
import { createCountingBackend, createLaterBackend, using } from "../test/backends.ts";
import { makeBatches } from "../test/texts.ts";
import {
  Adam,
  BEGINNING,
  DivergenceError,
  Linear,
  meanSquaredError,
  parametersOf,
  predict,
  Sgd,
  type Step,
  snapshot,
  TextCnn,
  TextLstm,
  type TrainOptions,
  train,
  trainable,
  withParameters,
} from "./index.ts";

const sizes = { rows: 20, dim: 6, outputs: 3 };
const makeCnn = () => new TextCnn({ ...sizes, filters: 8, paddingId: 1 }, stream(1, "init"));
const weightsOf = (model: TextCnn | TextLstm) => trainable(model);

async function collect(model: TextCnn | TextLstm, options: Partial<TrainOptions> = {}): Promise<Step[]> {
  const optimiser = new Adam(weightsOf(model), { learningRate: 0.01 });
  const steps: Step[] = [];
  for await (const step of train(model, {
    batches: makeBatches({ count: 4 }),
    epochs: 2,
    optimiser,
    seed: 1,
    ...options,
  })) {
    steps.push(step);
  }
  return steps;
}

test("steps count on through epochs, and say where an epoch ends", async () => {
  const steps = await collect(makeCnn(), { batches: makeBatches({ count: 2 }) });
  expect(steps.map(({ loss, ...position }) => position)).toEqual([
    { epoch: 1, batch: 1, step: 1, endOfEpoch: false },
    { epoch: 1, batch: 2, step: 2, endOfEpoch: true },
    { epoch: 2, batch: 1, step: 3, endOfEpoch: false },
    { epoch: 2, batch: 2, step: 4, endOfEpoch: true },
  ]);
  expect(await collect(makeCnn(), { epochs: 0 })).toEqual([]);
});

test.each([
  ["CNN", makeCnn],
  ["LSTM", () => new TextLstm({ ...sizes, hidden: 8 }, stream(1, "init"))],
])("a %s learns", async (_, make) => {
  const steps = await collect(make(), { batches: makeBatches({ count: 20, size: 16 }), epochs: 10 });
  const mean = (part: Step[]) => part.reduce((total, { loss }) => total + loss, 0) / part.length;
  expect(mean(steps.slice(0, 10))).toBeGreaterThan(0.9);
  expect(mean(steps.slice(-20))).toBeLessThan(0.5);
});

test("batches that are read as they are needed train to the same bits", async () => {
  const batches = makeBatches({ count: 3 });
  let open = 0;
  const read = async function* (epoch: number) {
    open++;
    try {
      for (const batch of batches(epoch)) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        yield batch;
      }
    } finally {
      open--;
    }
  };
  expect(await collect(makeCnn(), { batches: read })).toEqual(await collect(makeCnn(), { batches }));
  const model = makeCnn();
  for await (const _ of train(model, { batches: read, epochs: 2, optimiser: new Adam(weightsOf(model)), seed: 1 }))
    break;
  expect(open).toBe(0); // who stops early closes what is read
});

test("the same seed gives the same bits, another seed other dropout", async () => {
  const run = async (seed: number) => {
    const model = makeCnn();
    return { steps: await collect(model, { seed }), end: await snapshot(parametersOf(model)) };
  };
  const first = await run(1);
  expect(await run(1)).toEqual(first);
  expect((await run(2)).steps[0]!.loss).not.toBe(first.steps[0]!.loss);
});

test("dropout differs from step to step", async () => {
  const model = makeCnn();
  const [batch] = makeBatches({ count: 1 })(1);
  const optimiser = new Sgd(weightsOf(model), { learningRate: 0 });
  const steps = await collect(model, { batches: () => [batch!, batch!], epochs: 1, optimiser });
  expect(steps[0]!.loss).not.toBe(steps[1]!.loss);
});

test("a run that goes on from a position is the run that was never interrupted", async () => {
  const whole = await collect(makeCnn());
  const model = makeCnn();
  const optimiser = new Adam(weightsOf(model), { learningRate: 0.01 });
  const first: Step[] = [];
  for await (const step of train(model, { batches: makeBatches({ count: 4 }), epochs: 2, optimiser, seed: 1 })) {
    first.push(step);
    if (step.step === 5) break;
  }
  const rest = await collect(model, { optimiser, start: first.at(-1)! });
  expect([...first, ...rest]).toEqual(whole);
  expect(await collect(model, { optimiser, start: { epoch: 2, batch: 4, step: 8 } })).toEqual([]);
  expect(BEGINNING).toEqual({ epoch: 1, batch: 0, step: 0 });
});

test("a schedule sets the rate before each step, from step 0", async () => {
  const model = makeCnn();
  const optimiser = new Adam(weightsOf(model));
  const asked: number[] = [];
  const schedule = (step: number) => {
    asked.push(step);
    return 0.1 / (step + 1);
  };
  await collect(model, { optimiser, schedule, epochs: 1 });
  expect(asked).toEqual([0, 1, 2, 3]);
  expect(optimiser.learningRate).toBe(0.025);
});

test("clipNorm bounds a step", async () => {
  const moved = async (clipNorm: number | undefined) => {
    const model = makeCnn();
    const before = await snapshot(parametersOf(model));
    const optimiser = new Sgd(weightsOf(model), { learningRate: 1 });
    await collect(model, { optimiser, clipNorm, batches: makeBatches({ count: 1 }), epochs: 1 });
    let squares = 0;
    for (const [name, values] of await snapshot(parametersOf(model))) {
      for (const [i, value] of values.entries()) squares += (value - before.get(name)![i]!) ** 2;
    }
    return Math.sqrt(squares);
  };
  expect(await moved(undefined)).toBeGreaterThan(0.1);
  expect(await moved(0.01)).toBeCloseTo(0.01, 5);
  const [step] = await collect(makeCnn(), { clipNorm: 0.01 });
  expect(step!.gradientNorm).toBeGreaterThan(0.1);
});

test.each([
  ["CNN", () => new TextCnn({ rows: 400, dim: 32, filters: 48, outputs: 3, paddingId: 1 }, stream(1, "init"))],
  ["LSTM", () => new TextLstm({ rows: 400, dim: 32, hidden: 64, outputs: 3, paddingId: 1 }, stream(1, "init"))],
])("clipped steps of a %s have the same bits on one thread and on two", async (_, make) => {
  const run = async (threads: number) =>
    using(await createWasmBackend({ threads, arithmetic: "strict" }), async () => {
      const model = make();
      const batches = makeBatches({ count: 3, size: 32 });
      const steps = await collect(model, { clipNorm: 0.05, batches });
      expect(steps.every(({ gradientNorm }) => gradientNorm! > 0.05)).toBe(true);
      return { steps, end: await snapshot(parametersOf(model)) };
    });
  expect(await run(2)).toEqual(await run(1));
});

test("only what the optimiser holds is trained", async () => {
  const model = makeCnn();
  const before = await snapshot(parametersOf(model));
  await collect(model, { optimiser: new Adam(trainable(parametersOf(model.linear).values())) });
  const after = await snapshot(parametersOf(model));
  expect(after.get("embedding.weight")).toEqual(before.get("embedding.weight"));
  expect(after.get("linear.weight")).not.toEqual(before.get("linear.weight"));
});

test("a loss of one's own", async () => {
  const model = makeCnn();
  const [step] = await collect(model, { loss: (logits) => mul(sum(mul(logits, 0)), 1), epochs: 1 });
  expect(step!.loss).toBe(0);
});

test("a pruned weight stays pruned: what is absent cannot be trained", async () => {
  const model = makeCnn();
  const positions = Int32Array.of(1, 5, 7, 20);
  const sparse = new Sparse([3, 24], positions, tensor([1, -1, 1, -1], [4], { requiresGrad: true }));
  const weights = new Map([...parametersOf(model), ["linear.weight", sparse]] as const);
  const pruned = withParameters(model, weights);
  await collect(pruned);
  expect(parametersOf(pruned).get("linear.weight")).toBe(sparse);
  expect([...sparse.values.data].every((value, i) => value !== [1, -1, 1, -1][i])).toBe(true);
  const out = pruned.linear.forward(tensor(new Float32Array(24).fill(1), [1, 24]));
  expect(out.shape).toEqual([1, 3]);
  expect(sparse.positions).toEqual(Int32Array.of(1, 5, 7, 20));
});

test("a thousand steps use the memory of one: nothing stays behind", async () => {
  const { backend, alive } = createCountingBackend();
  await using(backend, async () => {
    const model = new TextCnn({ ...sizes, filters: 2, widths: [2] }, stream(1, "init"));
    const optimiser = new Adam(weightsOf(model));
    const before = alive();
    const seen = new Set<number>();
    const batches = makeBatches({ count: 100, size: 2 });
    for await (const _ of train(model, { batches, epochs: 3, optimiser, seed: 1, clipNorm: 1 })) seen.add(alive());
    expect(before).toBeGreaterThan(10);
    expect(seen).toEqual(new Set([before]));
  });
});

test("an asynchronous backend trains to the same bits", async () => {
  const run = async () => {
    const model = new TextLstm({ ...sizes, hidden: 3 }, stream(1, "init"));
    return { steps: await collect(model, { clipNorm: 0.5 }), end: await snapshot(parametersOf(model)) };
  };
  const wanted = await using(createReferenceBackend(), run);
  expect(await using(createLaterBackend(), run)).toEqual(wanted);
});

describe("what cannot go on is an error", () => {
  const bias = (model: TextCnn) => model.linear.bias as Tensor;

  test("a weight that is not finite is named, with the step and a way out", async () => {
    const run = () => {
      const broken = makeCnn();
      bias(broken).write(Float32Array.of(0, Number.NaN, 0));
      return collect(broken);
    };
    const message =
      'train: step 1 (epoch 1, batch 1): the loss is NaN: "linear.bias" is not finite any more; try a learning rate below 0.01, or clipNorm';
    await expect(run()).rejects.toThrow(new DivergenceError(message, 1));
    // Where values can only be waited for, the step is made before its loss is known.
    await expect(using(createLaterBackend(), run)).rejects.toThrow(
      /^train: step 1 .*the loss is NaN: "embedding.weight", "convs.0.weight" and \d more are not finite any more; try/,
    );
  });

  test("a gradient that is not finite is named where it began, and the step is not made", async () => {
    const model = makeCnn();
    const before = await snapshot(parametersOf(model));
    const optimiser = new Sgd(weightsOf(model), { learningRate: 0.1 });
    // d√x/dx is infinite at 0: the loss is finite, its gradient is not.
    const loss = (logits: Matrix) => sum(sqrt(mul(logits, 0)));
    const clipped = collect(model, { optimiser, loss, clipNorm: 1 });
    await expect(clipped).rejects.toThrow(
      /^train: step 1 \(epoch 1, batch 1\): the norm of the gradients is NaN: the gradient of "linear.bias" is not finite, and then those of \d more; try a learning rate below 0.1, or a smaller clipNorm$/,
    );
    expect(await snapshot(parametersOf(model))).toEqual(before);
    expect(optimiser.steps).toBe(0);
    // Unwatched, it shows in the next step's loss.
    await expect(collect(model, { optimiser, loss })).rejects.toThrow(/^train: step 2 .* are not finite any more; try/);
  });

  test("weights that outgrow float32 stop training, and the last good ones stay", async () => {
    const later = makeCnn();
    const optimiser = new Sgd(weightsOf(later), { learningRate: 1e30 });
    await expect(collect(later, { optimiser, clipNorm: 1e20 })).rejects.toThrow(
      /^train: step \d \(epoch 1, batch \d\): the (loss|norm of the gradients) is (NaN|-?Infinity): .+; try a learning rate below 1e\+30, or a smaller clipNorm$/,
    );
    const large = makeCnn();
    bias(large).write(Float32Array.of(3e38, 0, -3e38));
    await expect(collect(large)).rejects.toThrow(
      'the loss is Infinity: every weight is finite, the largest, 3.0e+38, in "linear.bias": the forward pass overflows; try',
    );
    for (const values of (await snapshot(parametersOf(later))).values())
      expect(values.every(Number.isFinite)).toBe(true);
  });

  test.each([
    ["input", [[0, Number.NaN]], [[1], [1]], "input[0, 1] is NaN"],
    ["targets", [[0, 1]], [[1], [Number.POSITIVE_INFINITY]], "targets[1, 0] is Infinity"],
  ])("data that is no number is named, not the weights: %s", async (_, [row], targets, said) => {
    const batch = () => ({ input: tensor([row!, [1, 2]]), targets: tensor(targets) });
    const run = async () => {
      const model = new Linear({ inputs: 2, outputs: 1 }, stream(1, "init"));
      const optimiser = new Sgd(trainable(model), { learningRate: 0.1 });
      for await (const _ of train(model, {
        batches: () => [batch()],
        epochs: 1,
        optimiser,
        seed: 1,
        loss: meanSquaredError,
      }));
    };
    const message = `: ${said}: mend the data`;
    await expect(run()).rejects.toThrow(/^train: step 1 \(epoch 1, batch 1\): the loss is (NaN|Infinity): /);
    await expect(run()).rejects.toThrow(message);
    await expect(using(createLaterBackend(), run)).rejects.toThrow(message);
  });

  test("epochs and positions that make no sense", async () => {
    const model = makeCnn();
    await expect(collect(model, { epochs: -1 })).rejects.toThrow("train: epochs is -1; it is an integer from 0");
    await expect(collect(model, { batches: () => [] })).rejects.toThrow("train: epoch 1 has no batches");
    await expect(collect(model, { start: { epoch: 2, batch: 5, step: 9 } })).rejects.toThrow(
      "train: epoch 2 has 4 batches, fewer than the 5 already done",
    );
  });

  test("a parameter that the model does not use", async () => {
    const model = makeCnn();
    const stray = new Linear({ inputs: 1, outputs: 1, bias: false }, stream(2));
    const optimiser = new Adam(trainable(parametersOf(stray).values()));
    await expect(collect(model, { optimiser })).rejects.toThrow("the loss does not depend on it");
  });
});

test("inputs, targets and the loss are whose who trains: a line through points", async () => {
  const model = new Linear({ inputs: 1, outputs: 1 }, stream(1, "init"));
  const input = tensor([[-1], [0], [1], [2]]);
  const batches = () => [{ input, targets: tensor([[-1], [1], [3], [5]]) }];
  const optimiser = new Sgd(trainable(model), { learningRate: 0.3 });
  const options = { batches, epochs: 60, optimiser, seed: 1 };
  await expect(train(model, options).next()).rejects.toThrow("classificationLoss: targets are numbers, not classes");
  for await (const _ of train(model, { ...options, loss: meanSquaredError }));
  const [weight, bias] = [...parametersOf(model).values()] as [Tensor, Tensor];
  expect(weight.data[0]).toBeCloseTo(2, 4);
  expect(bias.data[0]).toBeCloseTo(1, 4);
  await expect(predict(model, batches() as never)).rejects.toThrow(
    "predict: batch 0: targets is a Tensor [4,1]; it is Tokens",
  );
});
