import type { Estimate } from "@ltt/lottery";
import { type ScaleContinuousNumeric, scaleLinear, scaleLog } from "d3-scale";
import {
  area,
  line,
  type SymbolType,
  symbol,
  symbolCircle,
  symbolDiamond,
  symbolSquare,
  symbolTriangle,
} from "d3-shape";
import { html, type Markup } from "./markup.ts";
import { sparsityPercent, trim } from "./numbers.ts";

/** One level of one arm on a chart over sparsity. */
interface ChartPoint {
  readonly sparsity: number;
  readonly estimate: Estimate;
  /** The single runs behind the estimate. */
  readonly values: readonly number[];
  /** What a reader sees on hovering. */
  readonly title: string;
  /** The dense network belongs to every arm: their lines begin at it, its marker is drawn once. */
  readonly shared: boolean;
}

export interface ChartSeries {
  readonly label: string;
  readonly points: readonly ChartPoint[];
}

/** A curve without intervals, from the literature; `arm` is the index of the series whose colour it takes. */
export interface ThinCurve {
  readonly label: string;
  readonly arm: number;
  readonly points: readonly { readonly sparsity: number; readonly value: number }[];
}

export interface ChartOptions {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly format: (value: number) => string;
  /** The values that can be at all, and the least span of the axis: a smaller one would blow noise up to a trend. */
  readonly bounds: readonly [low: number, high: number];
  readonly leastSpan: number;
  readonly series: readonly ChartSeries[];
  readonly thin: readonly ThinCurve[];
  /** The dense network: a level line across the chart. */
  readonly dense: Estimate | undefined;
  /** Sparsity of the sparsest winning ticket. */
  readonly winner: { readonly sparsity: number; readonly words: string } | undefined;
}

const WIDTH = 960;
const HEIGHT = 440;
const LEFT = 62;
const RIGHT = WIDTH - 18;
const TOP = 22;
const BOTTOM = HEIGHT - 62;
const MARKERS: readonly SymbolType[] = [symbolCircle, symbolTriangle, symbolDiamond, symbolSquare];
const MARKER_AREA = 46;

/** Dashes of the thin curves, so that two under one arm differ. */
const DASHES: readonly string[] = ["6 4", "2 3", "9 3 2 3", "12 4"];

/**
 * A quantity against sparsity, as in the figures of Frankle & Carbin: weights remaining fall to the right on a logarithmic axis, so equal
 * rounds are equally far apart. Means with 95 % bands; every run as a faint dot where there are several.
 */
