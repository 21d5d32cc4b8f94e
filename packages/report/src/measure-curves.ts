import type { CurvePoint, Summary } from "@ltt/lottery";
import { learningCurves } from "./learning-curves.ts";
import { html, type Markup } from "./markup.ts";
import { trim } from "./numbers.ts";

/** What of a task's measures is drawn over epochs, in this order: of single classes and of several. */
const DRAWN = ["precision", "recall", "f1", "micro precision", "micro recall", "macro f1", "exact match"];

/** Measures over epochs besides accuracy and loss, and how the training texts fared: where a run has kept them (`measureTraining`). */
export function measureCurves(summary: Summary, measure: string, warning: readonly Markup[]): Markup | undefined {
  const runs = [...(summary.dense?.runs ?? []), ...summary.arms.flatMap(({ levels }) => levels.flatMap((l) => l.runs))];
  const points = runs.flatMap(({ curve }) => curve);
  const figure = (name: string, value: (point: CurvePoint) => number | undefined, isShare = true) =>
    html`<figure>${learningCurves(summary, {
      id: `${name.replaceAll(/[^a-z0-9]+/gi, "-").toLowerCase()}-curves`,
      title: `${name} during training, by sparsity`,
      description: "One panel a pruning round; each line is one run, the dense network in grey.",
      value: (point) => value(point) ?? Number.NaN,
      format: isShare ? (share) => trim(100 * share) : trim,
      span: isShare ? [0.1, 1] : [0, 0.95],
    })}
<figcaption>${name}${isShare ? ", %," : ""} over training steps, drawn the same way.${warning}</figcaption></figure>`;

  const kept = DRAWN.filter((name) => points.some(({ measures }) => measures?.[name] !== undefined));
  const isTraining = points.some(({ training }) => training !== undefined);
  if (kept.length === 0 && !isTraining) return undefined;
  return html`<details><summary>More measures during training: on validation and on training texts</summary>
${isTraining ? [figure(`Training ${measure}`, ({ training }) => training?.accuracy), figure("Training loss", ({ training }) => training?.loss, false)] : undefined}
${kept.flatMap((name) => [
  figure(`Validation ${name}`, ({ measures }) => measures?.[name]),
  ...(isTraining ? [figure(`Training ${name}`, ({ training }) => training?.measures[name])] : []),
])}</details>`;
}
