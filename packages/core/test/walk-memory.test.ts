import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  type Backend,
  type Cube,
  conv1d,
  createReferenceBackend,
  embedding,
  gradients,
  type Matrix,
  matmul,
  mul,
  record,
  relu,
  reshape,
  Sparse,
  type Storage,
  scope,
  square,
  sum,
  type Tensor,
  tensor,
  textConvolution,
  tokens,
  useBackend,
  type Vector,
} from "../src/index.ts";
import { everything } from "./operation-checks.ts";
import { operations } from "./operations.ts";

// `gradients` gives memory back while it walks: no more than nobody reads, and nothing twice.

/** The reference backend: what is given back is NaN from then on and never handed out again. Counts values that are in use, and the most there ever were. */
function poisoning(): Backend & { readonly inUse: number; readonly peak: number; restart(): void } {
  const { allocate: _, ...inner } = createReferenceBackend();
  const alive = new Set<object>();
  let [inUse, peak] = [0, 0];
  const taken = <T extends Storage>(made: T): T => {
    alive.add(made);
    inUse += made.length;
    peak = Math.max(peak, inUse);
    return made;
  };
  const give = (made: Storage, poison: () => void) => {
    if (!alive.delete(made)) throw new Error("given back twice, or never taken");
    inUse -= made.length;
    poison();
  };
  return {
    ...inner,
    allocate: (length) => taken(new Float32Array(length).fill(Number.NaN)),
    upload: (values) => taken(inner.upload(values)),
    allocateIndices: (length) => taken(new Int32Array(length).fill(-1)),
    uploadIndices: (values) => taken(inner.uploadIndices(values)),
    release: (values) => give(values, () => (values as Float32Array).fill(Number.NaN)),
    releaseIndices: (values) => give(values, () => (values as Int32Array).fill(-1)),
    get inUse() {
      return inUse;
    },
    get peak() {
      return peak;
    },
    restart: () => {
      peak = inUse;
    },
  };
}

function on<T>(backend: Backend, body: () => T): T {
  const before = useBackend(backend);
  try {
    return body();
  } finally {
    useBackend(before);
  }
}

const leaf = (values: readonly number[], shape?: readonly number[]): Tensor =>
  tensor(values, shape ?? [values.length], { requiresGrad: true });

describe.each(operations)("$name", ({ trials }) => {
  test("has the same gradients where memory that is given back holds NaN, and leaves none", async () => {
    const mine = poisoning();
    for (const trial of fc.sample(trials, { numRuns: 20, seed: 1 })) {
      const wanted = await everything(trial);
      const before = useBackend(mine);
      try {
        const outside = await everything(trial);
        const inUse = mine.inUse;
        const { inside } = scope(() => ({ inside: everything(trial) }));
        expect(await inside).toEqual(wanted);
        expect(outside).toEqual(wanted);
        expect(mine.inUse).toBe(inUse);
      } finally {
        useBackend(before);
      }
    }
  });
});

test("of weights of which a part is stored: the same gradients too, and none is left", () => {
  const steps = () => {
    const sparse = (...shape: number[]) => {
      const size = shape.reduce((product, n) => product * n, 1);
      const positions = Int32Array.from({ length: Math.ceil(size / 3) }, (_, i) => 3 * i);
      return new Sparse(shape, positions, leaf(Array.from(positions, (at) => (at % 5) - 1)) as Vector);
    };
    const [table, kernel, other, weight] = [sparse(5, 4), sparse(2, 4, 3), sparse(3, 4, 2), sparse(5, 3)];
    const values = [table, kernel, other, weight].map((one) => one.values);
    return scope(() => {
      const ids = tokens([0, 4, 1, 1, 3, 2, 4, 4], [2, 4]);
      const features = textConvolution(table as never, ids, [{ kernel: kernel as never }, { kernel: other as never }]);
      const x = conv1d(embedding(table as never, ids) as Cube, kernel as never);
      const y = matmul(features, weight as never);
      const lazy = gradients(sum(square(y)), values); // the table's rows, written out when they are read
      const whole = gradients(add(sum(square(y)), sum(square(x))), values);
      return [...lazy, ...whole].map((gradient) => gradient.data);
    });
  };
  const wanted = steps();
  const mine = poisoning();
  on(mine, () => {
    expect(steps()).toEqual(wanted);
    const inUse = mine.inUse;
    expect(steps()).toEqual(wanted);
    expect(wanted.every((gradient) => gradient.some((value) => value !== 0))).toBe(true);
    expect(mine.inUse - inUse).toBeLessThan(200); // weights and index structures of the second call
  });
});

