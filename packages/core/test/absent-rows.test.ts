import { afterAll, describe, expect, test } from "vitest";
import {
  add,
  type Backend,
  createWasmBackend,
  detach,
  embedding,
  full,
  type Matrix,
  scope,
  stream,
  type Tensor,
  tensor,
  textConvolution,
  tokens,
  useBackend,
  zeros,
} from "../src/index.ts";
import { made, read, step, type Table, testAbsentRows } from "./absent-rows.ts";
import { backends } from "./backends.ts";

const before = useBackend(await createWasmBackend());
afterAll(() => {
  useBackend(before);
});

const many: Backend[] = [
  await createWasmBackend({ threads: 2 }),
  await createWasmBackend({ threads: 3 }),
  ...(await Promise.all(backends.filter(({ name }) => name.startsWith("wasm")).map(({ create }) => create()))),
];

testAbsentRows(many.map((backend, i) => ({ name: `${backend.name} ${i}`, backend })));

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
