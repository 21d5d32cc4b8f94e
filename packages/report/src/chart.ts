import type { Estimate } from "@ltt/lottery";
import { scaleLinear } from "d3-scale";
import { area, line } from "d3-shape";
import {
  armClass,
  type Column,
  columns,
  type Frame,
  marker,
  px,
  remainingScale,
  type Scale,
  sparsityAxis,
  svg,
  valueAxis,
} from "./chart-frame.ts";
import type { Labels } from "./labels.ts";
import { html, type Markup } from "./markup.ts";
import { sparsityPercent } from "./numbers.ts";

/** One level of one arm on a chart over sparsity. */
interface ChartPoint {
  /** 0 is the dense network, which belongs to every arm: their lines begin at it, its marker is drawn once. */
  readonly round: number;
  readonly sparsity: number;
  readonly estimate: Estimate;
  /** The single runs behind the estimate. */
  readonly values: readonly number[];
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
  /** An estimate with its interval, for who points at it. */
  readonly show: (estimate: Estimate) => string;
  /** The values that can be at all, and the least span of the axis: a smaller one would blow noise up to a trend. */
  readonly bounds: readonly [low: number, high: number];
  readonly leastSpan: number;
  readonly series: readonly ChartSeries[];
  readonly thin: readonly ThinCurve[];
  /** The dense network: a level line across the chart. */
  readonly dense: Estimate | undefined;
  /** Sparsity of the sparsest winning ticket. */
  readonly winner: { readonly sparsity: number; readonly words: string } | undefined;
  readonly labels: Labels;
}

const FRAME: Frame = { width: 960, height: 440, left: 62, right: 942, top: 22, bottom: 378 };

/** Dashes of the thin curves, so that two under one arm differ. */
const DASHES: readonly string[] = ["6 4", "2 3", "9 3 2 3", "12 4"];

/**
 * A quantity against sparsity, as in the figures of Frankle & Carbin: weights remaining fall to the right on a logarithmic axis, so equal
 * rounds are equally far apart. Means with 95 % bands; every run as a faint dot where there are several.
 */
export function sparsityChart(options: ChartOptions): Markup {
  const { id, title, description, unit, format, series, thin, dense, winner, labels } = options;
  const x = remainingScale(
    [
      ...series.flatMap(({ points }) => points.map(({ sparsity }) => sparsity)),
      ...thin.flatMap(({ points }) => points.map(({ sparsity }) => sparsity)),
    ],
    FRAME,
  );
  const { left, right, top, bottom } = FRAME;
  const y = scaleLinear().domain(valueDomain(options)).nice(6).range([bottom, top]);
  return svg(
    { id, title, description },
    FRAME,
    html`<clipPath id="${id}-clip"><rect x="${left}" y="${top}" width="${right - left}" height="${bottom - top}"/></clipPath>
${valueAxis(y, FRAME, { unit, format })}
${sparsityAxis(x, tickSparsities(series, thin), FRAME, labels)}
${winner === undefined ? undefined : winnerLine(x(winner.sparsity), winner, labels)}
${dense === undefined ? undefined : html`<path class="dense" d="M${left},${px(y(dense.mean))}H${right}"/>`}
<g clip-path="url(#${id}-clip)">${series.map((one, arm) => band(one, arm, x, y))}</g>
${thin.map((curve, i) => thinCurve(curve, i, x, y))}
${series.map((one, arm) => seriesMarks(one, arm, x, y))}
${sharedPoint(series, x, y)}
${columns(columnsOf(options, x), FRAME)}`,
  );
}

/** The key to a chart: the same markers and dashes, in words. */
export function legend(
  series: readonly { readonly label: string }[],
  thin: readonly ThinCurve[],
  dense: string | undefined,
): Markup {
  const arms = series.map(
    ({ label }, arm) =>
      html`<li class="${armClass(arm)}"><svg viewBox="0 0 30 14" aria-hidden="true"><path class="line" d="M1,7H29"/>${marker(arm, 15, 7, "key")}</svg>${label}</li>`,
  );
  const curves = thin.map(
    ({ label, arm }, i) =>
      html`<li class="${armClass(arm)}"><svg viewBox="0 0 30 14" aria-hidden="true"><path class="thin" stroke-dasharray="${dash(i)}" d="M1,7H29"/></svg>${label}</li>`,
  );
  const level = html`<li><svg viewBox="0 0 30 14" aria-hidden="true"><path class="dense" d="M1,7H29"/></svg>${dense}</li>`;
  return html`<ul class="legend">${dense === undefined ? undefined : level}${arms}${curves}</ul>`;
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

/** For every round what all arms are there, the dense network first. */
function columnsOf({ series, show, labels }: ChartOptions, x: (sparsity: number) => number): Column[] {
  const rounds = [...new Set(series.flatMap(({ points }) => points.map(({ round }) => round)))];
  return rounds.map((round) => {
    const there = series.flatMap(({ label, points }, arm) => {
      const point = points.find((one) => one.round === round);
      return point === undefined ? [] : [{ arm, label, point }];
    });
    const { sparsity } = there[0]!.point;
    const lines = (round === 0 ? there.slice(0, 1) : there).map(({ arm, label, point }) => ({
      arm: round === 0 ? -1 : arm,
      text: `${round === 0 ? labels.dense : label}: ${show(point.estimate)}`,
    }));
    const heading = `${round === 0 ? labels.dense : labels.round(round)}, ${labels.sparse(sparsityPercent(sparsity))}`;
    return { round, at: x(sparsity), heading, lines };
  });
}

function tickSparsities(series: readonly ChartSeries[], thin: readonly ThinCurve[]): number[] {
  const longest = [...series].sort((a, b) => b.points.length - a.points.length)[0]?.points ?? [];
  const reach = Math.max(0, ...longest.map(({ sparsity }) => sparsity));
  const beyond = thin[0]?.points.filter(({ sparsity }) => sparsity > reach + 0.005) ?? [];
  return [...longest, ...beyond].map(({ sparsity }) => sparsity).sort((a, b) => a - b);
}

function winnerLine(at: number, { sparsity, words }: NonNullable<ChartOptions["winner"]>, labels: Labels): Markup {
  const { left, right, top, bottom } = FRAME;
  const isRight = at > (left + right) / 2;
  return html`<g class="winner"><path d="M${px(at)},${top}V${bottom}"/><text x="${px(at + (isRight ? -6 : 6))}" y="${bottom - 8}" text-anchor="${isRight ? "end" : "start"}">${labels.sparse(sparsityPercent(sparsity))}: ${words}</text></g>`;
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
  const own = drawn.filter(({ round }) => round > 0);
  const runs = own
    .filter(({ values }) => values.length > 1)
    .flatMap(({ sparsity, values }) =>
      values.map((value) => html`<circle class="run" cx="${px(x(sparsity))}" cy="${px(y(value))}" r="1.7"/>`),
    );
  const markers = own.map(({ sparsity, estimate }) => marker(arm, x(sparsity), y(estimate.mean)));
  return html`<g class="${armClass(arm)}"><path class="line" d="${path(drawn) ?? ""}"/>${runs}${markers}</g>`;
}

function sharedPoint(series: readonly ChartSeries[], x: (sparsity: number) => number, y: Scale): Markup | undefined {
  const point = series.flatMap(({ points }) => drawable(points)).find(({ round }) => round === 0);
  if (point === undefined) return undefined;
  return html`<g class="arm-dense">${marker(0, x(point.sparsity), y(point.estimate.mean))}</g>`;
}

function dash(i: number): string {
  return DASHES[i % DASHES.length]!;
}
