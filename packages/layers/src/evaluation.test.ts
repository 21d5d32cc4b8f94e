import { createReferenceBackend, type Matrix, stream, type Tensor, type TokenMatrix, tensor, tokens } from "@ltt/core";
import { describe, expect, test } from "vitest";
import { createCountingBackend, createLaterBackend, using } from "../test/backends.ts";
import { makeBatches } from "../test/texts.ts";
import { type Batch, DivergenceError, evaluate, Linear, predict, scores, TextCnn, TextLstm } from "./index.ts";

/** A model whose logits are a table's rows: token t of a text of length 1 gives row t. */
const table = (rows: number[][]) => ({
  forward: ({ data }: TokenMatrix): Matrix => tensor([...data].map((id) => rows[id]!)),
});
const batch = (ids: number[], targets: number[]): Batch => ({
  input: tokens(ids, [ids.length, 1]),
  lengths: tokens(new Array(ids.length).fill(1), [ids.length]),
  targets: tokens(targets, [targets.length]),
});

test("counts, by hand: three classes", async () => {
  const model = table([
    [9, 0, 0],
    [0, 9, 0],
    [0, 0, 9],
  ]);
  const found = await evaluate(model, [batch([0, 0, 1, 2], [0, 1, 1, 1]), batch([0], [0])]);
  expect(found.confusion).toEqual([
    [2, 0, 0],
    [1, 1, 1],
    [0, 0, 0],
  ]);
  expect(found.examples).toBe(5);
  expect(found.accuracy).toBe(3 / 5);
  expect(found.classes).toEqual([
    { precision: 2 / 3, recall: 1, examples: 2 },
    { precision: 1, recall: 1 / 3, examples: 3 },
    { precision: 0, recall: 0, examples: 0 },
  ]);
  expect(found.macro.precision).toBeCloseTo(5 / 9, 12);
  expect(found.macro.recall).toBeCloseTo(4 / 9, 12);
});

test("the loss is the mean over texts, not over batches", async () => {
  const model = table([
    [0, Math.log(3)],
    [0, 0],
  ]);
  const found = await evaluate(model, [batch([0, 0, 0], [1, 1, 1]), batch([1], [0])]);
  expect(found.loss).toBeCloseTo((3 * Math.log(4 / 3) + Math.log(2)) / 4, 6);
});

test("one output: class 1 where the logit is above 0", async () => {
  const model = table([[-1], [0], [0.5]]);
  const found = await evaluate(model, [batch([0, 1, 2, 2], [0, 0, 1, 0])]);
  expect(found.confusion).toEqual([
    [2, 1],
    [0, 1],
  ]);
  expect(found.classes[1]).toEqual({ precision: 0.5, recall: 1, examples: 1 });
});

test("of equal logits the first wins", async () => {
  expect((await evaluate(table([[1, 1, 0]]), [batch([0], [0])])).accuracy).toBe(1);
});

test("scores of perfect counts are 1", () => {
  expect(
    scores([
      [3, 0],
      [0, 2],
    ]),
  ).toMatchObject({ accuracy: 1, macro: { precision: 1, recall: 1 } });
});

test("a loss of one's own", async () => {
  const options = { loss: () => tensor(7) };
  expect((await evaluate(table([[1, 0]]), [batch([0, 0], [0, 1])], options)).loss).toBe(7);
});

