import { scaleLog } from "d3-scale";
import { COLOUR_COUNT, chartFile, line, tenth, text } from "./chart-frame.ts";
import type { Ratio } from "./comparisons.ts";

const [WIDTH, LEFT, RIGHT, TOP, ROW, BOTTOM] = [760, 370, 60, 16, 24, 44];

export interface RatioRow {
  readonly label: string;
  /** Rows of one group have one colour. */
  readonly group: string;
  readonly ratio: Ratio;
}

/** A row each: the median of the ratios as a dot, their quartiles as a bar, on a logarithmic axis with a line at 1. */
export function ratioChart(title: string, axis: string, rows: readonly RatioRow[]): string {
  const groups = [...new Set(rows.map(({ group }) => group))];
  const ends = rows.flatMap(({ ratio }) => [...ratio.quartiles, ratio.median]);
  const x = scaleLog([0.9 * Math.min(1, ...ends), 1.1 * Math.max(1, ...ends)], [LEFT, WIDTH - RIGHT]);
  const [low, high] = x.domain() as [number, number];
  const ticks = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100].filter((tick) => tick >= low && tick <= high);
  const height = TOP + ROW * rows.length + BOTTOM;
  const foot = height - BOTTOM;
  return chartFile(title, WIDTH, height, [
    ...ticks.flatMap((tick) => [
      line(tick === 1 ? "one" : "rule", x(tick), TOP, x(tick), foot),
      text(x(tick), foot + 16, `${tick} ×`, "middle"),
    ]),
    text((LEFT + WIDTH - RIGHT) / 2, height - 8, axis, "middle"),
    ...rows.flatMap(({ label, group, ratio }, i) => {
      const y = TOP + ROW * (i + 0.5);
      const mark = `mark-${groups.indexOf(group) % COLOUR_COUNT}`;
      const [from, to] = ratio.quartiles;
      return [
        text(LEFT - 10, y + 4, label, "end"),
        `<path class="line bar ${mark}" d="M${tenth(x(from))} ${tenth(y)}H${tenth(x(to))}"/>`,
        `<circle class="${mark}" cx="${tenth(x(ratio.median))}" cy="${tenth(y)}" r="4"/>`,
        text(WIDTH - RIGHT + 8, y + 4, ratio.median.toFixed(2)),
      ];
    }),
  ]);
}
