import { describe, ofThisCopy } from "../arguments/describe.ts";
import { anyNumber, check, flag, floats } from "../arguments/kinds.ts";
import { checkOptions } from "../arguments/options.ts";
import { backend } from "../backends/backend.ts";
import type { Backend, Storage } from "../kernels/kernels.ts";
import { elementError, flatten, type Nested, shapeOfNested } from "./nested.ts";
import { flush } from "./pending-writes.ts";
import { printed, printsAsString } from "./print.ts";
import type { ReadonlyFloat32Array } from "./read-only-floats.ts";
import { adopt, allocate, inThisScope, upload } from "./scope.ts";
import { checkRank, checkShape, ownShape, type Shape, ShapeError, type Sizes, show, sizeOf } from "./shape.ts";
import { replayed, versionOf, writerSince, wrote } from "./versions.ts";

/**
 * float32 values with a shape, row-major, on one backend.
 *
 * The rank is in the type: `Matrix` is `Tensor<readonly [number, number]>`. Sizes are checked by the operations, at run time.
 */
export class Tensor<out S extends Shape = Shape> {
  static {
    printsAsString(Tensor);
    ofThisCopy(Tensor);
  }

  readonly shape: S;
  readonly size: number;
  readonly backend: Backend;
  /** How this tensor was computed, where a gradient may be asked for it; see `record`. */
  node: Node | undefined;
  readonly #leaf: boolean;
  #storage: Storage | (() => Storage) | undefined;

  /**
   * Wraps storage of the backend in use, or a function that makes it when it is first asked for, in the scope in which
   * the tensor is made, and a shape that nobody changes. Users call `tensor`, `zeros`, …; authors of operations `empty`.
   *
   * @throws {TypeError} if it is no storage of that backend.
   * @throws {ShapeError} if it does not hold what the shape holds.
   */
  constructor(storage: Storage | (() => Storage), shape: S, requiresGrad = false) {
    this.shape = shape;
    this.size = checkShape("Tensor", shape);
    if (requiresGrad !== false) check("Tensor", "requiresGrad", requiresGrad, flag);
    if (typeof storage !== "function") checkStorage(storage, this.size, shape);
    this.backend = backend();
    this.#storage = typeof storage === "function" ? inThisScope(() => storage()) : storage;
    this.#leaf = requiresGrad;
    adopt(this);
  }

  /** Whether operations on this tensor are recorded: it was made with `requiresGrad`, or computed from one that was. */
  get requiresGrad(): boolean {
    return this.#leaf || this.node !== undefined;
  }

