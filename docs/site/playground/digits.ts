import { type Matrix, type Rng, tensor, tokens } from "@ltt/core";
import { imageBatches, imagesAt, type LabelledImages } from "@ltt/data/browser";
import { LeNet300 } from "@ltt/layers";
import type { Subject } from "./subject.ts";

/** Pixels along each side. */
export const SIDE = 28;
const PIXELS = SIDE * SIDE;
const BATCH = 50;
/** Of the sample, the last: the build draws it in a random order. */
const HELD_OUT = 1000;

/** Brightness of each pixel from 0 to 1, row by row. */
export type Drawing = Float32Array;

/** LeNet-300-100 on a sample of MNIST, as in Frankle & Carbin (ICLR 2019), §2, but few images, few steps and half of the weights a round. */
export function digits(sample: LabelledImages): Subject<Matrix, Drawing> {
  const size = sample.labels.length;
  const from = (start: number, end: number) =>
    imagesAt(
      sample,
      Int32Array.from({ length: end - start }, (_, i) => start + i),
    );
  const train = from(0, size - HELD_OUT);
  const heldOut = from(size - HELD_OUT, size);
  return {
    classes: Array.from({ length: 10 }, (_, digit) => String(digit)),
    model: (rng: Rng) => new LeNet300({}, rng),
    training: (epoch) => imageBatches(train, { batchSize: BATCH, seed: 1, epoch }),
    stepsPerEpoch: Math.ceil(train.labels.length / BATCH),
    heldOut: () => imageBatches(heldOut, { batchSize: HELD_OUT }),
    epochs: 4,
    learningRate: 1.2e-3,
    rounds: 6,
    rate: (tensor) => (tensor.endsWith("bias") ? 0 : tensor === "output.weight" ? 0.25 : 0.5),
    pictured: ["fc1.weight", "fc2.weight"],
    examples: HELD_OUT,
    example: (index) => ({
      question: Float32Array.from(
        heldOut.pixels.subarray(index * PIXELS, (index + 1) * PIXELS),
        (each: number) => each / 255,
      ),
      label: heldOut.labels[index]!,
    }),
    ask: (drawing) => ({ input: tensor(drawing, [1, PIXELS]), targets: tokens([0], [1]) }),
  };
}

/**
 * The file that the build makes of MNIST: a label a byte, then the pixels of every image.
 *
 * @throws {RangeError} if the file is no such thing.
 */
export function readSample(bytes: Uint8Array): LabelledImages {
  const images = bytes.length / (1 + PIXELS);
  if (!Number.isInteger(images) || images <= HELD_OUT)
    throw new RangeError(
      `digits: ${bytes.length} bytes are no whole number of images of ${PIXELS} pixels with a label`,
    );
  const labels = Int32Array.from(bytes.subarray(0, images));
  return { pixels: bytes.slice(images), shape: [images, SIDE, SIDE], labels };
}
