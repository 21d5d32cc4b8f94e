import { backend } from "../backends/backend.ts";
import { adamCorrections } from "../kernels/adam-corrections.ts";
import type { AdamStep, Backend, Indices, Storage, TableRows } from "../kernels/kernels.ts";
import { defer, flush, type PendingWrites, pendingOn, undefer } from "../tensor/pending-writes.ts";

/** Steps after which all rows are flushed, so that the history stays short. */
const HISTORY = 1024;

/**
 * Minimum mean stored elements a row for lazy updates; shorter rows are mostly a partial vector. At 10 both cost the
 * same for a vocabulary of 25,000.
 */
const LONG = 8;

/**
 * A table under Adam whose rows are updated lazily: a row whose gradient is 0 is not touched by a step. Its steps are
 * replayed, to the same bits, when its values are asked for: `Tensor.storage` flushes all rows, `Tensor.storageOfRows`
 * those that an operation such as `embedding` reads.
 */
export class LazyRows implements PendingWrites {
  readonly #table: { readonly weights: Storage; readonly m: Storage; readonly v: Storage };
  readonly #rates: { readonly beta1: number; readonly beta2: number; readonly epsilon: number };
  readonly #rows: TableRows;
  readonly #owner: Backend;
  /** η / (1 − β₁ᵗ) and √(1 − β₂ᵗ) of the steps since all rows were up to date. */
  readonly #history = new Float32Array(2 * HISTORY);
  #steps = 0;
  /** For each row, how many of these it has seen. */
  readonly #seen: Int32Array;

  private constructor(table: { weights: Storage; m: Storage; v: Storage }, rows: TableRows, step: AdamStep) {
    this.#table = table;
    this.#rates = { beta1: step.beta1, beta2: step.beta2, epsilon: step.epsilon };
    this.#rows = rows;
    this.#owner = backend();
    this.#seen = new Int32Array(rows.pattern?.byRows().columns ?? table.weights.length / rows.dim);
    for (const storage of Object.values(table)) defer(storage, this);
  }

  /**
   * The lazy rows of this table under such steps; undefined where every row changes at every step, or the backend has no kernels for them.
   */
  static of(
    table: { weights: Storage; m: Storage; v: Storage },
    rows: TableRows,
    step: AdamStep,
  ): LazyRows | undefined {
    const { adamPresent, adamReplay } = backend().kernels;
    if (adamPresent === undefined || adamReplay === undefined || !canWait(step) || !isLong(rows)) return undefined;
    const storages = Object.values(table);
    const found = pendingOn(table.weights);
    if (found instanceof LazyRows && found.isOf(table, rows, step)) return found;
    for (const storage of storages) flush(storage);
    return new LazyRows(table, rows, step);
  }

  /** Whether these are the rows of this table and pattern, with the rates of the steps before. */
  isOf(
    { weights, m, v }: { weights: Storage; m: Storage; v: Storage },
    { dim, pattern }: TableRows,
    step: AdamStep,
  ): boolean {
    const mine = this.#table;
    if (this.#rows.dim !== dim || this.#rows.pattern !== pattern) return false;
    const { beta1, beta2, epsilon } = this.#rates;
    const sameRates = step.beta1 === beta1 && step.beta2 === beta2 && step.epsilon === epsilon;
    return mine.weights === weights && mine.m === m && mine.v === v && sameRates;
  }

  /** One step: of these rows now, of all others when they are looked at. */
  step(
    { ids, unique, values, except }: { ids: Indices; unique: Int32Array; values: Storage; except: number | undefined },
    step: AdamStep,
  ): void {
    this.flush(unique);
    const { weights, m, v } = this.#table;
    this.#owner.kernels.adamPresent!(values, ids, m, v, weights, { ...step, ...this.#rows, except });
    const { eta, scale } = adamCorrections(step);
    this.#history.set([eta, scale], 2 * this.#steps);
    this.#steps++;
    for (const id of unique) if (id !== except) this.#seen[id] = this.#steps;
    if (this.#steps === HISTORY) this.flush();
  }

  /** Replays the pending steps of these rows, or of all. */
  flush(rows?: Int32Array): void {
    if (this.#steps === 0) return;
    const [seen, steps] = [this.#seen, this.#steps];
    const most = rows?.length ?? seen.length;
    const [late, since] = [new Int32Array(most), new Int32Array(most)];
    let count = 0;
    for (let i = 0; i < most; i++) {
      const row = rows?.[i] ?? i;
      if (seen[row] === steps) continue;
      late[count] = row;
      since[count++] = seen[row]!;
      seen[row] = steps; // now, so that a row that is asked for twice is replayed once
    }
    try {
      if (count > 0) this.#replay(late.subarray(0, count), since.subarray(0, count));
    } catch (error) {
      for (let i = 0; i < count; i++) seen[late[i]!] = since[i]!;
      throw error;
    }
    if (rows !== undefined) return;
    this.#steps = 0;
    this.#seen.fill(0);
  }

  /** Flushes all rows while weights and moments are all there; none is lazy afterwards. */
  dissolve(): void {
    for (const storage of Object.values(this.#table)) undefer(storage, this);
    this.flush();
  }

  #replay(late: Int32Array, since: Int32Array): void {
    const owner = this.#owner;
    const { weights, m, v } = this.#table;
    const [ids, seen] = [owner.uploadIndices(late), owner.uploadIndices(since)];
    const rates = owner.upload(this.#history.subarray(0, 2 * this.#steps));
    const size = { ...this.#rows, steps: this.#steps, ...this.#rates };
    owner.kernels.adamReplay!(ids, seen, rates, m, v, weights, size);
    owner.releaseIndices(ids);
    owner.releaseIndices(seen);
    owner.release(rates);
  }
}

/** Whether rows store enough for lazy updates to be faster. */
function isLong({ pattern }: TableRows): boolean {
  return pattern === undefined || pattern.positions.length >= LONG * pattern.byRows().columns;
}

/** Weights that decay move without a gradient, and steps far outside what is usual are not worth a thought: `Kernels.adamReplay`. */
function canWait(step: AdamStep): boolean {
  if (step.weightDecay !== 0 || step.decoupledDecay !== 0 || step.beta1 < 0.5 || step.beta2 < 0.5) return false;
  const { eta, scale } = adamCorrections(step);
  return scale > 0 && (eta === 0 || (eta >= 2 ** -40 && eta <= 2 ** 40));
}
