import type { Estimate, LevelSummary, Summary, Verdict } from "@ltt/lottery";
import { type ChartSeries, legend, sparsityChart, type ThinCurve } from "./chart.ts";
import { costFigure } from "./cost-chart.ts";
import { differenceCharts } from "./difference-chart.ts";
import { endCharts } from "./end-charts.ts";
import type { ReportInput } from "./input.ts";
import type { Labels } from "./labels.ts";
import { learningCurves, roundSlider } from "./learning-curves.ts";
import { html, type Markup } from "./markup.ts";
import { measureCurves } from "./measure-curves.ts";
import { percent, percentEstimate, sparsityPercent, trim } from "./numbers.ts";
import { speedPanels } from "./speed-panels.ts";
import { captionWarnings } from "./warnings.ts";

/** The pictures, in the order of what a reader asks: how accurate, what the verdict rests on, how fast, how training went, at what cost. */
export function figures(results: ReportInput, summary: Summary, measure: string, labels: Labels): Markup {
  const { verdict } = results;
  const { arms, dense, seeds } = summary;
  const warning = captionWarnings(results, labels);
  const reading = seeds.length > 1 ? labels.readingMany(seeds.length) : labels.readingOne;
  const accuracy = arms.map(({ arm, levels }) => series(labels.arm(arm), levels));
  const published = (results.published ?? []).map(
    (curve): ThinCurve => ({
      label: curve.label,
      arm: arms.findIndex(({ arm }) => arm === curve.arm),
      points: curve.points.map(({ sparsity, testAccuracy }) => ({ sparsity, value: testAccuracy })),
    }),
  );
  const chosen = chosenRound(summary, verdict);
  const testMeasure = labels.testMeasure(measure);
  return html`<section><h2>${capital(labels.against(measure))}</h2>
${legend(accuracy, published, dense === undefined ? undefined : labels.dense)}
<figure tabindex="0">${sparsityChart({
    id: "accuracy",
    title: capital(labels.against(testMeasure)),
    description: describe(summary, testMeasure, labels),
    unit: `${testMeasure}, %`,
    format: (value) => trim(100 * value),
    show: (estimate: Estimate) => percentEstimate(estimate),
    bounds: [0, 1],
    leastSpan: 0.02,
    series: accuracy,
    thin: published,
    dense: dense?.testAccuracy,
    winner: verdict.winner && { sparsity: verdict.winner.sparsity, words: labels.chosen[verdict.chosenBy] },
    labels,
  })}
<figcaption>${labels.accuracyCaption(measure, reading)}${published.length === 0 ? undefined : ` ${labels.publishedCaption}`} <span class="screen">${labels.hover}</span>${warning}</figcaption></figure></section>
${differenceCharts(verdict, labels, warning)}
<section><h2>${labels.speed}</h2>${speedPanels(summary, labels)}<p class="caption">${labels.speedCaption(verdict.basis)}${warning}</p></section>
${endCharts(summary, measure, labels, warning)}
${curves(summary, chosen, measure, labels, warning)}
${costFigure(summary, results.uses, { measure, labels, warning })}`;
}

function curves(
  summary: Summary,
  chosen: number,
  measure: string,
  labels: Labels,
  warning: readonly Markup[],
): Markup | undefined {
  const shared = { labels };
  const quantity = labels.validationMeasure(measure);
  const accuracy = learningCurves(summary, chosen, {
    ...shared,
    id: "accuracy-curves",
    quantity,
    unit: `${quantity}, %`,
    value: (point) => point.validationAccuracy,
    format: (value) => trim(100 * value),
    span: [0.1, 1],
  });
  if (accuracy === undefined) return undefined;
  const loss = learningCurves(summary, chosen, {
    ...shared,
    id: "loss-curves",
    quantity: labels.validationLoss,
    unit: labels.validationLoss,
    value: (point) => point.validationLoss,
    format: trim,
    span: [0, 0.95],
  });
  const key = legend(
    summary.arms.map(({ arm }) => ({ label: labels.arm(arm) })),
    [],
    undefined,
  );
  return html`<section class="learning"><h2>${labels.curves}</h2>${roundSlider(summary, chosen, labels)}${key}
<figure tabindex="0">${accuracy}</figure><figure tabindex="0">${loss}<figcaption>${labels.curvesCaption}${warning}</figcaption></figure>
${measureCurves(summary, chosen, measure, labels)}</section>`;
}

/** Whose curves are shown at first: the winner's, or those of the middle of what was pruned. */
function chosenRound({ arms }: Summary, { winner }: Verdict): number {
  if (winner !== undefined) return winner.round;
  const rounds = [...new Set(arms.flatMap(({ levels }) => levels.map(({ round }) => round)))].filter(
    (round) => round > 0,
  );
  return rounds.sort((a, b) => a - b)[Math.floor((rounds.length - 1) / 2)] ?? 0;
}

function series(label: string, levels: readonly LevelSummary[]): ChartSeries {
  return {
    label,
    points: levels.map((level) => ({
      round: level.round,
      sparsity: level.sparsity,
      estimate: level.testAccuracy,
      values: level.runs.map((run) => run.testAccuracy),
    })),
  };
}

/** For readers who cannot see the figure: where each arm begins and ends. */
function describe({ arms }: Summary, quantity: string, labels: Labels): string {
  const spans = arms.map(({ arm, levels }) => {
    const ends = [levels[0]!, levels.at(-1)!].map(
      (level) => `${percent(level.testAccuracy.mean)} (${labels.sparse(sparsityPercent(level.sparsity))})`,
    );
    return `${labels.arm(arm)}: ${ends.join(" → ")}`;
  });
  return `${quantity}: ${spans.join("; ")}.`;
}

function capital(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}