describe("a walk", () => {
  const N = 1000;

  test("of a long chain needs a few gradients at a time, not all", () => {
    const mine = poisoning();
    on(mine, () => {
      const x = leaf(new Array(N).fill(1));
      const most = (layers: number) => {
        mine.restart();
        scope(() => {
          let y: Tensor = x;
          for (let i = 0; i < layers; i++) y = relu(y);
          gradients(sum(y), [x]);
        });
        return (mine.peak - mine.inUse) / N - layers;
      };
      expect(Math.round(most(3))).toBe(2); // dy, and what follows from it
      expect(Math.round(most(50))).toBe(2);
    });
  });

  test("gives a gradient back when all that it was added up from is", () => {
    const mine = poisoning();
    on(mine, () => {
      const x = leaf(new Array(N).fill(1));
      const most = (branches: number) => {
        mine.restart();
        scope(() => {
          const y = relu(x);
          let total: Tensor = mul(y, 2);
          for (let i = 1; i < branches; i++) total = add(total, mul(y, 2));
          gradients(sum(total), [x]);
        });
        return (mine.peak - mine.inUse) / N - 2 * branches;
      };
      expect(Math.round(most(20))).toBe(Math.round(most(5)));
    });
  });

  test("outside a scope gives back too", () => {
    const mine = poisoning();
    on(mine, () => {
      const x = leaf(new Array(N).fill(1));
      let y: Tensor = x;
      for (let i = 0; i < 20; i++) y = relu(y);
      const loss = sum(y);
      const before = mine.inUse;
      const [dx] = gradients(loss, [x]);
      expect(dx.data[0]).toBe(1);
      expect(mine.inUse - before).toBeLessThan(1.1 * N);
    });
  });

  test("keeps the gradients that are asked for, though they lie in one storage, in the middle or at the end", () => {
    on(poisoning(), () => {
      const [a, b] = [leaf([1, 2]), leaf([3, 4])];
      const c = add(a, b); // hands the same dy to both
      const d = reshape(c, [2, 1]); // and this one lies in its dy
      const e = square(d);
      const found = scope(() => gradients(sum(e), [a, b, c, d, e]));
      expect(found.map(({ data }) => [...data])).toEqual([
        [8, 12],
        [8, 12],
        [8, 12],
        [8, 12],
        [1, 1],
      ]);
    });
  });

  test("twice over one graph finds what it needs", () => {
    on(poisoning(), () => {
      const x = leaf([1, -2, 3]);
      const loss = sum(square(relu(mul(x, 2))));
      const [first] = gradients(loss, [x]);
      const [again] = gradients(loss, [x]);
      expect([first.data, again.data].map((values) => [...values])).toEqual([
        [8, 0, 24],
        [8, 0, 24],
      ]);
    });
  });

  test("that is recorded keeps everything", () => {
    on(poisoning(), () => {
      const x = leaf([2, 3]);
      const [dx] = gradients(sum(mul(square(x), x)), [x], { createGraph: true });
      const [ddx] = gradients(sum(square(dx)), [x]);
      expect([...dx.data]).toEqual([12, 27]);
      expect([...ddx.data]).toEqual([2 * 12 * 12, 2 * 27 * 18]);
    });
  });

  test("leaves the rows that an embedding's gradient is filled from lazily", () => {
    on(poisoning(), () => {
      const table = leaf([1, 2, 3, 4, 5, 6], [3, 2]) as Matrix;
      const kernel = leaf([1, 1], [1, 2, 1]);
      scope(() => {
        const doubled = mul(table, 1);
        const y = textConvolution(doubled as Matrix, tokens([0, 2], [1, 2]), [{ kernel: kernel as never }]);
        const [of, dtable, dkernel] = gradients(sum(square(y)), [doubled, table, kernel]);
        scope(() => sum(square(y)));
        expect([...of!.data]).toEqual([0, 0, 0, 0, 22, 22]);
        expect([...dtable!.data]).toEqual([0, 0, 0, 0, 22, 22]);
        expect([...dkernel!.data]).toEqual([110, 132]);
      });
      scope(() => {
        const [dtable] = gradients(sum(square(embedding(table, tokens([1, 1], [2])))), [table]);
        expect([...dtable!.data]).toEqual([0, 0, 12, 16, 0, 0]);
      });
    });
  });
});

