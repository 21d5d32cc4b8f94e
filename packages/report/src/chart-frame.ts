import type { ScaleContinuousNumeric } from "d3-scale";
import { scaleLog } from "d3-scale";
import { type SymbolType, symbol, symbolCircle, symbolDiamond, symbolSquare, symbolTriangle } from "d3-shape";
import type { Labels } from "./labels.ts";
import { html, type Markup } from "./markup.ts";
import { trim } from "./numbers.ts";

/** What charts over sparsity have in common: where they lie, their axes, their marks, and the columns that tell their values. */

export type Scale = ScaleContinuousNumeric<number, number>;

/** A chart's size and the box inside its axes, in pixels of its view box. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Position by sparsity, over the logarithm of the weights remaining: equal rounds are equally far apart. */
export function remainingScale(
  sparsities: readonly number[],
  { left, right }: Frame,
  margin = 14,
): (sparsity: number) => number {
  const floor = 1e-6; // nothing left at all would lie at infinity
  const least = Math.max(floor, Math.min(0.8, ...sparsities.map((sparsity) => 1 - sparsity)));
  const scale = scaleLog()
    .domain([1, least])
    .range([left + margin, right - margin]);
  return (sparsity) => scale(Math.max(floor, 1 - sparsity));
}

export function valueAxis(
  y: Scale,
  { left, right, top }: Frame,
  { unit, format, ticks = 6 }: { unit: string; format: (value: number) => string; ticks?: number },
): Markup {
  const lines = y
    .ticks(ticks)
    .map(
      (tick) =>
        html`<path class="grid" d="M${px(left)},${px(y(tick))}H${px(right)}"/><text class="tick" x="${px(left - 8)}" y="${px(y(tick) + 4)}" text-anchor="end">${format(tick)}</text>`,
    );
  return html`<g>${lines}<text class="axis" x="${px(left)}" y="${px(top - 9)}">${unit}</text></g>`;
}

/** Two rows under each round: what remains, what is gone. A label that would touch the one before it is left out. */
export function sparsityAxis(
  x: (sparsity: number) => number,
  sparsities: readonly number[],
  { left, right, bottom, height }: Frame,
  labels: Labels,
): Markup {
  let last = Number.NEGATIVE_INFINITY;
  const ticks = sparsities.map((sparsity) => {
    const at = x(sparsity);
    const tick = html`<path class="axis-line" d="M${px(at)},${bottom}v5"/>`;
    if (at - last < 36) return tick;
    last = at;
    return html`${tick}<text class="tick" x="${px(at)}" y="${bottom + 18}" text-anchor="middle">${trim(100 * (1 - sparsity))}</text><text class="tick faint" x="${px(at)}" y="${bottom + 33}" text-anchor="middle">${trim(100 * sparsity)}</text>`;
  });
  return html`<g><path class="axis-line" d="M${left},${bottom}H${right}"/>${ticks}<text class="axis" x="${(left + right) / 2}" y="${height - 8}" text-anchor="middle">${labels.remaining} <tspan class="faint">${labels.belowSparsity}</tspan></text></g>`;
}

/** What is told at one round, wherever in its column somebody points: the same round is told in every chart at once. */
export interface Column {
  readonly round: number;
  readonly at: number;
  readonly heading: string;
  /** A line each, with the arm that it is of; −1: of none. */
  readonly lines: readonly { readonly arm: number; readonly text: string }[];
}

export function columns(all: readonly Column[], { left, right, top, bottom }: Frame): Markup {
  const sorted = all.toSorted((a, b) => a.at - b.at);
  return html`<g class="columns">${sorted.map(({ round, at, heading, lines }, i) => {
    const from = i === 0 ? left : (sorted[i - 1]!.at + at) / 2;
    const to = i === sorted.length - 1 ? right : (at + sorted[i + 1]!.at) / 2;
    return html`<g class="column" data-round="${round}" data-arms="${lines.map(({ arm }) => arm).join(" ")}"><path class="guide" d="M${px(at)},${px(top)}V${px(bottom)}"/><rect x="${px(from)}" y="${px(top)}" width="${px(to - from)}" height="${px(bottom - top)}"><title>${[heading, ...lines.map(({ text }) => text)].join("\n")}</title></rect></g>`;
  })}</g>`;
}

const MARKERS: readonly SymbolType[] = [symbolCircle, symbolTriangle, symbolDiamond, symbolSquare];
const MARKER_AREA = 46;

/** The marker of an arm; `hollow` where its value is only a bound. */
export function marker(
  arm: number,
  atX: number,
  atY: number,
  kind: "point" | "key" | "point hollow" = "point",
): Markup {
  const shape = symbol(MARKERS[arm % MARKERS.length]!, MARKER_AREA).digits(1);
  return html`<path class="${kind}" transform="translate(${px(atX)},${px(atY)})" d="${shape() ?? ""}"/>`;
}

/**
 * The classes that carry an arm's colour, and by which it is hidden; a thin curve whose arm was not run stays grey. With the marker, and
 * dashes from the 29th on, 56 arms can be told apart.
 */
export function armClass(arm: number): string {
  return arm < 0 ? "arm-none" : `arm-${arm % 7} series-${arm}${arm < 28 ? "" : " later"}`;
}

/** A coordinate, to a tenth of a pixel. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** The opening of a figure's SVG, with what is read out in its place. */
export function svg(
  {
    id,
    title,
    description,
    className = "chart",
  }: { id: string; title: string; description: string; className?: string },
  { width, height }: Pick<Frame, "width" | "height">,
  content: Markup,
): Markup {
  return html`<svg class="${className}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc" data-figure="${id}">
<title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>
${content}</svg>`;
}