export function sparsityChart(options: ChartOptions): Markup {
  const { id, title, description, unit, format, series, thin, dense, winner } = options;
  const x = remainingScale([
    ...series.flatMap(({ points }) => points.map(({ sparsity }) => sparsity)),
    ...thin.flatMap(({ points }) => points.map(({ sparsity }) => sparsity)),
  ]);
  const y = scaleLinear().domain(valueDomain(options)).nice(6).range([BOTTOM, TOP]);
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>
<clipPath id="${id}-clip"><rect x="${LEFT}" y="${TOP}" width="${RIGHT - LEFT}" height="${BOTTOM - TOP}"/></clipPath>
${valueAxis(y, unit, format)}
${sparsityAxis(x, tickSparsities(series, thin))}
${winner === undefined ? undefined : winnerLine(x(winner.sparsity), winner)}
${dense === undefined ? undefined : denseLine(y(dense.mean))}
<g clip-path="url(#${id}-clip)">${series.map((one, arm) => band(one, arm, x, y))}</g>
${thin.map((curve, i) => thinCurve(curve, i, x, y))}
${series.map((one, arm) => seriesMarks(one, arm, x, y))}
${sharedPoint(series, x, y)}
</svg>`;
}

/** The key to a chart: the same markers and dashes, in words. */
export function legend(series: readonly ChartSeries[], thin: readonly ThinCurve[], dense: boolean): Markup {
  const arms = series.map(
    ({ label }, arm) =>
      html`<li class="${armClass(arm)}"><svg viewBox="0 0 30 14" aria-hidden="true"><path class="line" d="M1,7H29"/>${marker(arm, 15, 7)}</svg>${label}</li>`,
  );
  const curves = thin.map(
    ({ label, arm }, i) =>
      html`<li class="${armClass(arm)}"><svg viewBox="0 0 30 14" aria-hidden="true"><path class="thin" stroke-dasharray="${dash(i)}" d="M1,7H29"/></svg>${label}</li>`,
  );
  const level = html`<li><svg viewBox="0 0 30 14" aria-hidden="true"><path class="dense" d="M1,7H29"/></svg>dense network</li>`;
  return html`<ul class="legend">${dense ? level : undefined}${arms}${curves}</ul>`;
}

/** The classes that carry an arm's colour, and by which it is hidden; a thin curve whose arm was not run stays grey. With the marker, 28 arms can be told apart. */
export function armClass(arm: number): string {
  return arm < 0 ? "arm-none" : `arm-${arm % 7} series-${arm}`;
}

/** A coordinate, to a tenth of a pixel. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

type Scale = ScaleContinuousNumeric<number, number>;

/** Position by sparsity, over the logarithm of the weights remaining. */
function remainingScale(sparsities: readonly number[]): (sparsity: number) => number {
  const floor = 1e-6; // nothing left at all would lie at infinity
  const least = Math.max(floor, Math.min(0.8, ...sparsities.map((sparsity) => 1 - sparsity)));
  const scale = scaleLog()
    .domain([1, least])
    .range([LEFT + 14, RIGHT - 14]);
  return (sparsity) => scale(Math.max(floor, 1 - sparsity));
}

/** Means and thin curves decide; a band may widen the domain by as much again on each side, and is cut off beyond. */
function valueDomain({ series, thin, dense, bounds, leastSpan }: ChartOptions): [number, number] {
  const estimates = [
    ...series.flatMap(({ points }) => points.map((point) => point.estimate)),
    ...(dense === undefined ? [] : [dense]),
  ];
  const centres = estimates.map(({ mean }) => mean);
  const values = [...centres, ...thin.flatMap(({ points }) => points.map(({ value }) => value))].filter(
    Number.isFinite,
  );
  if (values.length === 0) return [0, leastSpan];
  const middle = (Math.min(...values) + Math.max(...values)) / 2;
  const half = Math.max(leastSpan, 1.1 * (Math.max(...values) - Math.min(...values))) / 2;
  const edges = estimates
    .flatMap(({ mean, halfWidth }) => [mean - halfWidth, mean + halfWidth])
    .filter(Number.isFinite);
  const low = Math.max(middle - 3 * half, Math.min(middle - half, ...edges));
  const high = Math.min(middle + 3 * half, Math.max(middle + half, ...edges));
  return [Math.max(bounds[0], low), Math.min(bounds[1], high)];
}

function valueAxis(y: Scale, unit: string, format: (value: number) => string): Markup {
  const ticks = y
    .ticks(6)
    .map(
      (tick) =>
        html`<path class="grid" d="M${LEFT},${px(y(tick))}H${RIGHT}"/><text class="tick" x="${LEFT - 8}" y="${px(y(tick) + 4)}" text-anchor="end">${format(tick)}</text>`,
    );
  return html`<g>${ticks}<text class="axis" x="${LEFT}" y="${TOP - 9}">${unit}</text></g>`;
}

function tickSparsities(series: readonly ChartSeries[], thin: readonly ThinCurve[]): number[] {
  const longest = [...series].sort((a, b) => b.points.length - a.points.length)[0]?.points ?? [];
  const reach = Math.max(0, ...longest.map(({ sparsity }) => sparsity));
  const beyond = thin[0]?.points.filter(({ sparsity }) => sparsity > reach + 0.005) ?? [];
  return [...longest, ...beyond].map(({ sparsity }) => sparsity).sort((a, b) => a - b);
}

/** Two rows under each round: what remains, what is gone. A label that would touch the one before it is left out. */
function sparsityAxis(x: (sparsity: number) => number, sparsities: readonly number[]): Markup {
  let last = Number.NEGATIVE_INFINITY;
  const labels = sparsities.map((sparsity) => {
    const at = x(sparsity);
    const tick = html`<path class="axis-line" d="M${px(at)},${BOTTOM}v5"/>`;
    if (at - last < 36) return tick;
    last = at;
    return html`${tick}<text class="tick" x="${px(at)}" y="${BOTTOM + 18}" text-anchor="middle">${trim(100 * (1 - sparsity))}</text><text class="tick faint" x="${px(at)}" y="${BOTTOM + 33}" text-anchor="middle">${trim(100 * sparsity)}</text>`;
  });
  return html`<g><path class="axis-line" d="M${LEFT},${BOTTOM}H${RIGHT}"/>${labels}<text class="axis" x="${(LEFT + RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">weights remaining, % <tspan class="faint">(below: sparsity, %)</tspan></text></g>`;
}

function winnerLine(at: number, { sparsity, words }: NonNullable<ChartOptions["winner"]>): Markup {
  const right = at > (LEFT + RIGHT) / 2;
  return html`<g class="winner"><path d="M${px(at)},${TOP}V${BOTTOM}"/><text x="${px(at + (right ? -6 : 6))}" y="${BOTTOM - 8}" text-anchor="${right ? "end" : "start"}">${sparsityPercent(sparsity)} sparse: the ${words}</text></g>`;
}

function denseLine(at: number): Markup {
  return html`<path class="dense" d="M${LEFT},${px(at)}H${RIGHT}"/>`;
}

function drawable(points: readonly ChartPoint[]): ChartPoint[] {
  return points.filter(({ estimate }) => Number.isFinite(estimate.mean));
}

function band({ points }: ChartSeries, arm: number, x: (sparsity: number) => number, y: Scale): Markup | undefined {
  const wide = drawable(points).filter(({ estimate }) => Number.isFinite(estimate.halfWidth));
  if (wide.length === 0) return undefined;
  const shape = area<ChartPoint>()
    .x(({ sparsity }) => x(sparsity))
    .y0(({ estimate }) => y(estimate.mean - estimate.halfWidth))
    .y1(({ estimate }) => y(estimate.mean + estimate.halfWidth))
    .digits(1);
  return html`<path class="band ${armClass(arm)}" d="${shape(wide) ?? ""}"/>`;
}

function thinCurve({ label, arm, points }: ThinCurve, i: number, x: (sparsity: number) => number, y: Scale): Markup {
  const shape = line<ThinCurve["points"][number]>()
    .defined(({ value }) => Number.isFinite(value))
    .x(({ sparsity }) => x(sparsity))
    .y(({ value }) => y(value))
    .digits(1);
  return html`<path class="thin ${armClass(arm)}" stroke-dasharray="${dash(i)}" d="${shape([...points]) ?? ""}"><title>${label}</title></path>`;
}

function seriesMarks({ points }: ChartSeries, arm: number, x: (sparsity: number) => number, y: Scale): Markup {
  const drawn = drawable(points);
  const path = line<ChartPoint>()
    .x(({ sparsity }) => x(sparsity))
    .y(({ estimate }) => y(estimate.mean))
    .digits(1);
  const own = drawn.filter(({ shared }) => !shared);
  const runs = own
    .filter(({ values }) => values.length > 1)
    .flatMap(({ sparsity, values }) =>
      values.map((value) => html`<circle class="run" cx="${px(x(sparsity))}" cy="${px(y(value))}" r="1.7"/>`),
    );
  const markers = own.map(({ sparsity, estimate, title }) => marker(arm, x(sparsity), y(estimate.mean), title));
  return html`<g class="${armClass(arm)}"><path class="line" d="${path(drawn) ?? ""}"/>${runs}${markers}</g>`;
}

function sharedPoint(series: readonly ChartSeries[], x: (sparsity: number) => number, y: Scale): Markup | undefined {
  const point = series.flatMap(({ points }) => drawable(points)).find(({ shared }) => shared);
  if (point === undefined) return undefined;
  return html`<g class="arm-dense">${marker(0, x(point.sparsity), y(point.estimate.mean), point.title)}</g>`;
}

function marker(arm: number, atX: number, atY: number, title?: string): Markup {
  const shape = symbol(MARKERS[arm % MARKERS.length]!, MARKER_AREA).digits(1);
  const place = `translate(${px(atX)},${px(atY)})`;
  if (title === undefined) return html`<path class="key" transform="${place}" d="${shape() ?? ""}"/>`;
  return html`<path class="point" transform="${place}" d="${shape() ?? ""}"><title>${title}</title></path>`;
}

function dash(i: number): string {
  return DASHES[i % DASHES.length]!;
}
