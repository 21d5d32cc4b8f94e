import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stream, type Tensor } from "@ltt/core";
import type { LabelledImages } from "@ltt/data";
import { type Batch, parametersOf } from "@ltt/layers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chosenSettings } from "./chosen-settings.ts";
import type { ImageModel } from "./image-models.ts";
import { prepareImageSet, prepareImages } from "./image-pairs.ts";
import { imageSettingsOf } from "./image-profiles.ts";
import { taskOf } from "./task-of.ts";

/** 40 images to train on and 10 to test, of 2 × 2 pixels; image i is of class i mod 10. */
let data: string;
beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), "ltt-images-"));
  mkdirSync(join(data, "mnist"));
  const put = (name: string, sizes: readonly number[], elements: Iterable<number>) =>
    writeFileSync(
      join(data, "mnist", name),
      Uint8Array.from([0, 0, 8, sizes.length, ...sizes.flatMap((size) => [0, 0, 0, size]), ...elements]),
    );
  for (const [name, n] of [
    ["train", 40],
    ["t10k", 10],
  ] as const) {
    put(
      `${name}-images-idx3-ubyte`,
      [n, 2, 2],
      Array.from({ length: 4 * n }, (_, i) => i),
    );
    put(
      `${name}-labels-idx1-ubyte`,
      [n],
      Array.from({ length: n }, (_, i) => i % 10),
    );
  }
});
afterAll(() => rmSync(data, { recursive: true }));

const prepared = (change: { trainSize?: number } = {}) =>
  prepareImages("mnist-lenet", { data: { validationSize: 10, batchSize: 8, ...change } }, { data });

test("images are split, and said to be", async () => {
  const { dataset, stepsPerEpoch, monitored, task } = await prepared();
  expect(dataset).toContain("mnist, 50 images of 2 × 2 pixels read; 30 to train, 10 to validate, 10 to test");
  expect([stepsPerEpoch, monitored, task.chance]).toEqual([4, 10, 0.1]);
  await expect(prepared({ trainSize: 31 })).rejects.toThrow(
    "mnist-lenet: train: 31 images are asked for, there are 30; ask for fewer: --train-size 30",
  );
});

test("images that a network is too deep for are refused, and a last batch that it cannot normalise", () => {
  const images = (count: number, side: number): LabelledImages => ({
    pixels: new Uint8Array(count * side * side),
    shape: [count, side, side],
    labels: Int32Array.from({ length: count }, (_, i) => i % 2),
  });
  const prepare = (model: ImageModel, side: number, data: { batchSize: number; trainSize?: number }) => {
    const parts = { train: images(25, side), validation: images(4, side), test: images(4, side) };
    const set = { name: "own", ...parts, classes: ["a", "b"], share: 1, notes: [] };
    return prepareImageSet("leaves", set, model, { data: { validationSize: 4, ...data } });
  };
  expect(() => prepare("vgg-11", 8, { batchSize: 5 })).toThrow(
    /^leaves: images have 8 × 8 pixels, of which VGG-11 cannot make a class \(maxPool2d: .*\); choose another --model$/,
  );
  expect(() => prepare("conv-6", 4, { batchSize: 5 })).toThrow(/^leaves: images have 4 × 4 pixels/);
  const one = (count: number) =>
    `leaves: the last batch of an epoch is 1 image of ${count}, and batch normalisation takes more: choose `;
  expect(() => prepare("vgg-11", 16, { batchSize: 8 })).toThrow(`${one(25)}--train-size 24, or --batch-size 9`);
  // Of 4 × 4 pixels a ResNet-20's last channels have one.
  const fails = (data: { batchSize: number; trainSize?: number }, message: string) =>
    expect(() => prepare("resnet-20", 4, data)).toThrow(new RegExp(`${message}$`));
  fails({ batchSize: 8 }, `${one(25)}--train-size 24, or --batch-size 9`);
  fails({ batchSize: 1 }, `${one(25)}--batch-size 5`); // 2, 3 and 4 leave one too
  fails({ batchSize: 24 }, `${one(25)}--train-size 24, or --batch-size 25`);
  fails({ batchSize: 8, trainSize: 1 }, `${one(1)}--train-size 2`);
  fails({ batchSize: 1, trainSize: 1 }, `${one(1)}--train-size 2 --batch-size 2`);
  // What they say works.
  for (const batchSize of [5, 9, 25]) prepare("resnet-20", 4, { batchSize });
  for (const batchSize of [8, 24]) prepare("resnet-20", 4, { batchSize, trainSize: 24 });
  for (const batchSize of [2, 8]) prepare("resnet-20", 4, { batchSize, trainSize: 2 });
  expect(prepare("resnet-20", 16, { batchSize: 8 }).stepsPerEpoch).toBe(4); // whose last channels have 4 × 4 pixels
});