describe("a rule of somebody else's", () => {
  const x = () => leaf([1, 2, 3]);
  /** y = 2·x, with a rule that is given dy and a tensor that it has saved. */
  const double = (u: Tensor, rule: (dy: Tensor) => Tensor) => record("mine", mul(u, 2), [u], (dy) => [() => rule(dy)]);

  test("may keep what it is given, what it makes and what it returns", () => {
    const mine = poisoning();
    on(mine, () => {
      const inUse = mine.inUse;
      scope(() => {
        const kept: Tensor[] = [];
        const u = x();
        const y = double(square(u), (dy) => {
          const half = mul(dy, 0.5);
          const all = mul(half, 4);
          kept.push(dy, half, all, reshape(dy, [3, 1]));
          return all;
        });
        const [du] = gradients(sum(square(add(y, y))), [u]);
        expect([...du.data]).toEqual([64, 512, 1728]);
        expect(kept.map(({ data }) => [...data])).toEqual([
          [16, 64, 144],
          [8, 32, 72],
          [32, 128, 288],
          [16, 64, 144],
        ]);
      });
      expect(mine.inUse).toBe(inUse);
    });
  });

  test("may return dy itself, what it has saved, or always the same", () => {
    on(poisoning(), () => {
      const saved = tensor([5, 5, 5]);
      const u = x();
      for (let i = 0; i < 2; i++) {
        const same = double(square(u), (dy) => dy);
        const other = double(square(u), () => saved);
        const shaped = reshape(
          double(square(u), () => reshape(saved, [3])),
          [3],
        );
        const [du] = gradients(sum(add(add(same, other), shaped)), [u]);
        expect([...du.data]).toEqual([1, 2, 3].map((value) => 2 * value * (1 + 5 + 5)));
        expect([...saved.data]).toEqual([5, 5, 5]);
      }
    });
  });

  test("may keep a dy that lies in the same storage as another gradient", () => {
    on(poisoning(), () => {
      const kept: Tensor[] = [];
      const [u, v] = [x(), x()];
      const mine = double(square(u), (dy) => {
        kept.push(dy);
        return mul(dy, 2);
      });
      const [du, dv] = gradients(sum(square(add(mine, relu(square(v))))), [u, v]);
      expect([...du!.data]).toEqual([1, 2, 3].map((value) => 24 * value ** 3));
      expect([...dv!.data]).toEqual([1, 2, 3].map((value) => 12 * value ** 3));
      expect([...kept[0]!.data]).toEqual([6, 24, 54]);
    });
  });

  test("may ask for gradients itself", () => {
    on(poisoning(), () => {
      const u = x();
      const w = leaf([1, 1, 1]);
      const inner = sum(mul(relu(relu(w)), 2));
      const y = double(square(u), (dy) => {
        const [dw] = gradients(inner, [w]);
        return mul(dy, dw);
      });
      const [du] = gradients(sum(square(y)), [u]);
      expect([...du.data]).toEqual([1, 2, 3].map((value) => 16 * value ** 3));
    });
  });

  test("that throws leaves nothing behind, and the graph as it was", () => {
    const mine = poisoning();
    on(mine, () => {
      const u = x();
      const inUse = mine.inUse;
      scope(() => {
        let broken = true;
        const y = double(relu(square(u)), (dy) => {
          if (broken) throw new Error("broken");
          return mul(dy, 2);
        });
        const loss = sum(square(relu(y)));
        expect(() => gradients(loss, [u])).toThrow("broken");
        broken = false;
        expect([...gradients(loss, [u])[0].data]).toEqual([1, 2, 3].map((value) => 16 * value ** 3));
      });
      expect(mine.inUse).toBe(inUse);
    });
  });
});
