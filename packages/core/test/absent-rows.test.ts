import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import {
  adamUpdate,
  add,
  type Backend,
  createWasmBackend,
  detach,
  embedding,
  full,
  gradients,
  type Matrix,
  Sparse,
  scope,
  stream,
  sum,
  type Tensor,
  tensor,
  textConvolution,
  tokens,
  useBackend,
  type WeightMatrix,
  zeros,
} from "../src/index.ts";
import { mul } from "../src/ops/mul.ts";
import { backends } from "./backends.ts";

/** A table under Adam, as an optimiser holds it; a packed one through the vector of what it stores. */
interface Table<W extends WeightMatrix = WeightMatrix> {
  readonly weights: W;
  readonly m: Tensor;
  readonly v: Tensor;
}

const rates = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, decoupledDecay: 0 };
const before = useBackend(await createWasmBackend());
afterAll(() => {
  useBackend(before);
});

const many: Backend[] = [
  await createWasmBackend({ threads: 2 }),
  await createWasmBackend({ threads: 3 }),
  ...(await Promise.all(backends.filter(({ name }) => name.startsWith("wasm")).map(({ create }) => create()))),
];

function made(words: number, dim: number, scale = 1): Table<Matrix> {
  const values = stream(1, "table", words, dim).normals(words * dim);
  const weights = tensor(
    values.map((x) => x * scale),
    [words, dim],
    { requiresGrad: true },
  );
  return { weights, m: zeros([words, dim]), v: zeros([words, dim]) };
}

/** All but every fifth element of such a table, rows of unlike lengths. */
function packed(words: number, dim: number): Table<Sparse<readonly [number, number]>> {
  const all = made(words, dim).weights.data;
  const positions = Int32Array.from(all.keys()).filter((at) => (at * 7 + Math.floor(at / dim)) % 5 > 0);
  const values = tensor(positions.length === 0 ? [] : Array.from(positions, (at) => all[at]!), [positions.length], {
    requiresGrad: true,
  });
  const state = () => zeros([positions.length]);
  return { weights: new Sparse([words, dim] as const, positions, values), m: state(), v: state() };
}

const trained = (weights: WeightMatrix): Tensor => (weights instanceof Sparse ? weights.values : weights);

/** A step on the words of a text, whose gradient is in rows, or written out: by adding 0. */
function step(
  { weights, m, v }: Table,
  words: readonly number[],
  {
    size,
    learningRate,
    at,
    whole,
    ...changed
  }: { size: number; learningRate: number; at: number; whole: boolean } & Partial<typeof rates>,
): void {
  scope(() => {
    const dim = weights.shape[1];
    const kernel = tensor(stream(2, "kernel", at).normals(dim * 2), [1, dim, 2]);
    const y = textConvolution(weights, tokens(words, [words.length, 1]), [{ kernel }], { paddingId: 1 });
    const parameter = trained(weights);
    const [gradient] = gradients(sum(mul(y, size)), [parameter]);
    adamUpdate(
      parameter,
      whole ? add(gradient, 0) : gradient,
      { m, v },
      { ...rates, ...changed, learningRate, step: at },
    );
  });
}

const read = ({ weights, m, v }: Table) => Promise.all([trained(weights), m, v].map((x) => x.read()));

