import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as core from "../src/index.ts";
import {
  type Backend,
  createReferenceBackend,
  ones,
  Sparse,
  stream,
  Tensor,
  Tokens,
  tensor,
  tokens,
  useBackend,
} from "../src/index.ts";
import { refusedOtherwise } from "../src/testing/index.ts";
import { calls } from "./calls.ts";
import { operations } from "./operations.ts";

/** What some messages begin with in place of the function's name: a file format's, and a stream's. */
const ALSO: Readonly<Record<string, string>> = { encodeSafetensors: "safetensors", split: "stream" };

/** All right calls: those of an operation may be in its entry. */
const rightCalls: typeof calls = {
  ...calls,
  ...Object.fromEntries(operations.flatMap(({ name, calls }) => (calls === undefined ? [] : [[name, calls]]))),
};

describe("any one thing wrong in a call is refused by name", () => {
  test.each(Object.entries(rightCalls))("%s", async (name, makers) => {
    for (const make of makers) {
      const { call, args } = make();
      await call(...(args as never[])); // which is right
      expect(await refusedOtherwise(make, [name, ALSO[name] ?? name])).toEqual([]);
    }
  });

  test("of every public function", () => {
    const methods = ["Rng", "below", "normals", "permutation", "split", "uniforms", "write"];
    const elsewhere = ["isWeight", "ShapeError", "SafetensorsError", "createWasmBackend", "useBackend"];
    const names = Object.keys(rightCalls).filter((name) => name !== "wasm" && !methods.includes(name));
    expect([...names, "Rng", ...elsewhere].sort()).toEqual(Object.keys(core).sort());
  });
});

describe("an operand that is no tensor is refused by operation and name", () => {
  const junk = [[1, 2], "2", null, { shape: [2] }, new Float32Array(2)];
  test.each(operations)("$name", ({ name, trials }) => {
    for (const { inputs, run } of fc.sample(trials, { numRuns: 3, seed: 1 })) {
      const operands = inputs.map(({ shape, data }) => tensor(data, shape));
      for (const i of operands.keys()) {
        for (const value of junk) {
          const wrong = () => run(operands.with(i, value as never));
          expect(wrong).toThrow(TypeError);
          expect(wrong).toThrow(
            new RegExp(`^${name}: [a-zA-Z0-9.\\[\\]]+ is (an array of 2|"2"|null|an object|a Float32Array)`, "u"),
          );
        }
      }
    }
  });
});

const untyped = core as unknown as Record<string, (...args: unknown[]) => unknown>;
const call =
  (name: string, ...args: unknown[]) =>
  () =>
    untyped[name]!(...args);
const make =
  (of: new (...args: never[]) => unknown, ...args: unknown[]) =>
  () =>
    Reflect.construct(of, args);
const x = ones([2, 3], { requiresGrad: true });
const cyclic: unknown[] = [];
cyclic.push(cyclic);

