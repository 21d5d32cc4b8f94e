/** Of a chart, in units of its own. */
export const width = 480;
export const height = 300;

/** A linear map of values to places. */
export interface Scale {
  at(value: number): number;
  /** The multiples of a step within the values, ascending. */
  ticks(step: number): number[];
}

export function scaleOf([from, to]: readonly [number, number], [start, end]: readonly [number, number]): Scale {
  return {
    at: (value) => start + ((value - from) / (to - from)) * (end - start),
    ticks: (step) => {
      const first = Math.ceil(from / step - 1e-9);
      return Array.from({ length: Math.floor(to / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
    },
  };
}

/** An SVG path through points. */
export function pathOf(points: readonly { readonly x: number; readonly y: number }[]): string {
  return points.map(({ x, y }, i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}
