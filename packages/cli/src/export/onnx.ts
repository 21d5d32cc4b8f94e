import type { Meaning } from "../classifier.ts";
import type { HostTensor } from "./host-tensor.ts";
import { OnnxGraph } from "./onnx-graph.ts";
import type { Portable, PortableResNet, PortableStack } from "./portable.ts";

/**
 * A network as the bytes of an ONNX file. Inputs of a text network are `tokens` `[batch, time]` and `lengths` `[batch]`, int64; of one of
 * images `pixels` `[batch, pixels]` or `image` `[batch, channels, height, width]`, float32 from 0 to 1. Outputs are `logits` and
 * `probabilities` `[batch, outputs]`: softmax, or sigmoid where there is one output or may be several classes.
 */
export function onnxModel(network: Portable, { classes, several }: Meaning): Uint8Array {
  const graph = new OnnxGraph();
  const weight = (name: string) => graph.weight(name, network.weights.get(name)!);
  const logits =
    network.kind === "text-cnn"
      ? textCnn(graph, network, weight)
      : network.kind === "text-lstm"
        ? textLstm(graph, network, weight)
        : network.kind === "residual"
          ? residual(graph, network, weight)
          : stack(graph, network, weight);
  const last = ["linear.bias", "output.bias", "fc.bias"].flatMap((name) => network.weights.get(name) ?? []);
  const outputs = last[0]!.shape[0]!;
  graph.output("logits", logits, ["batch", outputs]);
  const isOneOf = outputs > 1 && !several;
  const probabilities = isOneOf ? graph.node("Softmax", [logits], { axis: 1 }) : graph.node("Sigmoid", [logits]);
  graph.output("probabilities", probabilities, ["batch", outputs]);
  return graph.encode(network.kind, { classes: JSON.stringify(classes) });
}

type AddWeight = (name: string) => string;
type TextCnn = Extract<Portable, { kind: "text-cnn" }>;
type TextLstm = Extract<Portable, { kind: "text-lstm" }>;

/** The padding's id; see `PADDING` of @ltt/data. */
const PADDING_ID = 1;

function textCnn(graph: OnnxGraph, { widths, rows }: TextCnn, weight: AddWeight): string {
  const tokens = graph.input("tokens", "int64", ["batch", "time"]);
  const lengths = graph.input("lengths", "int64", ["batch"]);
  // Texts shorter than a filter are padded to it; windows that begin behind a text's last are masked.
  const widest = Math.max(...widths);
  const pads = graph.int64("pads", [0, 0, 0, widest - 1]);
  const long = graph.node("Pad", [tokens, pads, graph.int64("padding", [PADDING_ID], [])]);
  const row = graph.node("Gather", [graph.int32("rows", rows), long]);
  const words = graph.node("Gather", [weight("embedding.weight"), row]);
  const x = graph.node("Transpose", [words], { perm: [0, 2, 1] }); // [batch, dim, time]
  const [zero, one] = [graph.int64("zero", [0], []), graph.int64("one", [1], [])];
  const second = graph.int64("second", [1]);
  const ends = graph.node("Unsqueeze", [lengths, second]); // [batch, 1]
  const features = widths.map((width, i) => {
    const convolved = graph.node("Conv", [x, weight(`convs.${i}.weight`), weight(`convs.${i}.bias`)]);
    const active = graph.node("Relu", [convolved]);
    const windows = graph.node("Gather", [graph.node("Shape", [active]), graph.int64(`time.${i}`, [2], [])]);
    const places = graph.node("Range", [zero, windows, one]);
    const inside = graph.node("Sub", [ends, graph.int64(`before.${i}`, [width - 1])]);
    const isInside = graph.node("Less", [places, graph.node("Max", [inside, second])]); // [batch, windows]
    const mask = graph.node("Cast", [graph.node("Unsqueeze", [isInside, second])], { to: FLOAT });
    // What is masked becomes 0, which wins no maximum that ReLU has not given anyway.
    return graph.node("ReduceMax", [graph.node("Mul", [active, mask])], { axes: [2], keepdims: 0 });
  });
  const joined = graph.node("Concat", features, { axis: 1 });
  return graph.node("Gemm", [joined, weight("linear.weight"), weight("linear.bias")], { transB: 1 });
}

/** ONNX's number of float32 and int32, as `Cast` takes it. */
const [FLOAT, INT32] = [1, 6] as const;

