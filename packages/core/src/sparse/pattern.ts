import { check, integers } from "../arguments/kinds.ts";
import { backend } from "../backends/backend.ts";
import type { Backend, Csc, Indices, PatternLayouts } from "../kernels/kernels.ts";
import { checkShape, type Shape, show, sizeOf } from "../tensor/shape.ts";
import { layoutOf, layoutOfRows, releaseLayout } from "./layouts.ts";

type Order = "rows" | "columns" | "channels";

/** What was made of a pattern on one backend. */
interface Made {
  positions?: Indices;
  readonly layouts: Map<Order, Csc>;
}

/**
 * Which elements of a tensor are stored: its shape, and their positions. It never changes, so its layouts, the orders
 * in which kernels read the elements, are made once for each backend, when they are first asked for, outside any scope.
 * Weights that share a pattern share them. They are given back when the pattern is garbage, or at once by `release`.
 */
export class Pattern<out S extends Shape = Shape> implements PatternLayouts {
  readonly shape: S;
  /** Of the whole shape, whether stored or not. */
  readonly size: number;
  /** Row-major, ascending: a copy of what was given, that nobody writes to. */
  readonly positions: Int32Array;
  /** By backend. */
  readonly #made = new WeakMap<Backend, Made>();
  /** The same positions in other shapes. */
  readonly #reshaped = new Map<string, Pattern>();

  /**
   * @param where - Who asks, for messages.
   * @throws {TypeError} if the positions are not an `Int32Array`.
   * @throws {RangeError} if they are outside the shape, repeated or out of order.
   */
  constructor(where: string, shape: S, positions: Int32Array) {
    checkShape(where, shape);
    check(where, "positions", positions, integers);
    this.shape = [...shape] as Shape as S;
    this.size = sizeOf(shape);
    this.positions = positions.slice();
    for (let i = 0, previous = -1; i < positions.length; previous = positions[i++]!) {
      if (positions[i]! <= previous || positions[i]! >= this.size) {
        throw new RangeError(
          `${where}: position ${i} is ${positions[i]}; positions of ${show(shape)} ascend within 0–${this.size - 1}`,
        );
      }
    }
  }

  /**
   * The same positions in another shape of as many elements: the same pattern whenever it is asked for, so that its layouts are made once.
   *
   * @throws {RangeError} if a position is outside the shape.
   */
  reshaped<Other extends Shape>(where: string, shape: Other): Pattern<Other> {
    const known = this.#reshaped.get(String(shape));
    if (known !== undefined) return known as Pattern as Pattern<Other>;
    const made = new Pattern(where, shape, this.positions);
    this.#reshaped.set(String(shape), made);
    return made;
  }

  /** The positions in the memory of the backend in use. */
  positionIndices(): Indices {
    const made = this.#onThisBackend();
    made.positions ??= backend().uploadIndices(this.positions);
    return made.positions;
  }

  /** A weight `[…, inner]` row by row, entries in the order of the values: for x·weightᵀ, and for tables whose rows are looked up. */
  byRows(): Csc {
    const inner = this.shape.at(-1)!;
    return this.#layout("rows", () => layoutOfRows(this.positions, { columns: this.#leading(), inner }));
  }

  /** A weight `[…, columns]` column by column: for x·weight, and for windows times a kernel. */
  byColumns(): Csc {
    const columns = this.shape.at(-1)!;
    const entryAt = { column: (at: number) => at % columns, place: (at: number) => Math.floor(at / columns) };
    return this.#layout("columns", () => layoutOf(this.positions, { columns, inner: this.#leading() }, entryAt));
  }

  /**
   * A kernel `[width, channels, filters]` by its channels, turned round in time: for windows of dy, whose places are
   * (width − 1 − w)·filters + f.
   */
  byChannels(): Csc {
    const [width, channels, filters] = this.shape as Shape as readonly [number, number, number];
    const entryAt = {
      column: (at: number) => Math.floor(at / filters) % channels,
      place: (at: number) => (width - 1 - Math.floor(at / filters / channels)) * filters + (at % filters),
    };
    return this.#layout("channels", () =>
      layoutOf(this.positions, { columns: channels, inner: width * filters }, entryAt),
    );
  }

  /**
   * Gives the memory of the layouts on the backend in use back now, rather than when the pattern is garbage: for
   * training that changes patterns often. A weight that is computed with afterwards has them made again.
   */
  release(): void {
    for (const pattern of this.#reshaped.values()) pattern.release();
    const owner = backend();
    const made = this.#made.get(owner);
    if (made === undefined) return;
    this.#made.delete(owner);
    if (made.positions !== undefined) owner.releaseIndices(made.positions);
    for (const layout of made.layouts.values()) releaseLayout(layout);
  }

  #leading(): number {
    return sizeOf(this.shape.slice(0, -1));
  }

  #onThisBackend(): Made {
    const owner = backend();
    let made = this.#made.get(owner);
    if (made === undefined) {
      made = { layouts: new Map() };
      this.#made.set(owner, made);
    }
    return made;
  }

  #layout(order: Order, make: () => Csc): Csc {
    const { layouts } = this.#onThisBackend();
    let layout = layouts.get(order);
    if (layout === undefined) {
      layout = make();
      layouts.set(order, layout);
    }
    return layout;
  }
}