test("test images that stand in training or validation are counted among those that are used", () => {
  const images = (values: readonly number[]): LabelledImages => ({
    pixels: Uint8Array.from(values.flatMap((value) => new Array(64).fill(value))),
    shape: [values.length, 8, 8],
    labels: Int32Array.from(values, (_, i) => i % 2),
  });
  const parts = { train: images([1, 2, 1, 2, 1, 2]), validation: images([3, 4]), test: images([1, 90, 1, 90, 1, 90]) };
  const notes = (trainSize: number | undefined, hasRepeats: boolean) => {
    const set = { name: "own", ...parts, classes: ["a", "b"], share: 1, hasRepeats, notes: ["Other."] };
    return prepareImageSet("leaves", set, "lenet-300-100", { data: { validationSize: 2, batchSize: 2, trainSize } })
      .notes;
  };
  expect(notes(undefined, true)).toEqual(["Other.", "3 of 6 test images also stand in training or validation."]);
  expect(notes(2, true)).toEqual(["Other.", "1 of 2 test images also stand in training or validation."]);
  expect(notes(undefined, false)).toEqual(["Other."]);
});

test("what another process is sent makes the same task", async () => {
  const { data: sent, task } = await prepared();
  const again = taskOf(structuredClone(sent));
  expect([again.data, again.architecture, again.chance]).toEqual([task.data, task.architecture, task.chance]);
  const first = ({ batches }: typeof task) => [...batches(3).train(2)].map(({ targets }) => [...targets.data]);
  expect(first(again)).toEqual(first(task));
});

test("of images that are trained on as many are measured as of those that are not: always the same, as they are", async () => {
  const sizes = { validationSize: 10, batchSize: 8 };
  const { task } = await prepareImages(
    "mnist-lenet",
    { data: { ...sizes, augment: { padding: 1, flip: true } } },
    { data },
  );
  const plain = await prepared();
  const seen = (batches: Iterable<Batch<unknown>>) =>
    Array.from(batches as Iterable<Batch<Tensor>>).flatMap(({ input, targets }) =>
      Array.from(targets.data, (label, i) => `${label}: ${input.data.slice(4 * i, 4 * i + 4).join(" ")}`),
    );
  const measured = seen(task.batches(1).trainMonitor!());
  expect(measured).toEqual(seen(task.batches(2).trainMonitor!()));
  expect(new Set(measured.map((image) => image[0])).size).toBe(10); // each class in proportion
  expect(measured).toHaveLength(10);
  expect(seen(plain.task.batches(1).train(1))).toEqual(expect.arrayContaining(measured));
});

test("tensors are hidden, of the output, or biases: what the paper's rates and exclusions name", async () => {
  const { task } = await prepared();
  const groups = [...parametersOf(task.model(stream(1))).keys()].map((name) => [name, task.group!(name)]);
  expect(Object.fromEntries(groups)).toEqual({
    "fc1.weight": "hidden",
    "fc1.bias": "biases",
    "fc2.weight": "hidden",
    "fc2.bias": "biases",
    "output.weight": "output",
    "output.bias": "biases",
  });
});

