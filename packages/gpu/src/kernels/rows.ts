import type { Indices, Kernels } from "@ltt/core";
import { asFloats, hostIndices } from "../indices.ts";
import { kernel } from "../kernel.ts";
import type { Issue, Values } from "./issue.ts";

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
const sumOfRows = kernel({
  name: "sumOfRows",
  arrays: ["rows", "order", "starts"],
  integers: ["dim"],
  body: `
    let sum = 0;
    const start = starts[this.thread.y];
    const count = starts[this.thread.y + 1] - start;
    for (let k = 0; k < count; k++) {
      const entry = order[whole(start) + k];
      sum += rows[whole(entry) * dim + this.thread.x];
    }
    return sum;`,
});

/** out[r,d] = Σ rows[i,d] over the i whose id is r, in the order of i. */
export function scatter(
  issue: Issue,
  rows: Values,
  ids: Indices,
  out: Values,
  { dim, except }: { dim: number; except?: number | undefined },
): void {
  if (out.length === 0) return;
  const { order, starts } = sorted(hostIndices("scatterRows", ids), out.length / dim, except);
  const [entries, ends] = [issue.upload(order), issue.upload(starts)];
  issue.launch(sumOfRows, { rows, order: entries, starts: ends }, { dim }, out, [dim, starts.length - 1]);
  issue.release(entries);
  issue.release(ends);
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

export function rows(issue: Issue): Pick<Kernels, "gatherRows" | "scatterRows"> {
  return {
    gatherRows: (table, ids, out, { dim }) => issue.launch(gatherRows, { table, ids }, { dim }, out, [dim, ids.length]),
    scatterRows: (from, ids, out, size) => scatter(issue, from, ids, out, size),
  };
}
