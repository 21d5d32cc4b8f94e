import type { WholeWeightKernels, WindowSize } from "@ltt/core";
import { kernel } from "../kernel.ts";
import type { Issue } from "./issue.ts";
import { join } from "./movement.ts";
import { multiply } from "./product.ts";
import { scatter } from "./rows.ts";

const winningWindow = kernel({
  name: "winningWindow",
  arrays: ["projected", "places", "ends"],
  integers: ["time", "width", "filters", "rows"],
  body: `
    let best = 0;
    let winner = 0;
    const count = Math.max(1, ends[this.thread.y] - width + 1);
    for (let t = 0; t < count; t++) {
      let value = 0;
      for (let w = 0; w < width; w++) {
        const place = places[this.thread.y * time + t + w];
        value += projected[(w * rows + whole(place)) * filters + this.thread.x];
      }
      if (t === 0) { best = value; }
      if (isNotANumber(best) === 0) {
        if (value > best) { best = value; winner = t; }
        if (isNotANumber(value) === 1) { best = value; winner = t; }
      }
    }
    return winner;`,
});

const valueOfWindow = kernel({
  name: "valueOfWindow",
  arrays: ["projected", "places", "argmax"],
  integers: ["time", "width", "filters", "rows"],
  body: `
    let value = 0;
    const winner = argmax[this.thread.y * filters + this.thread.x];
    for (let w = 0; w < width; w++) {
      const place = places[this.thread.y * time + whole(winner) + w];
      value += projected[(w * rows + whole(place)) * filters + this.thread.x];
    }
    return value;`,
});

/** What each place of the texts takes from the windows that won over it; the sum over a row's places is `scatter`'s. */
const gradientOfPlaces = (together: 1 | 4) => {
  const channels = Array.from({ length: together }, (_, i) => i);
  const channel = (i: number) => (together === 1 ? "this.thread.x" : `this.thread.x * 4 + ${i}`);
  return kernel({
    name: "gradientOfPlaces",
    arrays: ["dy", "argmax", "weights"],
    integers: ["width", "channels", "filters", "column", "columns"],
    together,
    body: `
    ${channels.map((i) => `let sum${i} = 0;`).join(" ")}
    for (let f = 0; f < filters; f++) {
      const w = this.thread.y - argmax[this.thread.z * columns + column + f];
      if (w >= 0 && w < width) {
        const d = dy[this.thread.z * columns + column + f];
        if (d !== 0) {
          ${channels.map((i) => `sum${i} += d * weights[(whole(w) * channels + ${channel(i)}) * filters + f];`).join("\n")}
        }
      }
    }
    return ${together === 1 ? "sum0" : `[${channels.map((i) => `sum${i}`).join(", ")}]`};`,
  });
};
const GRADIENT_OF_PLACES = { one: gradientOfPlaces(1), four: gradientOfPlaces(4) };

const gradientOfWeights = kernel({
  name: "gradientOfWeights",
  arrays: ["dy", "argmax", "rows", "places"],
  integers: ["batch", "time", "channels", "column", "columns"],
  body: `
    let sum = 0;
    for (let b = 0; b < batch; b++) {
      const d = dy[b * columns + column + this.thread.x];
      if (d !== 0) {
        const winner = argmax[b * columns + column + this.thread.x];
        const place = places[b * time + whole(winner) + this.thread.z];
        sum += d * rows[whole(place) * channels + this.thread.y];
      }
    }
    return sum;`,
});

/** The widths, each with where its filters' columns begin among all. */
function columnsOf({ widths }: WindowSize) {
  const columns = widths.reduce((sum, { filters }) => sum + filters, 0);
  let end = 0;
  return widths.map(({ width, filters }) => {
    const column = end;
    end += filters;
    return { width, filters, column, columns };
  });
}

export function windows(
  issue: Issue,
): Pick<WholeWeightKernels, "maxOfWindows" | "maxOfWindowsRows" | "maxOfWindowsKernels"> {
  return {
    maxOfWindows: (rows, _packed, kernels, places, ends, y, argmax, size) => {
      const { rows: count, batch, time, channels, widths } = size;
      const found = widths.map(({ width, filters }, g) => {
        const projected = issue.allocate(width * count * filters); // p[w,r,f] = Σ_c rows[r,c] · kernel[w,c,f]
        const left = { aBatch: 0, aRow: channels, aStep: 1 };
        const right = { bBatch: channels * filters, bStep: filters, bColumn: 1 };
        multiply(issue, rows, kernels[g]!, projected, [width, count, filters], channels, { ...left, ...right });
        const scalars = { time, width, filters, rows: count };
        const [first, largest] = [issue.allocate(batch * filters), issue.allocate(batch * filters)];
        issue.launch(winningWindow, { projected, places, ends }, scalars, first, [filters, batch]);
        issue.launch(valueOfWindow, { projected, places, argmax: first }, scalars, largest, [filters, batch]);
        issue.release(projected);
        return { first, largest, length: filters };
      });
      const parts = (of: "first" | "largest") => found.map((one) => ({ values: one[of], length: one.length }));
      join(issue, parts("largest"), y, batch);
      join(issue, parts("first"), argmax, batch);
      for (const { first, largest } of found) for (const values of [first, largest]) issue.release(values);
    },
    maxOfWindowsRows: (dy, argmax, kernels, places, drows, size) => {
      const { batch, time, channels } = size;
      const { kernel, groups } = issue.variant(GRADIENT_OF_PLACES, channels);
      for (const [g, { width, filters, column, columns }] of columnsOf(size).entries()) {
        const dplaces = issue.allocate(batch * time * channels);
        const scalars = { width, channels, filters, column, columns };
        issue.launch(kernel, { dy, argmax, weights: kernels[g]! }, scalars, dplaces, [groups, time, batch]);
        scatter(issue, dplaces, places, drows, { dim: channels, onto: g > 0 });
        issue.release(dplaces);
      }
    },
    maxOfWindowsKernels: (dy, argmax, rows, places, dkernels, size) => {
      const { batch, time, channels } = size;
      for (const [g, { width, filters, column, columns }] of columnsOf(size).entries()) {
        const dkernel = dkernels[g];
        if (dkernel === undefined) continue;
        const scalars = { batch, time, channels, column, columns };
        issue.launch(gradientOfWeights, { dy, argmax, rows, places }, scalars, dkernel, [filters, channels, width]);
      }
    },
  };
}
