import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  add,
  type Backend,
  batchNorm,
  batchNormTraining,
  gradients,
  mul,
  noGrad,
  relu,
  stream,
  sum,
  type Tensor,
  type Tensor4,
  tensor,
  useBackend,
  type Vector,
} from "../src/index.ts";
import { backends } from "./backends.ts";

// Batch normalisation together with what follows has the bits of the operations one by one: results, statistics and gradients.

/** What follows: how it is asked for, and the same in operations. */
const AFTER = {
  relu: {
    options: () => ({ relu: true }),
    apply: (y: Tensor) => relu(y),
  },
  residual: {
    options: (residual: Tensor) => ({ residual }),
    apply: (y: Tensor, residual: Tensor) => add(y, residual),
  },
  "residual and relu": {
    options: (residual: Tensor) => ({ residual, relu: true }),
    apply: (y: Tensor, residual: Tensor) => relu(add(y, residual)),
  },
} as const;

type Operands = readonly [x: Tensor4, gamma: Vector, beta: Vector, residual: Tensor4];

/** With `special`, some of the values are what arithmetic treats apart. */
function draw(shape: readonly number[], special: boolean): { operands: Operands; dy: Tensor; statistics: Vector[] } {
  const rng = stream(1, "operands", ...shape);
  const [channels] = [shape[1]!];
  const values = (of: readonly number[]) => {
    const drawn = rng.normals(of.reduce((product, n) => product * n, 1));
    if (special && of.length > 1)
      for (const value of [Number.NaN, Infinity, 0, -0]) drawn[rng.below(drawn.length)] = value;
    return drawn;
  };
  const leaf = (of: readonly number[]) => tensor(values(of), of, { requiresGrad: true });
  return {
    operands: [leaf(shape), leaf([channels]), leaf([channels]), leaf(shape)] as unknown as Operands,
    dy: tensor(values(shape), shape),
    statistics: [tensor(values([channels]), [channels]), tensor(values([channels]).map(Math.abs), [channels])],
  };
}

/** Of each tensor; any NaN is as good as another. */
const bitsOf = (tensors: readonly Tensor[]): Promise<number[][]> =>
  Promise.all(
    tensors.map(async (one) =>
      Array.from(new Uint32Array((await one.read()).slice().buffer), (word) =>
        (word & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : word,
      ),
    ),
  );

describe.each(backends)("on $name", ({ create }) => {
  let before: Backend;
  beforeAll(async () => {
    before = useBackend(await create());
  });
  afterAll(() => {
    useBackend(before);
  });

  const cases = [
    [3, 2, 5, 7],
    [4, 5, 8, 8],
    [2, 3, 40, 60],
    [7, 3],
  ].flatMap((shape) =>
    (Object.keys(AFTER) as (keyof typeof AFTER)[]).flatMap((name) =>
      [false, true].map((special) => ({ shape, name, special })),
    ),
  );

  test.each(cases)("training of $shape, then $name; special values: $special", async ({ shape, name, special }) => {
    const { options, apply } = AFTER[name];
    const run = (together: boolean) => {
      const { operands, dy } = draw(shape, special);
      const [x, gamma, beta, residual] = operands;
      const normed = batchNormTraining(x, gamma, beta, together ? options(residual) : {});
      const y = together ? normed.y : apply(normed.y, residual);
      const asked = name === "relu" ? operands.slice(0, 3) : operands;
      return bitsOf([y, normed.mean, normed.variance, ...gradients(sum(mul(y, dy)), asked)]);
    };
    expect(await run(true)).toEqual(await run(false));
  });

  test.each(cases)("evaluation of $shape, then $name; special values: $special", async ({ shape, name, special }) => {
    const { options, apply } = AFTER[name];
    const run = (together: boolean, recorded: boolean) => {
      const { operands, dy, statistics } = draw(shape, special);
      const [x, gamma, beta, residual] = operands;
      const given = { mean: statistics[0]!, variance: statistics[1]! };
      const compute = () =>
        together
          ? batchNorm(x, gamma, beta, { ...given, ...options(residual) })
          : apply(batchNorm(x, gamma, beta, given), residual);
      if (!recorded) return bitsOf([noGrad(compute)]);
      const y = compute();
      return bitsOf([y, ...gradients(sum(mul(y, dy)), name === "relu" ? operands.slice(0, 3) : operands)]);
    };
    const expected = await run(false, true);
    expect(await run(true, true)).toEqual(expected);
    expect(await run(true, false)).toEqual(expected.slice(0, 1));
    expect(await run(false, false)).toEqual(expected.slice(0, 1));
  });

  test("a residual that needs no gradient costs none", async () => {
    const { operands, dy } = draw([4, 5, 8, 8], false);
    const [x, gamma, beta, residual] = operands;
    const fixed = tensor(await residual.read(), residual.shape);
    const run = (other: Tensor) => {
      const { y } = batchNormTraining(x, gamma, beta, { residual: other, relu: true });
      return bitsOf(gradients(sum(mul(y, dy)), [x, gamma, beta]));
    };
    expect(await run(fixed)).toEqual(await run(residual));
  });
});
