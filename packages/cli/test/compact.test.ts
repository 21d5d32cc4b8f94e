import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  add,
  type Cube,
  conv2d,
  type Matrix,
  matmul,
  maxPool2d,
  mean,
  relu,
  reshape,
  stream,
  type Tensor,
  type Tensor4,
  tensor,
  textConvolution,
  tokens,
} from "@ltt/core";
import { loadStateDict, TextLstm } from "@ltt/layers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HostTensor } from "../src/export/host-tensor.ts";
import { type Portable, portable } from "../src/export/portable.ts";
import { samplesOf } from "../src/export/samples.ts";
import { openNetwork } from "../src/trained-network.ts";
import { TICKETS, writeTicket } from "./pruned-tickets.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-compact-"));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe("what is dead is left out of", () => {
  test.each(TICKETS)("$name, and it says the same", async (ticket) => {
    const folder = join(root, ticket.architecture.model, String(ticket.several));
    await writeTicket(folder, ticket);
    const trained = await openNetwork(folder);
    const network = await portable(trained);
    const { inputs, logits } = (await samplesOf(trained)).samples;
    expect(network.sizes.after).toBeLessThan(0.95 * network.sizes.before);
    for (const [i, input] of inputs.entries()) {
      const said = answer(network, input).data;
      for (const [j, logit] of logits[i]!.entries()) expect(Math.abs(said[j]! - logit)).toBeLessThan(1e-5);
    }
  });
});

/** The logits of one input by a compact network, in operations of core. */
function answer(network: Portable, input: readonly number[]): Tensor {
  const weight = (name: string) => host(network.weights.get(name)!);
  const linear = (x: Matrix, name: string) =>
    add(matmul(x, weight(`${name}.weight`) as Matrix, { transposeB: true }), weight(`${name}.bias`));
  if (network.kind === "text-cnn") {
    const widest = Math.max(...network.widths);
    const ids = [...input, ...new Array(Math.max(0, widest - input.length)).fill(1)];
    const rows = tokens(
      ids.map((id) => network.rows.data[id]!),
      [1, ids.length],
    ); // prettier-ignore
    const filters = network.widths.map((_, i) => ({
      kernel: reversed(network.weights.get(`convs.${i}.weight`)!),
      bias: weight(`convs.${i}.bias`) as never,
    }));
    const lengths = tokens([input.length], [1]);
    return linear(textConvolution(weight("embedding.weight") as Matrix, rows, filters, { lengths }), "linear");
  }
  if (network.kind === "text-lstm") {
    const [rows, dim] = network.weights.get("embedding.weight")!.shape as [number, number];
    const outputs = network.weights.get("linear.bias")!.shape[0]!;
    const model = new TextLstm({ rows, dim, outputs, hidden: network.hidden, layers: network.layers }, stream(0));
    loadStateDict(model, new Map([...network.weights].map(([name, part]) => [name, { dtype: "F32", ...part }])));
    return model.forward(
      tokens(
        input.map((id) => network.rows.data[id]!),
        [1, input.length],
      ),
    ); // prettier-ignore
  }
  const { shape, inputs } = network;
  const convolve = (images: Tensor4, name: string, { stride = 1, padding = -1 } = {}) => {
    const kernel = weight(`${name}.weight`) as Tensor4;
    const bias = reshape(weight(`${name}.bias`), [1, kernel.shape[0], 1, 1]);
    const around = padding < 0 ? (kernel.shape[2] - 1) / 2 : padding;
    return add(conv2d(images, kernel, { padding: around, stride }), bias) as Tensor4;
  };
  const brightness = input.map((byte) => byte / 255);
  const plane = network.kind === "dense" ? 1 : shape[1] * shape[2];
  const read = inputs.flatMap((at) => brightness.slice(at * plane, (at + 1) * plane));
  const pixels: Matrix = tensor(read, [1, read.length]);
  const image = (): Tensor4 => reshape(pixels, [1, inputs.length, shape[1], shape[2]]);
  const means = (images: Tensor4) => mean(images, { axis: [2, 3] }) as Matrix;
  if (network.kind === "residual") {
    let y = relu(convolve(image(), "conv1")) as Tensor4;
    for (const { name, stride, hasShortcut } of network.blocks) {
      const inner = convolve(relu(convolve(y, `${name}.conv1`, { stride })) as Tensor4, `${name}.conv2`);
      y = relu(add(inner, hasShortcut ? convolve(y, `${name}.downsample.0`, { stride }) : y)) as Tensor4;
    }
    return linear(means(y), "fc");
  }
  const { layers, padding, isRectified, halvings, head } = network;
  const convs = layers.filter((name) => name.startsWith("convs."));
  let x = pixels;
  if (convs.length > 0) {
    let images = image();
    for (const [i, name] of convs.entries()) {
      images = convolve(images, name, { padding });
      if (isRectified) images = relu(images) as Tensor4;
      if (halvings.includes(i)) images = maxPool2d(images, 2);
    }
    x = head === "mean" ? means(images) : (reshape(images, [1, -1]) as Matrix);
  }
  const dense = layers.slice(convs.length);
  return dense.reduce((y, name, i) => linear(i === 0 ? y : relu(y), name) as Matrix, x);
}

function host({ shape, data }: HostTensor): Tensor {
  return tensor(data, shape);
}

/** `[filters, channels, width]` as core has it, `[width, channels, filters]`. */
function reversed({ shape, data }: HostTensor): Cube {
  const [filters, channels, width] = shape as [number, number, number];
  const values = new Float32Array(data.length);
  for (let f = 0; f < filters; f++)
    for (let c = 0; c < channels; c++)
      for (let w = 0; w < width; w++) values[(w * channels + c) * filters + f] = data[(f * channels + c) * width + w]!;
  return tensor(values, [width, channels, filters]);
}