  /** For operations: where the values are. Throws if they are gone, or elsewhere than on the backend in use. */
  get storage(): Storage {
    return flush(this.#place());
  }

  /** The same for who looks at these rows of a table only: others may be behind, see `LazyRows`. */
  storageOfRows(rows: Int32Array): Storage {
    return flush(this.#place(), rows);
  }

  /** For operations: throws if the values are gone, or elsewhere than on the backend in use. */
  checkUsable(): void {
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
  }

  #place(): Storage {
    this.checkUsable();
    const storage = this.scopedStorage();
    if (replayed !== undefined) checkUnchanged(this, storage, replayed);
    return storage;
  }

  /**
   * The values as they are now, as `read()` gives them, but at once: only where storage is synchronous. A copy, on
   * every backend: it stays what it is when the tensor is written to, when its scope ends or when memory grows. It is
   * not to be written to: `write` is. Asked for again before a write, it is the same array.
   *
   * @throws {Error} on a backend that computes asynchronously, such as a GPU: use `await tensor.read()`.
   */
  get data(): ReadonlyFloat32Array {
    const { storage } = this;
    const version = versionOf(storage);
    const last = copies.get(this);
    const known = last?.version === version ? last.values.deref() : undefined;
    if (known !== undefined) return known;
    const values = this.backend.view(storage)?.slice();
    if (values === undefined) {
      throw new Error(
        `tensor ${show(this)}: the backend "${this.backend.name}" computes asynchronously: use await tensor.read()`,
      );
    }
    copies.set(this, { version, values: new WeakRef(values) });
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
   * @throws {TypeError} if the values are not a `Float32Array`.
   * @throws {ShapeError} if there are more or fewer values than elements.
   */
  write(values: ReadonlyFloat32Array): void {
    check("write", "values", values, floats);
    if (values.length !== this.size) {
      throw new ShapeError(`write: ${values.length} values do not fill ${show(this)}, which holds ${this.size}`);
    }
    const { storage } = this;
    this.backend.write(storage, values as Float32Array);
    wrote(storage, "write");
  }

  /**
   * Shape and values, as NumPy prints them: `Tensor [2] [0.5000, 1.0000]`; above 1000 elements the middle of long axes
   * is left out. Without values where they cannot be had at once: on a backend that computes asynchronously, on another
   * backend than the one in use, and when the scope has ended.
   */
  toString(): string {
    const values = this.#shown();
    return `Tensor ${show(this)} ${typeof values === "string" ? `(${values})` : printed(values, this.shape)}`;
  }

  /**
   * For `JSON.stringify`: shape and all values, row-major; or why there are none. JSON writes NaN and infinity as null:
   * files of weights are safetensors.
   */
  toJSON(): { readonly shape: Shape; readonly data: readonly number[] | string } {
    const values = this.#shown();
    return { shape: this.shape, data: typeof values === "string" ? values : Array.from(values) };
  }

  /** The values, or why they cannot be shown. */
  #shown(): ReadonlyFloat32Array | string {
    if (this.#storage === undefined) return "its scope has ended";
    const here = this.backend === backend() ? this.backend.view(this.storage) : undefined;
    return here ?? `on the backend "${this.backend.name}"`;
  }

  /** For scopes: the storage as it is; nothing, as long as it is to be filled lazily. */
  get filled(): Storage | undefined {
    const storage = this.#storage;
    return typeof storage === "function" ? undefined : storage;
  }

  /** For scopes: the storage as it is, filled by now, whatever backend is in use. */
  scopedStorage(): Storage {
    const storage = this.#storage!;
    if (typeof storage !== "function") return storage;
    const filled = storage();
    this.#storage = filled;
    return filled;
  }

  /** For scopes: gives the memory up, so that any later use is an error. */
  forget(): void {
    this.#storage = undefined;
  }
}

/** What `data` gave last, so that a loop over `data[i]` copies once. */
const copies = new WeakMap<Tensor, { readonly version: number; readonly values: WeakRef<Float32Array> }>();

/** @throws {Error} if the rule that reads the storage would find other values than the forward pass has read. */
function checkUnchanged(tensor: Tensor, storage: Storage, { rule, began }: NonNullable<typeof replayed>): void {
  const writer = writerSince(storage, rule.order, began);
  if (writer === undefined) return;
  throw new Error(
    `gradients: the rule of ${rule.name} reads a tensor ${show(tensor)} that ${writer} has overwritten since ${rule.name} was computed: ` +
      "take the gradients before, or compute the loss again",
  );
}

/** Storage is the backend's own: a kernel would take anything else for a part of its memory. */
function checkStorage(storage: Storage, size: number, shape: Shape): void {
  const isForeign = (ArrayBuffer.isView(storage) && backend().view(storage) !== storage) || Array.isArray(storage);
  if (isForeign || typeof storage?.length !== "number") {
    throw new TypeError(
      `Tensor: storage is ${describe(storage)}, which the backend "${backend().name}" has not made: tensor(values, shape) copies values`,
    );
  }
  if (storage.length !== size) {
    throw new ShapeError(`Tensor: ${storage.length} values do not fill ${show(shape)}, which holds ${size}`);
  }
}

/**
 * @param rank - How many axes it has. Default: any number.
 * @throws {TypeError} unless it is a tensor.
 * @throws {ShapeError} unless it has so many axes.
 */
export function checkTensor(where: string, name: string, value: unknown, rank?: number): asserts value is Tensor {
  if (!(value instanceof Tensor))
    throw new TypeError(`${where}: ${name} is ${describe(value)}; it is a tensor: tensor(values) makes one`);
  if (rank !== undefined) checkRank(where, name, value.shape, rank);
}

/** @throws {TypeError} unless it is an array of tensors. */
export function checkTensors(where: string, name: string, values: unknown): asserts values is readonly Tensor[] {
  if (!Array.isArray(values))
    throw new TypeError(`${where}: ${name} is ${describe(values)}; it is an array of tensors`);
  for (let i = 0; i < values.length; i++) {
    if (!(values[i] instanceof Tensor)) checkTensor(where, `${name}[${i}]`, values[i]);
  }
}

export type Scalar = Tensor<readonly []>;
export type Vector = Tensor<readonly [number]>;
export type Matrix = Tensor<readonly [number, number]>;
export type Cube = Tensor<readonly [number, number, number]>;
/** Images, `[batch, channels, height, width]`. */
export type Tensor4 = Tensor<readonly [number, number, number, number]>;

/** How a tensor was computed. `rule` gives, for each input, a thunk of its gradient; of `asked` inputs only is it called. */
export interface Node {
  readonly name: string;
  /** Larger than that of everything it was computed from. */
  readonly order: number;
  readonly inputs: readonly Tensor[];
  readonly rule: (dy: Tensor, asked: readonly boolean[]) => readonly (() => Tensor)[];
  /** Whether nobody keeps what the rule is given or makes but for its results; see `record`. */
  readonly keepsNothing: boolean;
}

/**
 * `tensor([1, 2, 3, 4], [2, 2])`, or nested: `tensor([[1, 2], [3, 4]])`, `tensor(0.5)`.
 *
 * @param options.requiresGrad - Record operations on it, so that `gradients` can be asked for it. Default false.
 * @throws {ShapeError} if the values do not fill the shape, or are nested unevenly.
 * @throws {TypeError} if an element is not a number: `tensor: element [0,1] is "2" (string); elements are numbers`.
 * @throws {RangeError} if there is no memory for so many.
 */
export function tensor<const S extends Shape>(
  values: ArrayLike<number>,
  shape: S,
  options?: TensorOptions,
): Tensor<Sizes<S>>;
export function tensor(value: number, shape?: undefined, options?: TensorOptions): Scalar;
export function tensor(values: readonly number[], shape?: undefined, options?: TensorOptions): Vector;
export function tensor(values: readonly (readonly number[])[], shape?: undefined, options?: TensorOptions): Matrix;
export function tensor(
  values: readonly (readonly (readonly number[])[])[],
  shape?: undefined,
  options?: TensorOptions,
): Cube;
export function tensor(
  values: readonly (readonly (readonly (readonly number[])[])[])[],
  shape?: undefined,
  options?: TensorOptions,
): Tensor4;
export function tensor(values: Nested | ArrayLike<number>, given?: Shape, options: TensorOptions = {}): Tensor {
  const { requiresGrad = false } = checkOptions("tensor", options, OPTIONS);
  const shape = given === undefined ? shapeOfNested("tensor", values as Nested) : ownShape("tensor", given);
  const flat = given === undefined ? flattened(values as Nested, shape) : copied(values as ArrayLike<number>, shape);
  return new Tensor(upload(flat), shape, requiresGrad);
}

interface TensorOptions {
  requiresGrad?: boolean;
}

const OPTIONS = { requiresGrad: flag };

function flattened(values: Nested, shape: Shape): Float32Array {
  const flat = floatsFor(shape);
  flatten("tensor", values, shape, flat, "a number");
  return flat;
}

function copied(values: ArrayLike<number>, shape: Shape): Float32Array {
  if (typeof values !== "object" || typeof values?.length !== "number")
    throw new TypeError(`tensor: values is ${describe(values)}; it is an array of numbers`);
  if (values.length !== sizeOf(shape)) {
    throw new ShapeError(`tensor: ${values.length} values do not fill ${show(shape)}, which holds ${sizeOf(shape)}`);
  }
  if (values instanceof Float32Array) return values; // the upload copies
  const flat = floatsFor(shape);
  for (let i = 0; i < flat.length; i++) {
    if (typeof values[i] !== "number") throw elementError("tensor", [i], values[i], "a number");
    flat[i] = values[i]!;
  }
  return flat;
}

function floatsFor(shape: Shape): Float32Array {
  try {
    return new Float32Array(sizeOf(shape));
  } catch (cause) {
    throw new RangeError(`tensor: no memory for ${show(shape)}, ${sizeOf(shape)} values`, { cause });
  }
}

/** A tensor whose content is arbitrary until a kernel overwrites it: for authors of operations. */
export function empty<const S extends Shape>(shape: S): Tensor<Sizes<S>> {
  const own = ownShape("empty", shape);
  return new Tensor<Sizes<S>>(allocate(sizeOf(own)), own);
}

/** The same for an operation whose result has the shape of `x`. */
export function emptyLike<S extends Shape>(x: Tensor<S>): Tensor<S> {
  checkTensor("emptyLike", "x", x);
  return new Tensor(allocate(x.size), x.shape);
}

/**
 * Every element is `value`.
 *
 * @throws {ShapeError} if a size is not an integer from 0.
 */
export function full<const S extends Shape>(shape: S, value: number, options: TensorOptions = {}): Tensor<Sizes<S>> {
  check("full", "value", value, anyNumber);
  return filled("full", shape, value, options);
}

/** Every element is 0. */
export function zeros<const S extends Shape>(shape: S, options: TensorOptions = {}): Tensor<Sizes<S>> {
  return filled("zeros", shape, 0, options);
}

/** Every element is 1. */
export function ones<const S extends Shape>(shape: S, options: TensorOptions = {}): Tensor<Sizes<S>> {
  return filled("ones", shape, 1, options);
}

function filled<S extends Shape>(where: string, shape: S, value: number, options: TensorOptions): Tensor<Sizes<S>> {
  const { requiresGrad = false } = checkOptions(where, options, OPTIONS);
  const own = ownShape(where, shape);
  const storage = allocate(sizeOf(own));
  backend().kernels.fill(value, storage);
  return new Tensor<Sizes<S>>(storage, own, requiresGrad);
}

/**
 * The same shape and values, cut from the graph: no gradient flows through. Shares the memory, so it sees in-place changes.
 */
export function detach<S extends Shape>(x: Tensor<S>): Tensor<S> {
  checkTensor("detach", "x", x);
  return new Tensor(x.storage, x.shape);
}
