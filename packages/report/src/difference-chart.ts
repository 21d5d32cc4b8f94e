import type { Comparison, Verdict } from "@ltt/lottery";
import { scaleLinear } from "d3-scale";
import { columns, type Frame, px, remainingScale, sparsityAxis, svg, valueAxis } from "./chart-frame.ts";
import type { Labels } from "./labels.ts";
import { html, type Markup } from "./markup.ts";
import { pointsEstimate, sparsityPercent, trim } from "./numbers.ts";

/**
 * What the verdict rests on: the winning ticket's difference to the dense network and to each control, at every sparsity, with the
 * verdict's own intervals; one panel each. `undefined` where there is nothing to compare.
 */
export function differenceCharts(verdict: Verdict, labels: Labels, warning: readonly Markup[]): Markup | undefined {
  const { basis, levels, controls, margin } = verdict;
  if (basis === "none" || levels.length === 0) return undefined;
  const panels = ["dense", ...controls].map((arm) => ({
    arm,
    points: levels.flatMap(({ round, sparsity, dense, controls: others }) => {
      const comparison = arm === "dense" ? dense : others.find((one) => one.arm === arm);
      return comparison === undefined ? [] : [{ round, sparsity, comparison }];
    }),
  }));
  const comparisons = panels.flatMap(({ points }) => points.map(({ comparison }) => comparison));
  const domain = domainOf(comparisons, margin);
  const areBounded = comparisons.some(({ difference }) => Number.isFinite(difference.halfWidth));
  const over = !areBounded ? undefined : basis === "one run" ? "test examples" : "seeds";
  return html`<section><h2>${labels.differences}</h2>
<div class="multiples wide-multiples">${panels.map(({ arm, points }) => panel(arm, points, domain, verdict, labels))}</div>
<p class="caption">${labels.differencesCaption({ margin: trim(100 * margin), over, sparsities: levels.length })}${warning}</p></section>`;
}

interface Point {
  readonly round: number;
  readonly sparsity: number;
  readonly comparison: Comparison;
}

const FRAME: Frame = { width: 470, height: 300, left: 46, right: 462, top: 44, bottom: 244 };

function panel(
  arm: string,
  points: readonly Point[],
  domain: readonly [number, number],
  { margin }: Verdict,
  labels: Labels,
): Markup {
  const { left, right, top, bottom } = FRAME;
  const x = remainingScale(
    points.map(({ sparsity }) => sparsity),
    FRAME,
    18,
  );
  const y = scaleLinear().domain(domain).nice(5).range([bottom, top]).clamp(true);
  const id = `difference-${arm}`;
  const title = labels.differencesTo(labels.arm(arm));
  const level = arm === "dense" ? html`<path class="margin" d="M${left},${px(y(-margin))}H${right}"/>` : undefined;
  const marks = points.map(({ sparsity, comparison: { difference, standing } }) => {
    const { mean, halfWidth } = difference;
    const at = px(x(sparsity));
    const bar = Number.isFinite(halfWidth)
      ? html`<path class="bar" d="M${at},${px(y(mean - halfWidth))}V${px(y(mean + halfWidth))}"/>`
      : undefined;
    return html`<g class="standing-${standing}">${bar}<circle class="mean" cx="${at}" cy="${px(y(mean))}" r="3.6"/></g>`;
  });
  const told = points.map(({ round, sparsity, comparison: { difference, standing } }) => ({
    round,
    at: x(sparsity),
    heading: `${labels.round(round)}, ${labels.sparse(sparsityPercent(sparsity))}`,
    lines: [
      {
        arm: -1,
        text: `${pointsEstimate(difference).replace("points", labels.points)}: ${labels.standings[standing]}`,
      },
    ],
  }));
  const description = told.map(({ heading, lines }) => `${heading}: ${lines[0]!.text}`).join("; ");
  return svg(
    { id, title, description },
    FRAME,
    html`<text class="panel-title" x="${left}" y="16">${title}</text>
${valueAxis(y, FRAME, { unit: labels.points, format: (value) => trim(100 * value).replace("-", "−"), ticks: 5 })}
${sparsityAxis(
  x,
  points.map(({ sparsity }) => sparsity),
  FRAME,
  labels,
)}
<path class="zero" d="M${left},${px(y(0))}H${right}"/>${level}${marks}${columns(told, FRAME)}`,
  );
}

/** All means, and as much of the intervals as leaves the means to be seen. */
function domainOf(comparisons: readonly Comparison[], margin: number): [number, number] {
  const means = comparisons.map(({ difference }) => difference.mean);
  const [low, high] = [Math.min(0, -margin, ...means), Math.max(0, ...means)];
  const spare = Math.max(0.01, high - low);
  const edges = comparisons
    .flatMap(({ difference: { mean, halfWidth } }) => [mean - halfWidth, mean + halfWidth])
    .filter(Number.isFinite);
  return [
    Math.max(low - spare, Math.min(low, ...edges)) - 0.001,
    Math.min(high + spare, Math.max(high, ...edges)) + 0.001,
  ];
}
