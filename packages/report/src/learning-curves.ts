import type { CurvePoint, LevelResult, LevelSummary, Summary } from "@ltt/lottery";
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { armClass, px } from "./chart.ts";
import { html, type Markup } from "./markup.ts";
import { count, sparsityPercent } from "./numbers.ts";

/** A quantity that training follows, for one set of panels. */
export interface CurveOptions {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** `NaN` where it was not measured. */
  readonly value: (point: CurvePoint) => number;
  readonly format: (value: number) => string;
  /** Which quantiles of all values bound the panels: the first steps would squeeze what matters into a few pixels. */
  readonly span: readonly [low: number, high: number];
}

const MOST_COLUMNS = 6;
const WIDTH = 960;
const LEFT = 46;
const HEIGHT = 92;
const GAP = { x: 10, y: 34 } as const;
const TOP = 20;
const MOST_POINTS = 200;

/**
 * Small multiples, one panel a round, all on the same axes: each run a line in its arm's colour over the dense network in grey, with a dot at
 * its early-stopping step.
 */
export function learningCurves({ dense, arms }: Summary, options: CurveOptions): Markup {
  const { id, title, description, value, format, span } = options;
  const rounds = roundsOf(arms.flatMap(({ levels }) => levels));
  const runs = [...(dense?.runs ?? []), ...arms.flatMap(({ levels }) => levels.flatMap((level) => level.runs))];
  const points = runs.flatMap(({ curve }) => curve);
  const values = points.map(value).filter(Number.isFinite);
  if (values.length === 0) return html`<p class="faint">No learning curves were recorded.</p>`;

  const columns = Math.max(3, Math.min(MOST_COLUMNS, rounds.length));
  const width = (WIDTH - LEFT) / columns - GAP.x;
  const longest = points.reduce((most, { step }) => Math.max(most, step), 0);
  const x = scaleLinear([0, longest], [0, width]);
  const sorted = values.sort((a, b) => a - b);
  const quantile = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
  const y = scaleLinear([quantile(span[0]), quantile(span[1])], [HEIGHT, 0]).nice(3);
  const draw = (run: LevelResult, className: string): Markup => {
    const known = run.curve.filter((point) => Number.isFinite(value(point)));
    const path = line<CurvePoint>()
      .x(({ step }) => x(step))
      .y((point) => y(value(point)))
      .digits(1);
    const stop = run.curve.find(({ step }) => step === run.earlyStopStep);
    const dot =
      stop === undefined || !Number.isFinite(value(stop))
        ? undefined
        : html`<circle class="stop" cx="${px(x(stop.step))}" cy="${px(y(value(stop)))}" r="2.4"/>`;
    return html`<g class="${className}" clip-path="url(#${id}-clip)"><path class="curve" d="${path(thinOut(known)) ?? ""}"/>${dot}</g>`;
  };

  const panels = rounds.map(({ round, sparsity }, i) => {
    const first = i % columns === 0;
    const own = arms.map(({ levels }, arm) =>
      (levels.find((level) => level.round === round)?.runs ?? []).map((run) => draw(run, armClass(arm))),
    );
    return html`<g class="panel" transform="translate(${px(LEFT + (i % columns) * (width + GAP.x))},${TOP + Math.floor(i / columns) * (HEIGHT + GAP.y)})">
<text class="panel-title" y="-6">${sparsityPercent(sparsity)} sparse</text>
${y.ticks(3).map((tick) => html`<path class="grid" d="M0,${px(y(tick))}H${px(width)}"/>${first ? html`<text class="tick" x="-6" y="${px(y(tick) + 4)}" text-anchor="end">${format(tick)}</text>` : undefined}`)}
<path class="axis-line" d="M0,${HEIGHT}H${px(width)}"/>
${round === 0 ? undefined : (dense?.runs ?? []).map((run) => draw(run, "arm-none"))}${round === 0 ? (dense?.runs ?? []).map((run) => draw(run, "arm-dense")) : own}
<text class="tick faint" x="${px(width)}" y="${HEIGHT + 13}" text-anchor="end">${count(longest)}</text></g>`;
  });
  const height = TOP + Math.ceil(rounds.length / columns) * (HEIGHT + GAP.y);
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>
<clipPath id="${id}-clip"><rect x="-3" y="-3" width="${px(width + 6)}" height="${HEIGHT + 3}"/></clipPath>${panels}</svg>`;
}

function roundsOf(levels: readonly LevelSummary[]): LevelSummary[] {
  const byRound = new Map(levels.toReversed().map((level) => [level.round, level])); // the first arm's, where sparsities differ
  return [...byRound.values()].sort((a, b) => a.round - b.round);
}

/** At most 200 points a line, evenly taken, with the first and the last: more do not fit into a panel's pixels. */
function thinOut(curve: readonly CurvePoint[]): CurvePoint[] {
  if (curve.length <= MOST_POINTS) return [...curve];
  const stride = (curve.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, i) => curve[Math.round(i * stride)]!);
}
