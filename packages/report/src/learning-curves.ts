import type { ArmSummary, CurvePoint, LevelResult, LevelSummary, Summary } from "@ltt/lottery";
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { armClass, type Frame, px, svg, valueAxis } from "./chart-frame.ts";
import type { Labels } from "./labels.ts";
import { html, type Markup } from "./markup.ts";
import { count, sparsityPercent } from "./numbers.ts";

/** A quantity that training follows. */
export interface CurveOptions {
  readonly id: string;
  readonly quantity: string;
  readonly unit: string;
  /** `NaN` where it was not measured. */
  readonly value: (point: CurvePoint) => number;
  readonly format: (value: number) => string;
  /** Which quantiles of all values bound the picture: the first steps would squeeze what matters into a few pixels. */
  readonly span: readonly [low: number, high: number];
  readonly labels: Labels;
}

const FRAME: Frame = { width: 960, height: 400, left: 62, right: 942, top: 40, bottom: 348 };
/** Points of a curve, and about so many of all curves of a picture: beyond them the page grows and the eye sees no more. */
const [MOST_POINTS, LEAST_POINTS, OF_A_PICTURE] = [200, 60, 20_000];

/** The slider that chooses whose curves all pictures of learning show. */
export function roundSlider({ arms, dense }: Summary, chosen: number, labels: Labels): Markup {
  const rounds = roundsOf(arms, dense);
  const at = Math.max(
    0,
    rounds.findIndex(({ round }) => round === chosen),
  );
  const words = rounds.map(({ round, sparsity }) => wordsOf(round, sparsity, labels));
  return html`<p class="slider"><label for="round-slider">${labels.roundSlider}</label><input type="range" id="round-slider" min="0" max="${rounds.length - 1}" value="${at}" data-rounds="${rounds.map(({ round }) => round).join(" ")}" data-words="${words.join("|")}"/><output for="round-slider">${words[at]}</output></p>`;
}

/** One large picture; the runs of every round are in it, and those of one are shown: without scripts, and on paper, of `chosen`. */
export function learningCurves({ dense, arms }: Summary, chosen: number, options: CurveOptions): Markup | undefined {
  const { id, quantity, unit, value, format, span, labels } = options;
  const rounds = roundsOf(arms, dense);
  const runs = [...(dense?.runs ?? []), ...arms.flatMap(({ levels }) => levels.flatMap((level) => level.runs))];
  const most = Math.min(MOST_POINTS, Math.max(LEAST_POINTS, Math.round(OF_A_PICTURE / runs.length)));
  const points = runs.flatMap(({ curve }) => curve);
  const values = points.map(value).filter(Number.isFinite);
  if (values.length === 0) return undefined;

  const { left, right, top, bottom, width, height } = FRAME;
  const longest = points.reduce((most, { step }) => Math.max(most, step), 0);
  const x = scaleLinear([0, longest], [left, right]);
  const sorted = values.sort((a, b) => a - b);
  const quantile = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
  const y = scaleLinear([quantile(span[0]), quantile(span[1])], [bottom, top]).nice(6);
  const path = line<CurvePoint>()
    .x(({ step }) => x(step))
    .y((point) => y(value(point)))
    .digits(1);
  const draw = (run: LevelResult, className: string): Markup => {
    const known = run.curve.filter((point) => Number.isFinite(value(point)));
    const stop = run.curve.find(({ step }) => step === run.earlyStopStep);
    const dot =
      stop === undefined || !Number.isFinite(value(stop))
        ? undefined
        : html`<circle class="stop" cx="${px(x(stop.step))}" cy="${px(y(value(stop)))}" r="3.4"/>`;
    return html`<g class="${className}"><path class="curve" d="${path(thinOut(known, most)) ?? ""}"/>${dot}</g>`;
  };

  const groups = rounds
    .filter(({ round }) => round > 0)
    .map(({ round, sparsity }) => {
      const own = arms.map(({ levels }, arm) =>
        (levels.find((level) => level.round === round)?.runs ?? []).map((run) => draw(run, armClass(arm))),
      );
      return html`<g class="round${round === chosen ? " shown" : ""}" data-round="${round}"><text class="panel-title" x="${right}" y="${top - 8}" text-anchor="end">${wordsOf(round, sparsity, labels)}</text><g clip-path="url(#${id}-clip)">${own}</g></g>`;
    });
  const ticks = x
    .ticks(8)
    .map((tick) => html`<path class="axis-line" d="M${px(x(tick))},${bottom}v5"/>${tickLabel(x(tick), count(tick))}`);
  return svg(
    { id, title: labels.curvesOf(quantity), description: labels.curvesCaption, className: "chart curves" },
    { width, height },
    html`<clipPath id="${id}-clip"><rect x="${left - 4}" y="${top - 4}" width="${right - left + 8}" height="${bottom - top + 4}"/></clipPath>
${valueAxis(y, FRAME, { unit, format })}<path class="axis-line" d="M${left},${bottom}H${right}"/>${ticks}<text class="axis" x="${(left + right) / 2}" y="${height - 8}" text-anchor="middle">${labels.step}</text>
<g clip-path="url(#${id}-clip)">${(dense?.runs ?? []).map((run) => draw(run, "arm-none"))}</g>
${groups}`,
  );
}

/** Under its tick; the last one ends with the picture where it would be cut off. */
function tickLabel(at: number, words: string): Markup {
  const isLast = at + 3.5 * words.length > FRAME.width;
  return html`<text class="tick" x="${px(isLast ? FRAME.width : at)}" y="${FRAME.bottom + 18}" text-anchor="${isLast ? "end" : "middle"}">${words}</text>`;
}

function wordsOf(round: number, sparsity: number, labels: Labels): string {
  return round === 0 ? labels.dense : `${labels.round(round)}, ${labels.sparse(sparsityPercent(sparsity))}`;
}

/** The rounds that any arm has, the dense network first; the sparsity is the first arm's, where they differ. */
function roundsOf(arms: readonly ArmSummary[], dense: LevelSummary | undefined): LevelSummary[] {
  const all = [...(dense === undefined ? [] : [dense]), ...arms.flatMap(({ levels }) => levels)];
  const byRound = new Map(all.toReversed().map((level) => [level.round, level]));
  return [...byRound.values()].sort((a, b) => a.round - b.round);
}

/** At most so many points a line, evenly taken, with the first and the last. */
function thinOut(curve: readonly CurvePoint[], most: number): CurvePoint[] {
  if (curve.length <= most) return [...curve];
  const stride = (curve.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, i) => curve[Math.round(i * stride)]!);
}
