import { mean, type Summary } from "@ltt/lottery";
import { scaleLinear, scaleLog } from "d3-scale";
import { line } from "d3-shape";
import { armClass, type Frame, marker, px, svg, valueAxis } from "./chart-frame.ts";
import { costOf, type Uses } from "./cost.ts";
import type { Labels } from "./labels.ts";
import { html, type Markup } from "./markup.ts";
import { count, percentEstimate, sparsityPercent, trim } from "./numbers.ts";

const FRAME: Frame = { width: 960, height: 400, left: 62, right: 942, top: 22, bottom: 348 };

/**
 * Test accuracy against the multiplications of an example, both means over seeds, and a table of costs; `undefined` where multiplications
 * are not known.
 */
export function costFigure(
  { arms, dense }: Summary,
  uses: Uses | undefined,
  {
    measure,
    labels,
    warning,
  }: { readonly measure: string; readonly labels: Labels; readonly warning: readonly Markup[] },
): Markup | undefined {
  const series = arms.map(({ arm, levels }) => ({
    label: labels.arm(arm),
    points: levels.flatMap((level) => {
      const costs = level.runs.map((run) => costOf(run, uses));
      const each = costs.flatMap(({ multiplications }) => (multiplications === undefined ? [] : [multiplications]));
      if (each.length === 0 || mean(each) <= 0) return [];
      const seconds = mean(level.runs.map((run) => run.seconds));
      return [{ level, multiplications: mean(each), bytes: mean(costs.map(({ bytes }) => bytes)), seconds }];
    }),
  }));
  const all = series.flatMap(({ points }) => points);
  if (all.length === 0) return undefined;
  const { left, right, top, bottom, height } = FRAME;
  const millions = all.map(({ multiplications }) => multiplications / 1e6);
  const x = scaleLog([Math.max(...millions) * 1.1, Math.min(...millions) / 1.1], [left + 8, right - 8]);
  const accuracies = all.map(({ level }) => level.testAccuracy.mean);
  const spare = Math.max(0.005, 0.06 * (Math.max(...accuracies) - Math.min(...accuracies)));
  const y = scaleLinear(
    [Math.min(...accuracies) - spare, Math.min(1, Math.max(...accuracies) + spare)],
    [bottom, top],
  ).nice(6);
  const path = line<(typeof all)[number]>()
    .x(({ multiplications }) => x(multiplications / 1e6))
    .y(({ level }) => y(level.testAccuracy.mean))
    .digits(1);
  let last = Number.NEGATIVE_INFINITY;
  const ticks = x.ticks(8).map((tick) => {
    const at = x(tick);
    if (Math.abs(at - last) < 46) return html`<path class="axis-line" d="M${px(at)},${bottom}v4"/>`;
    last = at;
    return html`<path class="axis-line" d="M${px(at)},${bottom}v5"/><text class="tick" x="${px(at)}" y="${bottom + 18}" text-anchor="middle">${Number(tick.toPrecision(2))}</text>`;
  });
  const shown = arms.findIndex(({ arm }) => arm === "winning-ticket");
  const table = series[Math.max(0, shown)]!;
  const testMeasure = labels.testMeasure(measure);
  const description = table.points
    .map(
      ({ level, multiplications }) =>
        `${(multiplications / 1e6).toPrecision(3)}: ${percentEstimate(level.testAccuracy)}`,
    )
    .join("; ");
  return html`<section><h2>${labels.cost}</h2>
<figure tabindex="0">${svg(
    { id: "cost", title: labels.cost, description: `${table.label}, ${labels.costUnit}: ${description}` },
    FRAME,
    html`${valueAxis(y, FRAME, { unit: `${testMeasure}, %`, format: (value) => trim(100 * value) })}
<path class="axis-line" d="M${left},${bottom}H${right}"/>${ticks}<text class="axis" x="${(left + right) / 2}" y="${height - 8}" text-anchor="middle">${labels.costUnit}</text>
${dense === undefined ? undefined : html`<path class="dense" d="M${left},${px(y(dense.testAccuracy.mean))}H${right}"/>`}
${series.map(
  ({ label, points }, i) =>
    html`<g class="${armClass(i)}"><path class="line" d="${path(points) ?? ""}"/>${points
      .filter(({ level }) => level.round > 0)
      .map(
        ({ level, multiplications }) =>
          html`<g>${marker(i, x(multiplications / 1e6), y(level.testAccuracy.mean))}<title>${label}, ${labels.sparse(sparsityPercent(level.sparsity))}: ${(multiplications / 1e6).toPrecision(3)}, ${percentEstimate(level.testAccuracy)}</title></g>`,
      )}</g>`,
)}`,
  )}<figcaption>${labels.costCaption(measure)}${warning}</figcaption></figure>
<details><summary>${labels.costTable}: ${table.label}</summary><div class="wide" tabindex="0"><table><thead><tr>${[labels.sparsity, labels.costUnit, labels.bytes, labels.seconds, testMeasure].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${table.points.map(
    ({ level, multiplications, bytes, seconds }) =>
      html`<tr class="time"><th scope="row">${sparsityPercent(level.sparsity)}</th><td>${(multiplications / 1e6).toPrecision(4)}</td><td>${count(bytes)}</td><td>${seconds.toFixed(1)}</td><td>${percentEstimate(level.testAccuracy)}</td></tr>`,
  )}</tbody></table></div></details></section>`;
}
