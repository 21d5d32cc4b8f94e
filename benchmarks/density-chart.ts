import { scaleLinear, scaleLog } from "d3-scale";
import { line } from "d3-shape";

const [WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM] = [720, 420, 60, 50, 20, 50];

interface Point {
  readonly density: number;
  /** Time of a step, in that of a dense one. */
  readonly cost: number;
}

/**
 * The cost of a training step against density, beside the ideal one, which falls as the density does, and that of a framework with masks, which stays
 * (`masked`, in our dense steps; left out where it was not measured).
 */
export function densityChart(title: string, measured: readonly Point[], masked?: number): string {
  const points = measured.toSorted((a, b) => b.density - a.density);
  const lowest = Math.min(...points.map(({ density }) => density));
  const top = Math.max(1.1, ...points.map(({ cost }) => cost), masked ?? 0);
  const x = scaleLog([1, lowest], [LEFT, WIDTH - RIGHT]);
  const y = scaleLinear([0, top], [HEIGHT - BOTTOM, TOP]);
  const path = line<Point>(
    ({ density }) => x(density),
    ({ cost }) => y(cost),
  );
  const ideal = points.map(({ density }) => ({ density, cost: density }));
  const flat = (cost: number) => path([points[0]!, points.at(-1)!].map(({ density }) => ({ density, cost })));
  const label = (at: Point, text: string, colour: string) =>
    `<text x="${WIDTH - RIGHT}" y="${y(at.cost) - 6}" fill="${colour}" text-anchor="end">${text}</text>`;
  const last = points.at(-1)!;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    `<text x="${LEFT}" y="24" font-size="15">${title}</text>`,
    ...y
      .ticks(6)
      .map(
        (tick) =>
          `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(tick)}" y2="${y(tick)}" stroke="#ddd"/>` +
          `<text x="${LEFT - 8}" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`,
      ),
    ...[1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01]
      .filter((density) => density >= lowest)
      .map(
        (density) =>
          `<text x="${x(density)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${density * 100} %</text>`,
      ),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 10}" text-anchor="middle">weights left</text>`,
    `<text x="14" y="${(TOP + HEIGHT - BOTTOM) / 2}" text-anchor="middle" transform="rotate(-90 14 ${(TOP + HEIGHT - BOTTOM) / 2})">time of a step, dense = 1</text>`,
    `<path d="${path(ideal)}" fill="none" stroke="#888" stroke-dasharray="4 4"/>`,
    label({ density: last.density, cost: last.density }, "ideal", "#666"),
    masked === undefined ? "" : `<path d="${flat(masked)}" fill="none" stroke="#c33"/>`,
    masked === undefined ? "" : label({ density: last.density, cost: masked }, "PyTorch with masks", "#c33"),
    `<path d="${path(points)}" fill="none" stroke="#0b6" stroke-width="2"/>`,
    ...points.map((point) => `<circle cx="${x(point.density)}" cy="${y(point.cost)}" r="3" fill="#0b6"/>`),
    label(last, "measured", "#0b6"),
    "</svg>",
  ].join("\n");
}
