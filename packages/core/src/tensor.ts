import { keepUp, settle } from "./absent-rows.ts";
import { backend } from "./backend.ts";
import type { Backend, Storage } from "./kernels.ts";
import { adopt, allocate, upload } from "./scope.ts";
import { checkShape, type Shape, ShapeError, type Sizes, show, sizeOf } from "./shape.ts";

/**
 * float32 values with a shape, row-major, on one backend.
 *
 * The rank is in the type: `Matrix` is `Tensor<readonly [number, number]>`. Sizes are checked by the operations, at run time.
 */
export class Tensor<out S extends Shape = Shape> {
  readonly shape: S;
  readonly size: number;
  readonly backend: Backend;
  /** How this tensor was computed, where a gradient may be asked for it; see `record`. */
  node: Node | undefined;
  readonly #leaf: boolean;
  #storage: Storage | (() => Storage) | undefined;

  /**
   * Wraps storage of the backend in use, or what makes it when it is first asked for. Users call `tensor`, `zeros`, …; authors of
   * operations `empty`.
   */
  constructor(storage: Storage | (() => Storage), shape: S, requiresGrad = false) {
    this.shape = shape;
    this.size = sizeOf(shape);
    this.backend = backend();
    this.#storage = storage;
    this.#leaf = requiresGrad;
    adopt(this);
  }

  /** Whether operations on this tensor are recorded: it was made with `requiresGrad`, or computed from one that was. */
  get requiresGrad(): boolean {
    return this.#leaf || this.node !== undefined;
  }

