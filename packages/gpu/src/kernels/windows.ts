import type { Kernels } from "@ltt/core";
import { kernel } from "../kernel.ts";
import type { Issue } from "./issue.ts";
import { multiply } from "./product.ts";
import { scatter } from "./rows.ts";

const winningWindow = kernel({
  name: "winningWindow",
  arrays: ["projected", "places", "windows"],
  integers: ["time", "width", "filters", "rows"],
  body: `
    let best = 0;
    let winner = 0;
    const count = windows[this.thread.y];
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
  arrays: ["projected", "places", "winners"],
  integers: ["time", "width", "filters", "rows"],
  body: `
    let value = 0;
    const winner = winners[this.thread.y * filters + this.thread.x];
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
    arrays: ["dy", "winners", "weights"],
    integers: ["width", "channels", "filters"],
    together,
    body: `
    ${channels.map((i) => `let sum${i} = 0;`).join(" ")}
    for (let f = 0; f < filters; f++) {
      const w = this.thread.y - winners[this.thread.z * filters + f];
      if (w >= 0 && w < width) {
        const d = dy[this.thread.z * filters + f];
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
  arrays: ["dy", "winners", "rows", "places"],
  integers: ["batch", "time", "channels", "filters"],
  body: `
    let sum = 0;
    for (let b = 0; b < batch; b++) {
      const d = dy[b * filters + this.thread.x];
      if (d !== 0) {
        const winner = winners[b * filters + this.thread.x];
        const place = places[b * time + whole(winner) + this.thread.z];
        sum += d * rows[whole(place) * channels + this.thread.y];
      }
    }
    return sum;`,
});

export function windows(issue: Issue): Pick<Kernels, "maxOfWindows" | "maxOfWindowsRows" | "maxOfWindowsKernel"> {
  return {
    maxOfWindows: (rows, weights, places, counts, y, winners, size) => {
      const { rows: count, batch, time, channels, width, filters } = size;
      const projected = issue.allocate(width * count * filters); // p[w,r,f] = Σ_c rows[r,c] · weights[w,c,f]
      const left = { aBatch: 0, aRow: channels, aStep: 1 };
      const right = { bBatch: channels * filters, bStep: filters, bColumn: 1 };
      multiply(issue, rows, weights, projected, [width, count, filters], channels, { ...left, ...right });
      const scalars = { time, width, filters, rows: count };
      issue.launch(winningWindow, { projected, places, windows: counts }, scalars, winners, [filters, batch]);
      issue.launch(valueOfWindow, { projected, places, winners }, scalars, y, [filters, batch]);
      issue.release(projected);
    },
    maxOfWindowsRows: (dy, winners, weights, places, drows, { batch, time, channels, width, filters }) => {
      const dplaces = issue.allocate(batch * time * channels);
      const { kernel, groups } = issue.variant(GRADIENT_OF_PLACES, channels);
      const sizes = { width, channels, filters };
      issue.launch(kernel, { dy, winners, weights }, sizes, dplaces, [groups, time, batch]);
      scatter(issue, dplaces, places, drows, { dim: channels, onto: true });
      issue.release(dplaces);
    },
    maxOfWindowsKernel: (dy, winners, rows, places, dkernel, { batch, time, channels, width, filters }) =>
      issue.launch(gradientOfWeights, { dy, winners, rows, places }, { batch, time, channels, filters }, dkernel, [
        filters,
        channels,
        width,
      ]),
  };
}