test("the paper's settings are those of Frankle & Carbin", () => {
  const { experiment, data: sizes } = imageSettingsOf("mnist-lenet", "paper");
  expect(sizes).toEqual({ validationSize: 5000, batchSize: 60 });
  expect(experiment).toMatchObject({
    rounds: 20,
    rate: 0.2,
    rates: { output: 0.1 },
    exclude: ["biases"],
    cutAt: "end",
  });
  expect(experiment).toMatchObject({ steps: 50_000, evaluateEvery: 100, learningRate: 1.2e-3, patience: null });
});

test("epochs stand in the place of steps, and what is of texts is refused", async () => {
  const { experiment } = await chosenSettings({ pair: "mnist-lenet", epochs: 2, validations: 3 });
  expect(experiment).toMatchObject({ epochs: 2, steps: undefined, evaluationsPerEpoch: 3, evaluateEvery: undefined });
  await expect(chosenSettings({ pair: "mnist-lenet", maxLength: 8 })).rejects.toThrow(
    "maxLength is 8, but mnist-lenet is of images: only pairs of texts have it",
  );
  await expect(chosenSettings({ pair: "mnist-lenet", profile: "corrected" })).rejects.toThrow(
    "mnist-lenet has no profile corrected; it has quick, paper",
  );
});

test("another optimiser than a profile's leaves the profile's momentum behind, and none is 0", async () => {
  const of = async (options: object) => {
    const { experiment } = await chosenSettings({ pair: "cifar-resnet20", ...options });
    return [experiment.optimiser, experiment.momentum];
  };
  expect(await of({})).toEqual(["sgd", 0.9]);
  expect(await of({ optimiser: "sgd" })).toEqual(["sgd", 0.9]);
  expect(await of({ optimiser: "adam" })).toEqual(["adam", undefined]);
  expect(await of({ optimiser: "adam", momentum: 0 })).toEqual(["adam", undefined]);
  expect(await of({ optimiser: "rmsprop", momentum: 0.5 })).toEqual(["rmsprop", 0.5]);
});

test("deep networks are trained on cut and mirrored images, unless that is told off", async () => {
  const of = async (options: object) =>
    ((await chosenSettings({ pair: "cifar-resnet20", ...options })).data as { augment?: object }).augment;
  expect(await of({})).toEqual({ padding: 4, flip: true });
  expect(await of({ augment: "crop-flip" })).toEqual({ padding: 4, flip: true });
  expect(await of({ augment: "none" })).toBeUndefined();
});

test("arms of batch normalisation are of one's own images too, where the model has it", async () => {
  const own = (model: string) => chosenSettings({ images: "x", model, arms: ["slimming"] } as never);
  expect((await own("resnet-20")).experiment.arms).toEqual(["slimming"]);
  await expect(own("lenet-5")).rejects.toThrow("slimming is of models with batch normalisation; this one has none");
});

test("CIFAR-10 is read, which part of it is said, and a ConvNet is given images", async () => {
  const folder = join(data, "cifar-10-batches-bin");
  mkdirSync(folder);
  const records = (n: number) =>
    Uint8Array.from(Array.from({ length: n }, (_, i) => [i % 10, ...new Array(3072).fill(i)]).flat());
  writeFileSync(join(folder, "data_batch_1.bin"), records(40));
  writeFileSync(join(folder, "test_batch.bin"), records(10));
  const settings = { data: { validationSize: 5000, batchSize: 8 } };
  const { notes, dataset, words, task } = await prepareImages("cifar-conv2", settings, { data });
  expect(notes).toEqual(["The files hold 40 of the 50,000 images to train on that CIFAR-10 has as published."]);
  expect(dataset).toContain(
    "cifar-10, 50 images of 32 × 32 pixels in 3 colours read; 36 to train, 4 to validate, 10 to test",
  );
  expect(words).toEqual([["model", "Conv-2; weights start Glorot-normal, biases at 0"]]);
  const [batch] = task.batches(1).train(1);
  expect((batch!.input as Tensor).shape).toEqual([8, 3, 32, 32]);
  const names = [...parametersOf(task.model(stream(1))).keys()];
  expect(new Set(names.map((name) => task.group!(name)))).toEqual(
    new Set(["convolutions", "hidden", "output", "biases"]),
  );
});