describe("on real models", () => {
  const make = () => new TextCnn({ rows: 20, dim: 4, outputs: 3 }, stream(1));

  test("there is no dropout, and batches do not matter", async () => {
    const model = make();
    const batches = makeBatches({ count: 3 })(1);
    const found = await evaluate(model, batches);
    expect(await evaluate(model, batches)).toEqual(found);
    expect((await evaluate(model, batches.toReversed())).confusion).toEqual(found.confusion);
  });

  test.each([
    ["TextCnn", make],
    ["TextLstm", () => new TextLstm({ rows: 20, dim: 4, hidden: 3, outputs: 3 }, stream(1))],
  ] as const)("batches of one are as good as its groups, to the last bit: %s", async (_, made) => {
    const short = makeBatches({ count: 3, time: 4 })(1);
    const batches = [...short, ...makeBatches({ count: 2, size: 5, time: 9 })(2)]; // the last group has fewer
    const [model, time] = [made(), 9];
    const ids = batches.flatMap(({ input: { data, shape } }) =>
      Array.from({ length: shape[0] }, (_, i) => [
        ...data.subarray(i * shape[1], (i + 1) * shape[1]),
        ...new Array<number>(time - shape[1]).fill(1),
      ]),
    );
    const lengths = batches.flatMap(({ lengths }) => [...lengths!.data]);
    const targets = batches.flatMap(({ targets }) => [...targets.data]);
    const one = {
      input: tokens(ids),
      lengths: tokens(lengths),
      targets: tokens(targets),
    };
    const regrouped = await predict(model, [{ ...one, group: 6 }]);
    expect(regrouped.logits).toEqual((await predict(model, batches)).logits);
    const inSixes = Array.from({ length: Math.ceil(ids.length / 6) }, (_, i) => ({
      input: tokens(ids.slice(6 * i, 6 * i + 6)),
      lengths: tokens(lengths.slice(6 * i, 6 * i + 6)),
      targets: tokens(targets.slice(6 * i, 6 * i + 6)),
    }));
    expect(regrouped).toEqual(await predict(model, inSixes));
    expect(regrouped.loss).not.toBe((await predict(model, [one])).loss); // rounded elsewhere
    await expect(predict(model, [{ ...one, group: 0 }])).rejects.toThrow(
      "predict: batch 0: group is 0; it is an integer from 1",
    );
  });

  test("nothing stays behind in memory", async () => {
    const { backend, alive } = createCountingBackend();
    await using(backend, async () => {
      const model = make();
      const before = alive();
      await evaluate(model, makeBatches({ count: 5 })(1));
      expect(alive()).toBe(before);
    });
  });

  test("an asynchronous backend gives the same", async () => {
    const run = () =>
      evaluate(new TextLstm({ rows: 20, dim: 4, hidden: 3, outputs: 3 }, stream(1)), makeBatches({ count: 2 })(1));
    expect(await using(createLaterBackend(), run)).toEqual(await using(createReferenceBackend(), run));
  });
});

test("nothing to evaluate, or NaN, is an error", async () => {
  await expect(evaluate(table([]), [])).rejects.toThrow("evaluate: there are no examples");
  const texts = batch([0], [0]);
  await expect(evaluate(table([[Number.NaN, 0]]), [texts])).rejects.toThrow(
    new DivergenceError("evaluate: batch 0: the loss is NaN; train with a smaller learning rate, or with clipNorm"),
  );
});

test("data that is no number is named, not the weights", async () => {
  const model = new Linear({ inputs: 2, outputs: 2 }, stream(1));
  const batches = [
    {
      input: tensor([
        [0, 1],
        [Number.NaN, 1],
      ]),
      targets: tokens([0, 1]),
    },
  ];
  await expect(evaluate(model, batches)).rejects.toThrow(
    new DivergenceError("evaluate: batch 0: the loss is NaN: input[1, 0] is NaN: mend the data"),
  );
});

test("weights that diverged in the last step before an evaluation are named there", async () => {
  const advice = "train with a smaller learning rate, or with clipNorm";
  const run = async (bias: number[]) => {
    const model = new TextCnn({ rows: 20, dim: 4, outputs: 3 }, stream(1));
    (model.linear.bias as Tensor).write(Float32Array.from(bias));
    const [first, second] = makeBatches({ count: 2 })(1);
    await evaluate(model, [{ ...first!, input: second!.input }, second!]);
  };
  for (const backend of [createReferenceBackend(), createLaterBackend()]) {
    await using(backend, async () => {
      const useless = run([3e38, -3e38, 0]);
      await expect(useless).rejects.toThrow(
        new DivergenceError(
          `evaluate: batch 0: the loss is Infinity: every weight is finite, the largest, 3.0e+38, in "linear.bias": the forward pass overflows; ${advice}`,
        ),
      );
      await expect(useless).rejects.toHaveProperty("step", undefined);
      await expect(run([0, Number.NaN, 0])).rejects.toThrow(
        `evaluate: batch 0: the loss is NaN: "linear.bias" is not finite any more; ${advice}`,
      );
    });
  }
});
