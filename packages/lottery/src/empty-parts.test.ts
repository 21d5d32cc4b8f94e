import { Sparse, type Tensor, tensor, type Weight, zeros } from "@ltt/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type EmptyParts, emptyParts } from "./empty-parts.ts";

/** A weight that stores the elements of a drawing other than 0. */
function drawn(shape: readonly number[], elements: readonly number[]): Weight {
  const positions = Int32Array.from(elements.flatMap((element, at) => (element === 0 ? [] : [at])));
  return new Sparse(shape, positions, zeros([positions.length]) as Tensor<readonly [number]>);
}

const partsOf = (weights: Record<string, Weight>) => emptyParts(new Map(Object.entries(weights)));
const shown = (parts: readonly EmptyParts[] | undefined) =>
  parts?.map(({ part, empty, of }) => `${empty}/${of} ${part}`);

test("an embedding has words and dimensions", () => {
  const parts = partsOf({ "embedding.weight": drawn([4, 3], [0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0]) });
  expect(shown(parts.get("embedding.weight"))).toEqual(["2/4 words", "2/3 dimensions"]);
});

test("a convolution has filters, taps of filters and channels", () => {
  const weight = drawn(
    [2, 2, 3],
    [
      ...[1, 0, 0, 1, 0, 0], // first word of the window: channel 0, channel 1
      ...[1, 0, 1, 0, 0, 0], // second word
    ],
  );
  // filter 1 has nothing; filter 2 nothing at the first word
  expect(shown(partsOf({ "convs.0.weight": weight }).get("convs.0.weight"))).toEqual([
    "1/3 filters",
    "3/6 taps",
    "0/2 channels",
  ]);
});

test("an LSTM has gates, inputs, states that no step reads, and units that know nothing", () => {
  // two units: rows i0 i1 f0 f1 g0 g1 o0 o1
  const input = drawn([8, 3], [1, 0, 0, ...Array(12).fill(0), 0, 1, 0, ...Array(6).fill(0)]); // i0 and g1
  const recurrent = drawn([8, 2], [...Array(4).fill(0), 1, 0, ...Array(10).fill(0)]); // f0 reads unit 0
  const parts = partsOf({ "lstm.weight_ih_l0": input, "lstm.weight_hh_l0": recurrent });
  expect(shown(parts.get("lstm.weight_ih_l0"))).toEqual(["6/8 gates", "1/3 inputs"]);
  expect(shown(parts.get("lstm.weight_hh_l0"))).toEqual(["7/8 gates", "1/2 states", "0/2 units"]);

  const nothing = partsOf({ "lstm.weight_ih_l1_reverse": drawn([8, 3], [1]), "lstm.weight_hh_l1_reverse": recurrent });
  expect(shown(nothing.get("lstm.weight_hh_l1_reverse"))).toContain("1/2 units");
  const frozenInput = partsOf({ "lstm.weight_ih_l0": zeros([8, 3]), "lstm.weight_hh_l0": recurrent });
  expect(shown(frozenInput.get("lstm.weight_hh_l0"))).toContain("0/2 units");
});

test("any other matrix has outputs and inputs, a vector and a whole tensor nothing", () => {
  const parts = partsOf({
    "linear.weight": drawn([2, 3], [1, 0, 0, 1, 0, 0]),
    "linear.bias": drawn([2], [1, 0]),
    whole: tensor([[1, 2]]),
  });
  expect(shown(parts.get("linear.weight"))).toEqual(["0/2 outputs", "2/3 inputs"]);
  expect(parts.get("linear.bias")).toEqual([]);
  expect(parts.get("whole")).toEqual([]);
});

test("empty filters, taps and channels are those whose sums of |w| are 0, whatever the pattern", () => {
  const size = fc.integer({ min: 1, max: 4 });
  const kernels = fc
    .tuple(size, size, size)
    .chain((shape) =>
      fc.tuple(
        fc.constant(shape),
        fc.array(fc.nat(1), { minLength: shape[0] * shape[1] * shape[2], maxLength: shape[0] * shape[1] * shape[2] }),
      ),
    );
  fc.assert(
    fc.property(kernels, ([[width, channels, filters], elements]) => {
      const at = (w: number, c: number, f: number) => elements[(w * channels + c) * filters + f]!;
      const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);
      const filter = upTo(filters).filter((f) => upTo(width).every((w) => upTo(channels).every((c) => !at(w, c, f))));
      const taps = upTo(width).flatMap((w) => upTo(filters).filter((f) => upTo(channels).every((c) => !at(w, c, f))));
      const channel = upTo(channels).filter((c) => upTo(width).every((w) => upTo(filters).every((f) => !at(w, c, f))));
      const found = partsOf({ kernel: drawn([width, channels, filters], elements) }).get("kernel")!;
      expect(found.map(({ empty }) => empty)).toEqual([filter.length, taps.length, channel.length]);
    }),
  );
});