function textLstm(graph: OnnxGraph, { layers, hidden, rows, weights }: TextLstm, weight: AddWeight): string {
  const tokens = graph.input("tokens", "int64", ["batch", "time"]);
  const lengths = graph.input("lengths", "int64", ["batch"]);
  const ends = graph.node("Cast", [lengths], { to: INT32 });
  const row = graph.node("Gather", [graph.int32("rows", rows), tokens]);
  const words = graph.node("Gather", [weight("embedding.weight"), row]);
  let x = graph.node("Transpose", [words], { perm: [1, 0, 2] }); // [time, batch, dim]
  let last = "";
  for (let layer = 0; layer < layers; layer++) {
    const suffixes = [`_l${layer}`, `_l${layer}_reverse`].filter((suffix) => weights.has(`lstm.weight_ih${suffix}`));
    const joined = (name: string, parts: readonly HostTensor[]) => graph.weight(name, directions(parts, hidden));
    const get = (name: string) => suffixes.map((suffix) => weights.get(`lstm.${name}${suffix}`)!);
    const w = joined(`lstm.weight_ih_l${layer}`, get("weight_ih"));
    const r = joined(`lstm.weight_hh_l${layer}`, get("weight_hh"));
    const biases = [get("bias_ih"), get("bias_hh")].map((parts) => directions(parts, hidden));
    const b = graph.weight(`lstm.bias_l${layer}`, sideBySide(biases[0]!, biases[1]!));
    const direction = suffixes.length === 2 ? "bidirectional" : "forward";
    const [y, states] = graph.nodes("LSTM", [x, w, r, b, ends], 2, { direction, hidden_size: hidden });
    const together = graph.node("Transpose", [y!], { perm: [0, 2, 1, 3] }); // [time, batch, directions, hidden]
    if (layer + 1 < layers) x = graph.node("Reshape", [together, graph.int64(`joined.${layer}`, [0, 0, -1])]);
    last = graph.node("Transpose", [states!], { perm: [1, 0, 2] });
  }
  const features = graph.node("Reshape", [last, graph.int64("features", [0, -1])]);
  return graph.node("Gemm", [features, weight("linear.weight"), weight("linear.bias")], { transB: 1 });
}

/** `[directions, 4·hidden, …]`, gates in ONNX's order i, o, f, c of PyTorch's i, f, g, o. */
function directions(parts: readonly HostTensor[], hidden: number): HostTensor {
  const [first] = parts;
  const [, ...rest] = first!.shape;
  const gate = first!.data.length / 4;
  const data = new Float32Array(parts.length * 4 * gate);
  for (const [side, part] of parts.entries())
    for (const [to, from] of [0, 3, 1, 2].entries())
      data.set(part.data.subarray(from * gate, (from + 1) * gate), (side * 4 + to) * gate);
  return { shape: [parts.length, 4 * hidden, ...rest], data };
}

/** Two `[directions, size]` as `[directions, 2·size]`. */
function sideBySide(a: HostTensor, b: HostTensor): HostTensor {
  const [sides, size] = a.shape as readonly [number, number];
  const data = new Float32Array(2 * sides * size);
  for (let side = 0; side < sides; side++) {
    data.set(a.data.subarray(side * size, (side + 1) * size), 2 * side * size);
    data.set(b.data.subarray(side * size, (side + 1) * size), (2 * side + 1) * size);
  }
  return { shape: [sides, 2 * size], data };
}

/** An image, or its pixels, of which only some are read. */
function inputOf(
  graph: OnnxGraph,
  { shape: [channels, height, width], inputs }: Pick<PortableStack, "shape" | "inputs">,
  isDense: boolean,
): string {
  const all = isDense ? channels * height * width : channels;
  const x = isDense
    ? graph.input("pixels", "float", ["batch", all])
    : graph.input("image", "float", ["batch", channels, height, width]);
  return inputs.length < all ? graph.node("Gather", [x, graph.int64("read", inputs)], { axis: 1 }) : x;
}

function residual(graph: OnnxGraph, network: PortableResNet, weight: AddWeight): string {
  const convolve = (x: string, name: string, stride = 1) => {
    const [, , size] = network.weights.get(`${name}.weight`)!.shape as readonly [number, number, number];
    const pad = (size - 1) / 2;
    const how = { kernel_shape: [size, size], pads: [pad, pad, pad, pad], strides: [stride, stride] };
    return graph.node("Conv", [x, weight(`${name}.weight`), weight(`${name}.bias`)], how);
  };
  const relu = (x: string) => graph.node("Relu", [x]);
  let x = relu(convolve(inputOf(graph, network, false), "conv1"));
  for (const { name, stride, hasShortcut } of network.blocks) {
    const inner = convolve(relu(convolve(x, `${name}.conv1`, stride)), `${name}.conv2`);
    x = relu(graph.node("Add", [inner, hasShortcut ? convolve(x, `${name}.downsample.0`, stride) : x]));
  }
  return graph.node("Gemm", [meanOf(graph, x), weight("fc.weight"), weight("fc.bias")], { transB: 1 });
}

/** Over all pixels of each channel. */
function meanOf(graph: OnnxGraph, x: string): string {
  return graph.node("ReduceMean", [x], { axes: [2, 3], keepdims: 0 });
}

function stack(graph: OnnxGraph, network: PortableStack, weight: AddWeight): string {
  const { kind, layers, padding, isRectified, halvings, head } = network;
  let x = inputOf(graph, network, kind === "dense");
  const convs = layers.filter((name) => name.startsWith("convs."));
  for (const [i, name] of convs.entries()) {
    const [, , ...size] = network.weights.get(`${name}.weight`)!.shape;
    const how = { kernel_shape: size, pads: [padding, padding, padding, padding] };
    x = graph.node("Conv", [x, weight(`${name}.weight`), weight(`${name}.bias`)], how);
    if (isRectified) x = graph.node("Relu", [x]);
    if (halvings.includes(i)) x = graph.node("MaxPool", [x], { kernel_shape: [2, 2], strides: [2, 2] });
  }
  if (convs.length > 0) x = head === "mean" ? meanOf(graph, x) : graph.node("Flatten", [x], { axis: 1 });
  const dense = layers.slice(convs.length);
  for (const [i, name] of dense.entries()) {
    x = graph.node("Gemm", [x, weight(`${name}.weight`), weight(`${name}.bias`)], { transB: 1 });
    if (i + 1 < dense.length) x = graph.node("Relu", [x]);
  }
  return x;
}
