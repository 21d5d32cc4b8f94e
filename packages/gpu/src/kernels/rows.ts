import type { Indices, WholeWeightKernels } from "@ltt/core";
import { asFloats, hostIndices } from "../indices.ts";
import { type Grid, type Kernel, kernel, remainder } from "../kernel.ts";
import type { Issue, Values } from "./issue.ts";

/** The largest y that WebGPU lets a launch count to: 65,535 groups of eight. */
const TALLEST = 65_535 * 8;
/** Where the thread is: x counts what is in a row, and y rows; or x counts both, where there are more rows than y can count. */
export interface Axes {
  readonly row: string;
  readonly column: string;
}
const AXES: Readonly<Record<"one" | "two", Axes>> = {
  two: { row: "this.thread.y", column: "this.thread.x" },
  one: { row: "quotient(this.thread.x, dim)", column: remainder("this.thread.x", "dim") },
};

/** A kernel, or several, in both forms, and the one for so many rows with its grid. */
export function byRows<K>(make: (axes: Axes) => K): (rows: number, dim: number) => { kernel: K; grid: Grid } {
  const [one, two] = [make(AXES.one), make(AXES.two)];
  return (rows, dim) => (rows > TALLEST ? { kernel: one, grid: [rows * dim] } : { kernel: two, grid: [dim, rows] });
}

const gatherRows = byRows(({ row, column }) =>
  kernel({
    name: "gatherRows",
    arrays: ["table", "ids"],
    integers: ["dim"],
    body: `
    const id = ids[${row}];
    return table[whole(id) * dim + ${column}];`,
  }),
);

/** out[i,d] = table[ids[i],d], of ids that the host has just found. */
export function gather(issue: Issue, table: Values, ids: Int32Array, out: Values, dim: number): void {
  const uploaded = issue.upload(asFloats(ids));
  const { kernel, grid } = gatherRows(ids.length, dim);
  issue.launch(kernel, { table, ids: uploaded }, { dim }, out, grid);
  issue.release(uploaded);
}

/** Threads cannot scatter: each gathers what belongs to its row, whose entries the host has put side by side. */
const sumOfRows = sums("sumOfRows", [], () => "0");
const sumOntoRows = sums("sumOntoRows", ["before"], ({ row, column }) => `before[${row} * dim + ${column}]`);

function sums<More extends string>(name: string, more: readonly More[], first: (axes: Axes) => string) {
  return byRows((at): Kernel<"rows" | "order" | "starts" | More, "dim"> => {
    const body = `${sumOfEntries(first(at), at)}\nreturn sum;`;
    return kernel({ name, arrays: ["rows", "order", "starts", ...more], integers: ["dim"], body });
  });
}

/** Declares `sum`: what was `first`, and the entries of the thread's row. */
export function sumOfEntries(first: string, { row, column }: Axes): string {
  return `
    let sum = ${first};
    const start = starts[${row}];
    const count = starts[${row} + 1] - start;
    for (let k = 0; k < count; k++) {
      const entry = order[whole(start) + k];
      sum += rows[whole(entry) * dim + ${column}];
    }`;
}

/** out[r,d] = Σ rows[i,d] over the i whose id is r, in the order of i; or, asked for, out[r,d] += it. */
export function scatter(
  issue: Issue,
  rows: Values,
  ids: Indices,
  out: Values,
  { dim, except, onto = false }: { dim: number; except?: number | undefined; onto?: boolean },
): void {
  if (out.length === 0) return;
  byRow(issue, ids, out.length / dim, except, ({ order, starts, count }) => {
    const arrays = { rows, order, starts };
    if (onto) {
      const { kernel, grid } = sumOntoRows(count, dim);
      issue.launch(kernel, { ...arrays, before: out }, { dim }, out, grid);
    } else {
      const { kernel, grid } = sumOfRows(count, dim);
      issue.launch(kernel, arrays, { dim }, out, grid);
    }
  });
}

/** Runs `body` with the entries of each of `rows` rows side by side, on the device as long as it takes. */
export function byRow(
  issue: Issue,
  ids: Indices,
  rows: number,
  except: number | undefined,
  body: (entries: { readonly order: Values; readonly starts: Values; readonly count: number }) => void,
): void {
  const found = sorted(hostIndices("scatterRows", ids), rows, except);
  const [order, starts] = [issue.upload(found.order), issue.upload(found.starts)];
  body({ order, starts, count: rows });
  issue.release(order);
  issue.release(starts);
}

/** A counting sort: the entries of row r are order[starts[r]] … order[starts[r + 1] − 1]. */
function sorted(
  ids: Int32Array,
  rows: number,
  except: number | undefined,
): { order: Float32Array; starts: Float32Array } {
  const starts = new Float32Array(rows + 1);
  for (const id of ids) if (id !== except) starts[id + 1]!++;
  for (let row = 0; row < rows; row++) starts[row + 1]! += starts[row]!;
  const next = starts.slice();
  const order = new Float32Array(starts[rows]!);
  ids.forEach((id, i) => {
    if (id !== except) order[next[id]!++] = i;
  });
  return { order, starts };
}

export function rows(issue: Issue): Pick<WholeWeightKernels, "gatherRows" | "scatterRows"> {
  return {
    gatherRows: (table, ids, out, { dim }) => {
      const { kernel, grid } = gatherRows(ids.length, dim);
      issue.launch(kernel, { table, ids }, { dim }, out, grid);
    },
    scatterRows: (from, ids, out, size) => scatter(issue, from, ids, out, size),
  };
}
