import type { ArmSummary, LevelSummary, Summary } from "@ltt/lottery";
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import {
  armClass,
  columns,
  type Frame,
  marker,
  px,
  remainingScale,
  sparsityAxis,
  svg,
  valueAxis,
} from "./chart-frame.ts";
import type { Labels } from "./labels.ts";
import { html, type Markup } from "./markup.ts";
import { count, sparsityPercent } from "./numbers.ts";

const FRAME: Frame = { width: 320, height: 232, left: 50, right: 312, top: 42, bottom: 176 };

/**
 * Early-stopping steps against sparsity, a panel an arm on the same axes; hollow where the step is that of the last one in any run, so only
 * a lower bound.
 */
export function speedPanels({ arms, dense }: Summary, labels: Labels): Markup {
  const levels = arms.flatMap(({ levels }) => levels);
  const highest = Math.max(1, ...levels.flatMap(({ runs }) => runs.map(({ earlyStopStep }) => earlyStopStep)));
  const sparsities = levels.map(({ sparsity }) => sparsity);
  return html`<div class="multiples">${arms.map((arm, i) => panel(arm, i, { highest, sparsities, dense }, labels))}</div>`;
}

interface Shared {
  readonly highest: number;
  readonly sparsities: readonly number[];
  readonly dense: LevelSummary | undefined;
}

function panel({ arm, levels }: ArmSummary, i: number, { highest, sparsities, dense }: Shared, labels: Labels): Markup {
  const { left, right, top, bottom } = FRAME;
  const x = remainingScale(sparsities, FRAME, 12);
  const y = scaleLinear([0, highest], [bottom, top]).nice(4);
  const label = labels.arm(arm);
  const own = levels.filter(({ round }) => round > 0);
  const path = line<LevelSummary>()
    .x(({ sparsity }) => x(sparsity))
    .y(({ earlyStopStep }) => y(earlyStopStep.mean))
    .digits(1);
  const isCensored = ({ runs }: LevelSummary) => runs.some(({ censored }) => censored);
  const words = (level: LevelSummary) => `${isCensored(level) ? "≥ " : ""}${count(level.earlyStopStep.mean)}`;
  const told = levels.map((level) => ({
    round: level.round,
    at: x(level.sparsity),
    heading: `${level.round === 0 ? labels.dense : labels.round(level.round)}, ${labels.sparse(sparsityPercent(level.sparsity))}`,
    lines: [{ arm: level.round === 0 ? -1 : i, text: `${level.round === 0 ? labels.dense : label}: ${words(level)}` }],
  }));
  const runs = own
    .filter((level) => level.runs.length > 1)
    .flatMap(({ sparsity, runs: all }) =>
      all.map((run) => html`<circle class="run" cx="${px(x(sparsity))}" cy="${px(y(run.earlyStopStep))}" r="1.5"/>`),
    );
  const marks = own.map((level) =>
    marker(i, x(level.sparsity), y(level.earlyStopStep.mean), isCensored(level) ? "point hollow" : "point"),
  );
  const description = told.map(({ heading, lines }) => `${heading}: ${lines[0]!.text}`).join("; ");
  return svg(
    { id: `speed-${i}`, title: `${labels.speed}: ${label}`, description, className: `chart series-${i}` },
    FRAME,
    html`<text class="panel-title" x="${left}" y="15">${label}</text>
${valueAxis(y, FRAME, { unit: labels.speedUnit, format: count, ticks: 4 })}
${sparsityAxis(
  x,
  levels.map(({ sparsity }) => sparsity),
  FRAME,
  labels,
)}
${dense === undefined ? undefined : html`<path class="dense" d="M${left},${px(y(dense.earlyStopStep.mean))}H${right}"/>`}
<g class="${armClass(i)}"><path class="line" d="${path(levels) ?? ""}"/>${runs}${marks}</g>${columns(told, FRAME)}`,
  );
}