test.each<[() => unknown, new (message: string) => Error, string]>([
  [call("tensor", [["1", "2"]]), TypeError, 'tensor: element [0,0] is "1" (string); elements are numbers'],
  [call("tensor", [[1, "2"]]), TypeError, 'tensor: element [0,1] is "2" (string); elements are numbers'],
  [call("tensor", "5"), TypeError, 'tensor: values is "5" (string); it is a number, or an array of numbers'],
  [call("tensor", ["1", "abc"], [2]), TypeError, 'tensor: element [0] is "1" (string); elements are numbers'],
  [call("tensor", [1, undefined], [2]), TypeError, "tensor: element [1] is undefined; elements are numbers"],
  [call("tensor", [1, null], [2]), TypeError, "tensor: element [1] is null; elements are numbers"],
  [call("tensor", { 0: 1, length: 2 }, [2]), TypeError, "tensor: element [1] is undefined; elements are numbers"],
  [call("tensor", new Array(2)), TypeError, "tensor: element [0] is undefined; elements are numbers"],
  [call("tensor", BigInt64Array.of(1n), [1]), TypeError, "tensor: element [0] is 1 (bigint); elements are numbers"],
  [call("tensor", "12", [2]), TypeError, 'tensor: values is "12" (string); it is an array of numbers'],
  [call("tensor", new Set([1]), [1]), TypeError, "tensor: values is a Set; it is an array of numbers"],
  [call("tensor", x), TypeError, "tensor: values is a Tensor [2,3]; it is a number, or an array of numbers"],
  [call("tensor", cyclic), core.ShapeError, "tensor: nested deeper than 64: an array inside itself"],
  [call("tensor", [1, 2], 2), TypeError, "tensor: shape is 2; it is an array of integers"],
  [call("tensor", [1, 2], ["2"]), TypeError, 'tensor: shape[0] is "2" (string); it is an integer'],
  [
    call("tensor", [1], [1], { requires_grad: true }),
    TypeError,
    'tensor: unknown option "requires_grad"; did you mean "requiresGrad"?',
  ],
  [call("tensor", [1], [1], true), TypeError, "tensor: options is true (boolean); it is an object of requiresGrad"],
  [call("zeros", [2], { requiresGrad: 1 }), TypeError, "zeros: requiresGrad is 1; it is true or false"],
  [call("full", [2], "1"), TypeError, 'full: value is "1" (string); it is a number'],
  [call("empty", [-1]), core.ShapeError, "empty: [-1] is no shape: sizes are integers from 0"],
  [call("tokens", ["1"], [1]), TypeError, 'tokens: value 0 is "1" (string), not an integer of 32 bits'],
  [make(Tokens, Int32Array.of(1), [2, 3]), core.ShapeError, "Tokens: 1 values do not fill [2,3], which holds 6"],
  [make(Tokens, [1], [1]), TypeError, "Tokens: data is an array of 1; it is an Int32Array"],
  [
    make(Tensor, [1, 2], [2]),
    TypeError,
    'Tensor: storage is an array of 2, which the backend "wasm" has not made: tensor(values, shape) copies values',
  ],
  [
    make(Tensor, new Float32Array(2), [2]),
    TypeError,
    'Tensor: storage is a Float32Array of 2, which the backend "wasm" has not made: tensor(values, shape) copies values',
  ],
  [make(Tensor, x.storage, [2]), core.ShapeError, "Tensor: 6 values do not fill [2], which holds 2"],
  [make(Sparse, [2], [0], ones([1])), TypeError, "Sparse: positions is an array of 1; it is an Int32Array"],
  [
    make(Sparse, [2], Int32Array.of(0), [1]),
    TypeError,
    "Sparse: values is an array of 1; it is a tensor: tensor(values) makes one",
  ],
  [call("add", [1, 2], x), TypeError, "add: a is an array of 2; it is a tensor or a number: tensor(values) makes one"],
  [
    call("neg", new Sparse([2], Int32Array.of(0), ones([1]))),
    TypeError,
    "neg: x is a Sparse [2]; it is a tensor: tensor(values) makes one",
  ],
  [call("sum", x, { dim: 0 }), TypeError, 'sum: unknown option "dim"; did you mean "axis"?'],
  [call("sum", x, { keepdim: true }), TypeError, 'sum: unknown option "keepdim"; did you mean "keepDims"?'],
  [call("sum", x, { axis: "0" }), TypeError, 'sum: axis is "0" (string); it is an integer'],
  [
    call("max", x, x),
    TypeError,
    "max: options is a Tensor [2,3]; they are { axis, keepDims }; of two tensors it is maximum(a, b)",
  ],
  [call("sum", x, 0), TypeError, "sum: options is 0; it is an object of axis, keepDims"],
  [call("conv1d", x, ones([1, 1, 1])), core.ShapeError, "conv1d: x is [2,3]; it has 3 axes"],
  [call("dropout", x, 0.5), TypeError, 'dropout: rng is undefined; it is an Rng: stream(seed, "purpose") makes one'],
  [
    call("crossEntropy", x, [0, 1]),
    TypeError,
    "crossEntropy: targets is an array of 2; it is Tokens: tokens(values, shape) makes them",
  ],
  [
    call("binaryCrossEntropyWithLogits", ones([2, 1]), tokens([0, 1], [2])),
    core.ShapeError,
    "binaryCrossEntropyWithLogits: logits is [2,1]; it has one axis",
  ],
  [
    call("embedding", x, tokens([0], [1]), { paddingId: 2 }),
    RangeError,
    "embedding: paddingId is 2; the table [2,3] has rows 0–1",
  ],
  [call("concat", x), TypeError, "concat: parts is a Tensor [2,3]; it is an array of tensors"],
  [call("gradients", core.sum(x), x), TypeError, "gradients: parameters is a Tensor [2,3]; it is an array of tensors"],
  [
    call("gradients", core.sum(x), [new Sparse([2], Int32Array.of(0), ones([1]))]),
    TypeError,
    "gradients: parameters[0] is a Sparse [2]; what has a gradient is its values",
  ],
  [
    call("noGrad", async () => x),
    TypeError,
    "noGrad: body is an AsyncFunction; it is a function that is neither async nor a generator",
  ],
  [
    call("scope", x),
    TypeError,
    "scope: body is a Tensor [2,3]; it is a function that is neither async nor a generator",
  ],
  [call("stream", "1"), TypeError, 'stream: seed is "1" (string); it is an integer from 0 to 2⁵³ − 1'],
  [call("stream", 1, undefined), TypeError, "stream: a part of the path is undefined; parts are numbers and strings"],
  [() => stream(1).below("5" as never), TypeError, 'below: n is "5" (string); it is an integer from 1 to 2³²'],
  [() => stream(1).permutation(2.5), RangeError, "permutation: n is 2.5; it is an integer from 0"],
  [() => x.write([1] as never), TypeError, "write: values is an array of 1; it is a Float32Array"],
  [
    call("decodeSafetensors", new ArrayBuffer(8)),
    TypeError,
    "decodeSafetensors: bytes is an ArrayBuffer; it is a Uint8Array",
  ],
  [call("encodeSafetensors", { w: 1 }), TypeError, "encodeSafetensors: entries is an object; it is a Map"],
  [
    call("useBackend", "wasm"),
    TypeError,
    'useBackend: next is "wasm" (string); it is a backend: useBackend(await createWasmBackend()) or useBackend(createReferenceBackend())',
  ],
  [
    call("useBackend", Promise.resolve()),
    TypeError,
    "useBackend: next is a Promise; it is a backend: useBackend(await createWasmBackend()) or useBackend(createReferenceBackend())",
  ],
])("message %#", (wrong, kind, message) => {
  expect(wrong).toThrow(kind);
  expect(wrong).toThrow(message);
});

