import type { Kernels } from "@ltt/core";
import { kernel } from "../kernel.ts";
import type { Issue } from "./issue.ts";
import { scatter } from "./rows.ts";

/** p[r,w,f] = Σ_c rows[r,c] · weights[w,c,f] */
const project = kernel({
  name: "projectRows",
  arrays: ["rows", "weights"],
  integers: ["channels", "filters"],
  body: `
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      sum += rows[this.thread.z * channels + c] * weights[(this.thread.y * channels + c) * filters + this.thread.x];
    }
    return sum;`,
});

const winningWindow = kernel({
  name: "winningWindow",
  arrays: ["projected", "places", "windows"],
  integers: ["time", "width", "filters"],
  body: `
    let best = 0;
    let winner = 0;
    for (let t = 0; t < windows[this.thread.y]; t++) {
      let value = 0;
      for (let w = 0; w < width; w++) {
        value += projected[(whole(places[this.thread.y * time + t + w]) * width + w) * filters + this.thread.x];
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
  integers: ["time", "width", "filters"],
  body: `
    let value = 0;
    for (let w = 0; w < width; w++) {
      value += projected[(whole(places[
        this.thread.y * time + whole(winners[this.thread.y * filters + this.thread.x]) + w
      ]) * width + w) * filters + this.thread.x];
    }
    return value;`,
});

/** What each place of the texts takes from the windows that won over it; the sum over a row's places is `scatter`'s. */
const gradientOfPlaces = kernel({
  name: "gradientOfPlaces",
  arrays: ["dy", "winners", "weights"],
  integers: ["width", "channels", "filters"],
  body: `
    let sum = 0;
    for (let f = 0; f < filters; f++) {
      const w = this.thread.y - winners[this.thread.z * filters + f];
      if (w >= 0 && w < width) {
        const d = dy[this.thread.z * filters + f];
        if (d !== 0) { sum += d * weights[(whole(w) * channels + this.thread.x) * filters + f]; }
      }
    }
    return sum;`,
});

const gradientOfWeights = kernel({
  name: "gradientOfWeights",
  arrays: ["dy", "winners", "rows", "places"],
  integers: ["batch", "time", "channels", "filters"],
  body: `
    let sum = 0;
    for (let b = 0; b < batch; b++) {
      const d = dy[b * filters + this.thread.x];
      if (d !== 0) {
        sum += d * rows[
          whole(places[b * time + whole(winners[b * filters + this.thread.x]) + this.thread.z]) * channels + this.thread.y
        ];
      }
    }
    return sum;`,
});

export function windows(issue: Issue): Pick<Kernels, "maxOfWindows" | "maxOfWindowsRows" | "maxOfWindowsKernel"> {
  return {
    maxOfWindows: (rows, weights, places, counts, y, winners, size) => {
      const { rows: count, batch, time, channels, width, filters } = size;
      const projected = issue.allocate(count * width * filters);
      issue.launch(project, { rows, weights }, { channels, filters }, projected, [filters, width, count]);
      const scalars = { time, width, filters };
      issue.launch(winningWindow, { projected, places, windows: counts }, scalars, winners, [filters, batch]);
      issue.launch(valueOfWindow, { projected, places, winners }, scalars, y, [filters, batch]);
      issue.release(projected);
    },
    maxOfWindowsRows: (dy, winners, weights, places, drows, { batch, time, channels, width, filters }) => {
      const dplaces = issue.allocate(batch * time * channels);
      const scalars = { width, channels, filters };
      issue.launch(gradientOfPlaces, { dy, winners, weights }, scalars, dplaces, [channels, time, batch]);
      scatter(issue, dplaces, places, drows, { dim: channels });
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
