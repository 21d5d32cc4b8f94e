import { type Estimate, estimate, type LevelResult, type LevelSummary, type Summary } from "@ltt/lottery";
import { type ChartSeries, legend, sparsityChart } from "./chart.ts";
import { gapOf } from "./end-training.ts";
import type { Labels } from "./labels.ts";
import { html, type Markup } from "./markup.ts";
import { percentEstimate, pointsEstimate, trim } from "./numbers.ts";

/**
 * Networks as training ended with them, where runs measured that: test accuracy, and how much more accurate they are on what they learnt
 * from (the gap of Frankle & Carbin 2019, section 3). `undefined` where they did not.
 */
export function endCharts(
  summary: Summary,
  measure: string,
  labels: Labels,
  warning: readonly Markup[],
): Markup | undefined {
  const testMeasure = labels.testMeasure(measure);
  const shared = { summary, labels, format: (value: number) => trim(100 * value), leastSpan: 0.02 };
  const accuracy = chartOf({
    ...shared,
    ...{ id: "end-accuracy", title: labels.atEnd(testMeasure), unit: `${testMeasure}, %`, bounds: [0, 1] },
    value: ({ end }) => end?.testAccuracy,
    show: (found) => percentEstimate(found),
  });
  const gap = chartOf({
    ...shared,
    ...{ id: "gap", title: labels.gap(measure), unit: labels.points, bounds: [-1, 1] },
    value: gapOf,
    show: (found) => pointsEstimate(found).replace("points", labels.points),
  });
  if (accuracy === undefined && gap === undefined) return undefined;
  const key = legend(
    summary.arms.map(({ arm }) => ({ label: labels.arm(arm) })),
    [],
    summary.dense === undefined ? undefined : labels.dense,
  );
  const drawn = [
    [accuracy, labels.endCaption],
    [gap, labels.gapCaption(measure)],
  ] as const;
  return html`<section><h2>${labels.endOfTraining}</h2>${key}
${drawn.map(([chart, caption]) =>
  chart === undefined
    ? undefined
    : html`<figure tabindex="0">${chart}<figcaption>${caption}${warning}</figcaption></figure>`,
)}</section>`;
}

interface EndChart {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly bounds: readonly [number, number];
  readonly leastSpan: number;
  readonly value: (run: LevelResult) => number | undefined;
  readonly show: (estimate: Estimate) => string;
  readonly format: (value: number) => string;
  readonly summary: Summary;
  readonly labels: Labels;
}

function chartOf({ summary: { arms, dense }, value, ...chart }: EndChart): Markup | undefined {
  const point = ({ round, sparsity, runs }: LevelSummary) => {
    const values = runs.map(value).filter((one) => one !== undefined);
    return values.length === 0 ? [] : [{ round, sparsity, values, estimate: estimate(values) }];
  };
  const series = arms.map(
    ({ arm, levels }): ChartSeries => ({
      label: chart.labels.arm(arm),
      points: levels.flatMap(point),
    }),
  );
  if (series.every(({ points }) => points.length === 0)) return undefined;
  const ends = series.flatMap(({ label, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    return first === undefined ? [] : [`${label}: ${chart.show(first.estimate)} → ${chart.show(last!.estimate)}`];
  });
  return sparsityChart({
    ...chart,
    ...{ series, thin: [], winner: undefined, description: `${chart.title}: ${ends.join("; ")}.` },
    dense: dense === undefined ? undefined : point(dense)[0]?.estimate,
  });
}
