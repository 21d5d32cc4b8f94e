import type { CurvePoint, Summary } from "@ltt/lottery";
import type { Labels } from "./labels.ts";
import { learningCurves } from "./learning-curves.ts";
import { html, type Markup } from "./markup.ts";
import { trim } from "./numbers.ts";

/** What of a task's measures is drawn over epochs, in this order: of single classes and of several. */
const DRAWN = ["precision", "recall", "f1", "micro precision", "micro recall", "macro f1", "exact match"];

/** Measures over epochs besides accuracy and loss, and how the training examples fared: where a run has kept them (`measureTraining`). */
export function measureCurves(summary: Summary, chosen: number, measure: string, labels: Labels): Markup | undefined {
  const runs = [...(summary.dense?.runs ?? []), ...summary.arms.flatMap(({ levels }) => levels.flatMap((l) => l.runs))];
  const points = runs.flatMap(({ curve }) => curve);
  const figure = (id: string, quantity: string, value: (point: CurvePoint) => number | undefined, isShare = true) => {
    const drawn = learningCurves(summary, chosen, {
      id: `${id.replaceAll(/[^a-z0-9]+/gi, "-").toLowerCase()}-curves`,
      quantity,
      unit: isShare ? `${quantity}, %` : quantity,
      value: (point) => value(point) ?? Number.NaN,
      format: isShare ? (share) => trim(100 * share) : trim,
      span: isShare ? [0.1, 1] : [0, 0.95],
      labels,
    });
    return drawn && html`<figure>${drawn}</figure>`;
  };

  const kept = DRAWN.filter((name) => points.some(({ measures }) => measures?.[name] !== undefined));
  const isTraining = points.some(({ training }) => training !== undefined);
  if (kept.length === 0 && !isTraining) return undefined;
  return html`<details><summary>${labels.moreMeasures}</summary>
${isTraining ? [figure(`training ${measure}`, labels.training(measure), ({ training }) => training?.accuracy), figure("training loss", labels.trainingLoss, ({ training }) => training?.loss, false)] : undefined}
${kept.flatMap((name) => [
  figure(`validation ${name}`, labels.validation(name), ({ measures }) => measures?.[name]),
  ...(isTraining
    ? [figure(`training ${name}`, labels.training(name), ({ training }) => training?.measures[name])]
    : []),
])}</details>`;
}