test("steps that would divide by nothing, or leave momentum out, are refused before anything is written", () => {
  const step = {
    learningRate: 0.1,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
    decoupledDecay: 0,
    step: 0,
  };
  const [weights, gradient] = [ones([2]), ones([2])];
  const state = { m: core.zeros([2]), v: core.zeros([2]) };
  expect(() => core.adamUpdate(weights, gradient, state, step)).toThrow(
    new RangeError("adamUpdate: step is 0; it is an integer from 1"),
  );
  const sgd = { learningRate: 1, momentum: 0.5, dampening: 0, nesterov: false, weightDecay: 0, first: true };
  expect(() => core.sgdUpdate(weights, gradient, {}, sgd)).toThrow("sgdUpdate: state.velocity is undefined");
  expect([...weights.data, ...state.m.data]).toEqual([1, 1, 0, 0]);
});

test.each(["scope", "noGrad"] as const)(
  "an async body of %s, a generator, or one that returns a promise, is refused",
  (name) => {
    const refused = `${name}: body is an AsyncFunction body; it is a function that is neither async nor a generator`;
    const body = async () => x;
    expect(() => core[name](body)).toThrow(refused);
    expect(() => core[name](function* () {})).toThrow(`${name}: body is a GeneratorFunction; it is a function that`);
    expect(() => core[name](() => body())).toThrow(`${name}: the body returned a promise: `);
    expect(core.add(core.tensor(1, undefined, { requiresGrad: true }), 1).requiresGrad).toBe(true);
  },
);

test("a backend is asked for its kernels no earlier than they are used", () => {
  let asked = 0;
  const reference = createReferenceBackend();
  const lazy: Backend = {
    ...reference,
    get kernels() {
      asked++;
      return reference.kernels;
    },
  };
  const before = useBackend(lazy);
  useBackend(before);
  expect(asked).toBe(0);
});

test("options of the wasm backend", async () => {
  const wasm = (options: unknown) => core.createWasmBackend(options as never);
  await expect(wasm({ num_threads: 2 })).rejects.toThrow('wasm: unknown option "num_threads"; did you mean "threads"?');
  await expect(wasm({ arithmetic: "fast" })).rejects.toThrow(
    new RangeError('wasm: arithmetic is "fast" (string); it is "strict" or "fma"'),
  );
  await expect(wasm({ memory: 1 })).rejects.toThrow("wasm: memory is 1; it is a LinearMemory");
  await expect(wasm({ breakEvens: { product: 0.5 } })).rejects.toThrow(
    "wasm: breakEvens is an object; it is BreakEvens: a number from 0 for each kind of work",
  );
});
