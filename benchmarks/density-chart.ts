import { scaleLog } from "d3-scale";
import { line as path } from "d3-shape";
import { COLOUR_COUNT, chartFile, line, tenth, text } from "./chart-frame.ts";

const [WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM] = [760, 420, 64, 20, 240, 50];
const LABEL = 16;

export interface DensityLine {
  readonly label: string;
  /** Time of a step, in that of a dense one. */
  readonly points: readonly { readonly density: number; readonly cost: number }[];
}

/** The time of a training step against the fraction of weights left, both on logarithmic axes, beside the ideal one, which falls as the weights do. */
export function densityChart(title: string, lines: readonly DensityLine[]): string {
  const all = lines.flatMap(({ points }) => points);
  const least = Math.min(...all.map(({ density }) => density));
  const cheapest = Math.min(0.5, ...all.map(({ cost }) => cost));
  const dearest = Math.max(1, ...all.map(({ cost }) => cost));
  const x = scaleLog([1, least], [LEFT, WIDTH - RIGHT]);
  const y = scaleLog([0.9 * cheapest, 1.05 * dearest], [HEIGHT - BOTTOM, TOP]);
  const curve = path<DensityLine["points"][number]>(
    ({ density }) => x(density),
    ({ cost }) => y(cost),
  ).digits(1);
  const [bottom] = y.domain() as [number, number];
  const rules = [1, 0.5, 0.2, 0.1, 0.05, 0.02].filter((cost) => cost >= bottom);
  const across = [1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01].filter((density) => density >= least);
  const labels = apart(lines.map(({ points }) => y(points.at(-1)!.cost) + 4));
  const middle = (TOP + HEIGHT - BOTTOM) / 2;
  return chartFile(title, WIDTH, HEIGHT, [
    ...rules.flatMap((cost) => [
      line("rule", LEFT, y(cost), WIDTH - RIGHT, y(cost)),
      text(LEFT - 8, y(cost) + 4, `${cost}`, "end"),
    ]),
    ...across.map((density) => text(x(density), HEIGHT - BOTTOM + 18, `${100 * density} %`, "middle")),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, "weights left", "middle"),
    `<g transform="rotate(-90 16 ${middle})">${text(16, middle, "time of a step, dense = 1", "middle")}</g>`,
    line("ideal", x(1), y(1), x(Math.max(least, bottom)), y(Math.max(least, bottom))),
    ...lines.flatMap(({ label, points }, i) => {
      const mark = `mark-${i % COLOUR_COUNT}`;
      return [
        `<path class="line ${mark}" d="${curve([...points])}"/>`,
        ...points.map(
          (at) => `<circle class="${mark}" cx="${tenth(x(at.density))}" cy="${tenth(y(at.cost))}" r="2.5"/>`,
        ),
        text(WIDTH - RIGHT + 8, labels[i]!, label, "start", mark),
      ];
    }),
  ]);
}

/** Heights moved as little as keeps labels from lying on each other, from the top down. */
function apart(heights: readonly number[]): number[] {
  const moved = [...heights];
  const order = heights.map((_, i) => i).sort((a, b) => heights[a]! - heights[b]!);
  for (const [at, i] of order.entries()) if (at > 0) moved[i] = Math.max(moved[i]!, moved[order[at - 1]!]! + LABEL);
  const over = moved.length === 0 ? 0 : Math.max(0, Math.max(...moved) - (HEIGHT - BOTTOM));
  return moved.map((height) => height - over);
}