describe.each(many.map((backend, i) => ({ name: `${backend.name} ${i}`, backend })))("on $name", ({ backend }) => {
  test("rows absent for thousands of steps have the bits of Adam on every row", async () => {
    useBackend(backend);
    const [words, dim] = [24, 7];
    const [lazy, eager] = [made(words, dim), made(words, dim)];
    for (let at = 1; at <= 3000; at++) {
      // word w comes every 2^(w/2) steps or so: the last ones once in 3,000
      const present = Array.from({ length: words }, (_, w) => w).filter((w) => at % Math.round(2 ** (w / 2)) === 0);
      const options = { size: 1e-4, learningRate: 1e-3 * (1 + Math.cos(at / 300)), at };
      step(lazy, [0, ...present], { ...options, whole: false });
      step(eager, [0, ...present], { ...options, whole: true });
      if (at % 700 === 0) expect(await read(lazy)).toEqual(await read(eager));
    }
    expect(await read(lazy)).toEqual(await read(eager));
  });

  test("and so have those of a packed table", async () => {
    useBackend(backend);
    const [words, dim] = [24, 37];
    const [lazy, eager] = [packed(words, dim), packed(words, dim)];
    for (let at = 1; at <= 1500; at++) {
      const present = Array.from({ length: words }, (_, w) => w).filter((w) => at % Math.round(2 ** (w / 2)) === 0);
      const options = { size: 1e-4, learningRate: 1e-3, at };
      step(lazy, [0, ...present], { ...options, whole: false });
      step(eager, [0, ...present], { ...options, whole: true });
      if (at % 400 === 0)
        expect(await embedding(lazy.weights, tokens([23, 4], [2])).read()).toEqual(
          await embedding(eager.weights, tokens([23, 4], [2])).read(),
        );
    }
    expect(await read(lazy)).toEqual(await read(eager));
  });

  test("whatever the sizes, the gradients and the rates, down to what is flushed and up to what overflows", async () => {
    useBackend(backend);
    const steps = fc.array(
      fc.record({
        words: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 3 }),
        repeat: fc.constantFrom(1, 2, 15, 16, 17, 90, 400),
      }),
      { minLength: 1, maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(1e-30, 1e-18, 1e-12, 1e-4, 1, 1e18),
        fc.constantFrom(0, 1e-9, 1e-3, 10, 1e30),
        fc.constantFrom(0, 1e-35, 1e-3, 1, 1e30),
        async (plan, dim, size, learningRate, scale) => {
          const [lazy, eager] = [made(6, dim, scale), made(6, dim, scale)];
          let at = 0;
          for (const { words, repeat } of plan) {
            for (let i = 0; i < repeat; i++) {
              at++;
              for (const [table, whole] of [
                [lazy, false],
                [eager, true],
              ] as const) {
                step(table, i === 0 ? words : [0], { size, learningRate, at, whole });
              }
            }
          }
          expect(await read(lazy)).toEqual(await read(eager));
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe("whoever looks at a table whose rows are behind sees them up to date", () => {
  const looks: [string, (table: Table<Matrix>) => Promise<unknown>][] = [
    ["an embedding", async ({ weights }) => embedding(weights, tokens([2, 3, 2], [3])).read()],
    ["an operation", async ({ weights }) => add(weights, 0).read()],
    [
      "a text's features",
      async ({ weights }) =>
        textConvolution(weights, tokens([2], [1, 1]), [{ kernel: tensor([[[1], [2], [3]]]) }]).read(),
    ],
    ["read", async ({ weights }) => weights.read()],
    ["data", async ({ weights }) => weights.data.slice()],
    ["the moments", async ({ m, v }) => [await v.read(), await m.read()]],
    ["what shares its memory", async ({ weights }) => detach(weights).read()],
    [
      "who writes to its moments",
      async (table) => {
        table.m.write(new Float32Array(table.m.size));
        return read(table);
      },
    ],
  ];
  test.each(looks)("%s", async (_, look) => {
    useBackend(many[0]!);
    const [lazy, eager] = [made(6, 3), made(6, 3)];
    const run = (from: number, words: number[]) => {
      for (let at = from; at < from + 20; at++) {
        step(lazy, at === from ? words : [0], { size: 1e-3, learningRate: 1e-2, at, whole: false });
        step(eager, at === from ? words : [0], { size: 1e-3, learningRate: 1e-2, at, whole: true });
      }
    };
    run(1, [2, 3]);
    expect(await look(lazy)).toEqual(await look(eager));
    run(21, [3, 4]);
    expect(await read(lazy)).toEqual(await read(eager));
  });

  test("data at every step, and memory that was shared before", async () => {
    useBackend(many[0]!);
    const [lazy, eager] = [made(6, 3), made(6, 3)];
    const shared = detach(lazy.weights);
    for (let at = 1; at < 20; at++) {
      const options = { size: 1e-3, learningRate: 1e-2, at };
      step(lazy, at === 1 ? [2, 3] : [0], { ...options, whole: false });
      step(eager, at === 1 ? [2, 3] : [0], { ...options, whole: true });
      if (at % 3 > 0) expect([lazy.weights.data, lazy.m.data]).toEqual([eager.weights.data, eager.m.data]);
    }
    expect(await shared.read()).toEqual(await eager.weights.read());
  });

  test("another optimiser, other betas and decay of the weights go on from there", async () => {
    useBackend(many[0]!);
    const [lazy, eager] = [made(6, 3), made(6, 3)];
    const one = { size: 1e-3, learningRate: 1e-2 };
    for (const [table, whole] of [
      [lazy, false],
      [eager, true],
    ] as const) {
      const other = { weights: table.weights, m: zeros([6, 3]), v: zeros([6, 3]) };
      for (let at = 1; at < 10; at++) step(table, at === 1 ? [2, 3] : [0], { ...one, at, whole });
      for (let at = 1; at < 10; at++) step(other, at === 1 ? [3, 4] : [0], { ...one, at, whole });
      step(table, [5], { ...one, at: 10, whole });
      for (let at = 11; at < 20; at++) step(table, [0], { ...one, at, whole, beta1: 0.8, beta2: 0.99 });
      for (let at = 20; at < 25; at++) step(table, [0], { ...one, at, whole, weightDecay: 0.1 });
      for (let at = 25; at < 30; at++) step(table, [0], { ...one, at, whole, decoupledDecay: 0.1 });
      for (let at = 30; at < 40; at++) step(table, [3], { ...one, at, whole });
    }
    expect(await read(lazy)).toEqual(await read(eager));
  });
});

describe("whoever outlives the others' scope is up to date after it, and nothing else is written to", () => {
  const values = (key: string) => stream(1, key).normals(6 * 3);
  const weightsOf = () => tensor(values("weights"), [6, 3], { requiresGrad: true });
  const squares = () => tensor(values("v").map(Math.abs), [6, 3]);
  const run = (table: Table, whole: boolean) => {
    for (let at = 1; at <= 20; at++)
      step(table, at === 1 ? [2, 3] : [0], { size: 1e-3, learningRate: 1e-2, at, whole });
  };
  /** Takes the memory that was given back before. */
  const others = () => Array.from({ length: 6 }, () => full([6, 3], 7));

  const lives: [string, (whole: boolean, last: () => void) => readonly Tensor[]][] = [
    [
      "a table, its moments made in a scope",
      (whole, last) => {
        const weights = weightsOf();
        scope(() => {
          run({ weights, m: zeros([6, 3]), v: zeros([6, 3]) }, whole);
          last();
        });
        return [weights];
      },
    ],
    [
      "moments, their table made in a scope",
      (whole, last) => {
        const [m, v] = [zeros([6, 3]), zeros([6, 3])];
        scope(() => {
          run({ weights: weightsOf(), m, v }, whole);
          last();
        });
        return [m, v];
      },
    ],
    [
      "a table and its means, the squares made in a scope",
      (whole, last) => {
        const [weights, m] = [weightsOf(), zeros([6, 3])];
        scope(() => {
          run({ weights, m, v: squares() }, whole);
          last();
        });
        return [weights, m];
      },
    ],
    [
      "a table returned from the scope in which its moments were made",
      (whole, last) => [
        scope(() => {
          const weights = weightsOf();
          run({ weights, m: zeros([6, 3]), v: squares() }, whole);
          last();
          return weights;
        }),
      ],
    ],
    [
      "moments returned from the innermost of three scopes, one a piece",
      (whole, last) =>
        scope(() => {
          const m = zeros([6, 3]);
          return scope(() => {
            const weights = weightsOf();
            const v = scope(() => {
              const v = squares();
              run({ weights, m, v }, whole);
              last();
              return v;
            });
            return [m, v];
          });
        }),
    ],
    [
      "a table whose steps end with an error",
      (whole, last) => {
        const weights = weightsOf();
        const failing = () =>
          scope(() => {
            run({ weights, m: zeros([6, 3]), v: zeros([6, 3]) }, whole);
            last();
            throw new Error("stop");
          });
        expect(failing).toThrow("stop");
        return [weights];
      },
    ],
    [
      "a table with one pair of moments after another",
      (whole, last) => {
        const weights = weightsOf();
        const [m, v] = [zeros([6, 3]), zeros([6, 3])];
        scope(() => {
          run({ weights, m: zeros([6, 3]), v: zeros([6, 3]) }, whole);
          run({ weights, m, v }, whole);
          last();
        });
        return [weights, m, v];
      },
    ],
  ];
  describe.each(lives)("%s", (_, live) => {
    test.each([
      ["another backend in use by then", true],
      ["the same backend in use", false],
    ])("with %s", async (_, away) => {
      useBackend(many[0]!);
      const last = () => void (away && useBackend(many[1]!));
      const after = async (whole: boolean) => {
        const alive = live(whole, last);
        useBackend(many[0]!);
        const taken = others();
        return { values: await Promise.all(alive.map((x) => x.read())), taken };
      };
      const lazy = await after(false);
      expect(lazy.values).toEqual((await after(true)).values);
      for (const other of lazy.taken) expect(new Set(await other.read())).toEqual(new Set([7]));
    });
  });
});
