import type { Indices, WholeWeightKernels } from "@ltt/core";
import { asFloats, checkIndexable, hostIndices } from "../indices.ts";
import { type Kernel, kernel } from "../kernel.ts";
import type { Issue, Values } from "./issue.ts";

// Everywhere here, x counts what is in a row, and y rows.

const gatherRows = kernel({
  name: "gatherRows",
  arrays: ["table", "ids"],
  integers: ["dim"],
  body: `
    const id = ids[this.thread.y];
    return table[whole(id) * dim + this.thread.x];`,
});

/** out[i,d] = table[ids[i],d], of ids that the host has just found. */
export function gather(issue: Issue, table: Values, ids: Int32Array, out: Values, dim: number): void {
  const uploaded = issue.upload(asFloats(ids));
  issue.launch(gatherRows, { table, ids: uploaded }, { dim }, out, [dim, ids.length]);
  issue.release(uploaded);
}

/** Threads cannot scatter: each gathers what belongs to its row, whose entries the host has put side by side. */
const sumOfRows = sums("sumOfRows", [], "0");
const sumOntoRows = sums("sumOntoRows", ["before"], "before[this.thread.y * dim + this.thread.x]");

function sums<More extends string>(
  name: string,
  more: readonly More[],
  first: string,
): Kernel<"rows" | "order" | "starts" | More, "dim"> {
  const body = `${sumOfEntries(first)}\nreturn sum;`;
  return kernel({ name, arrays: ["rows", "order", "starts", ...more], integers: ["dim"], body });
}

/** Declares `sum`: what was `first`, and the entries of the thread's row. */
export function sumOfEntries(first: string): string {
  return `
    let sum = ${first};
    const start = starts[this.thread.y];
    const count = starts[this.thread.y + 1] - start;
    for (let k = 0; k < count; k++) {
      const entry = order[whole(start) + k];
      sum += rows[whole(entry) * dim + this.thread.x];
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
    if (onto) issue.launch(sumOntoRows, { ...arrays, before: out }, { dim }, out, [dim, count]);
    else issue.launch(sumOfRows, arrays, { dim }, out, [dim, count]);
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
  checkIndexable("scatterRows", `${ids.length} ids`, ids.length, "use smaller batches");
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
    gatherRows: (table, ids, out, { dim }) => issue.launch(gatherRows, { table, ids }, { dim }, out, [dim, ids.length]),
    scatterRows: (from, ids, out, size) => scatter(issue, from, ids, out, size),
  };
}