  /** For operations: where the values are. Throws if they are gone, or elsewhere than on the backend in use. */
  get storage(): Storage {
    return settle(this.#place());
  }

  /** The same for who looks at these rows of a table only: others may be behind, see `AbsentRows`. */
  storageOfRows(rows: Int32Array): Storage {
    return settle(this.#place(), rows);
  }

  #place(): Storage {
    if (this.#storage === undefined) {
      throw new Error(
        `tensor ${show(this)}: its scope has ended and its memory is given back: return it from the scope, or read it inside`,
      );
    }
    if (this.backend !== backend()) {
      throw new Error(
        `tensor ${show(this)} lives on the backend "${this.backend.name}", but "${backend().name}" is in use: ` +
          "make it there, from the values that read() gives",
      );
    }
    const storage = typeof this.#storage === "function" ? this.#storage() : this.#storage;
    this.#storage = storage;
    return storage;
  }

  /**
   * The values themselves, not a copy: valid until the scope that made the tensor ends. Only where storage is synchronous.
   *
   * @throws {Error} on a backend that computes asynchronously, such as a GPU: use `await tensor.read()`.
   */
  get data(): Float32Array {
    const values = this.backend.view(this.storage);
    keepUp(this.storage);
    if (values === undefined) {
      throw new Error(
        `tensor ${show(this)}: the backend "${this.backend.name}" computes asynchronously: use await tensor.read()`,
      );
    }
    return values;
  }

  /** A copy of the values, once everything issued before has run. On every backend. */
  async read(): Promise<Float32Array> {
    return this.backend.read(this.storage);
  }

  /**
   * The value of a tensor of one element.
   *
   * @throws {ShapeError} if it has more, or none.
   */
  async item(): Promise<number> {
    if (this.size !== 1) throw new ShapeError(`item: ${show(this)} has ${this.size} elements, not one`);
    return (await this.read())[0]!;
  }

  /**
   * Overwrites the values in place, in the order of issue: for loading and restoring weights. Not recorded.
   *
   * @throws {ShapeError} if there are more or fewer values than elements.
   */
  write(values: Float32Array): void {
    if (values.length !== this.size) {
      throw new ShapeError(`write: ${values.length} values do not fill ${show(this)}, which holds ${this.size}`);
    }
    this.backend.write(this.storage, values);
  }

  /** For scopes: gives the memory up, so that any later use is an error. */
  forget(): void {
    this.#storage = undefined;
  }
}

export type Scalar = Tensor<readonly []>;
export type Vector = Tensor<readonly [number]>;
export type Matrix = Tensor<readonly [number, number]>;
export type Cube = Tensor<readonly [number, number, number]>;

/** How a tensor was computed. `rule` gives, for each input, a thunk of its gradient. */
export interface Node {
  readonly name: string;
  /** Larger than that of everything it was computed from. */
  readonly order: number;
  readonly inputs: readonly Tensor[];
  readonly rule: (dy: Tensor) => readonly (() => Tensor)[];
}

/** Numbers, or numbers nested to the depth of the rank. */
export type Nested = number | readonly Nested[];

/**
 * `tensor([1, 2, 3, 4], [2, 2])`, or nested: `tensor([[1, 2], [3, 4]])`, `tensor(0.5)`.
 *
 * @param options.requiresGrad - Record operations on it, so that `gradients` can be asked for it. Default false.
 * @throws {ShapeError} if the values do not fill the shape, or are nested unevenly.
 */
export function tensor<const S extends Shape>(
  values: ArrayLike<number>,
  shape: S,
  options?: { requiresGrad?: boolean },
): Tensor<Sizes<S>>;
export function tensor(value: number, shape?: undefined, options?: { requiresGrad?: boolean }): Scalar;
export function tensor(values: readonly number[], shape?: undefined, options?: { requiresGrad?: boolean }): Vector;
export function tensor(
  values: readonly (readonly number[])[],
  shape?: undefined,
  options?: { requiresGrad?: boolean },
): Matrix;
export function tensor(
  values: readonly (readonly (readonly number[])[])[],
  shape?: undefined,
  options?: { requiresGrad?: boolean },
): Cube;
export function tensor(
  values: Nested | ArrayLike<number>,
  given?: Shape,
  { requiresGrad = false }: { requiresGrad?: boolean } = {},
): Tensor {
  const { shape, flat } =
    given === undefined ? unnest(values as Nested) : { shape: given, flat: values as ArrayLike<number> };
  checkShape("tensor", shape);
  if (flat.length !== sizeOf(shape)) {
    throw new ShapeError(`tensor: ${flat.length} values do not fill ${show(shape)}, which holds ${sizeOf(shape)}`);
  }
  return new Tensor(upload(Float32Array.from(flat)), shape, requiresGrad);
}

function unnest(values: Nested): { shape: Shape; flat: number[] } {
  const shape: number[] = [];
  for (let level = values; typeof level !== "number"; level = level[0]!) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  const flat: number[] = [];
  const visit = (part: Nested, depth: number): void => {
    const size = typeof part === "number" ? undefined : part.length;
    if (size !== shape[depth]) {
      throw new ShapeError(
        `tensor: nested unevenly: ${size ?? "a number"} at depth ${depth} where the first branch has ${shape[depth] ?? "a number"}`,
      );
    }
    if (typeof part === "number") flat.push(part);
    else for (const inner of part) visit(inner, depth + 1);
  };
  visit(values, 0);
  return { shape, flat };
}

/** A tensor whose content is arbitrary until a kernel overwrites it: for authors of operations. */
export function empty<const S extends Shape>(shape: S): Tensor<Sizes<S>> {
  return new Tensor<Sizes<S>>(allocate(sizeOf(shape)), shape as Sizes<S>);
}

/** The same for an operation whose result has the shape of `x`. */
export function emptyLike<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return new Tensor(allocate(x.size), x.shape);
}

/**
 * Every element is `value`.
 *
 * @throws {ShapeError} if a size is not an integer from 0.
 */
export function full<const S extends Shape>(
  shape: S,
  value: number,
  { requiresGrad = false }: { requiresGrad?: boolean } = {},
): Tensor<Sizes<S>> {
  checkShape("full", shape);
  const storage = allocate(sizeOf(shape));
  backend().kernels.fill(value, storage);
  return new Tensor<Sizes<S>>(storage, shape as Sizes<S>, requiresGrad);
}

/** Every element is 0. */
export function zeros<const S extends Shape>(shape: S, options: { requiresGrad?: boolean } = {}): Tensor<Sizes<S>> {
  return full(shape, 0, options);
}

/** Every element is 1. */
export function ones<const S extends Shape>(shape: S, options: { requiresGrad?: boolean } = {}): Tensor<Sizes<S>> {
  return full(shape, 1, options);
}

/**
 * The same shape and values, cut from the graph: no gradient flows through. Shares the memory, so it sees in-place changes.
 */
export function detach<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return new Tensor(x.storage, x.shape);
}
