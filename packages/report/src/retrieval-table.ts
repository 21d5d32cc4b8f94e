import { type ArmSummary, type LevelSummary, mean, type Summary } from "@ltt/lottery";
import type { Uses } from "./cost.ts";
import type { Labels } from "./labels.ts";
import { html, type Markup } from "./markup.ts";
import { count, percent, percentEstimate, pointsEstimate, sparsityPercent } from "./numbers.ts";
import { type Retrieval, retrievalOf } from "./retrieval.ts";

/** The arm whose masks are those of the whole dense training: what the others save, they save beside it. */
const WHOLE = "one-shot";

/**
 * Arms whose masks were found before dense training ended: what that saved, and what it cost in accuracy; `undefined` if there are none.
 */
export function retrievalTable(
  { dense, arms }: Summary,
  uses: Uses | undefined,
  measure: string,
  labels: Labels,
): Markup | undefined {
  const rows = arms.flatMap((arm) =>
    arm.levels.flatMap((level) => {
      const saved = level.runs.map((run) =>
        retrievalOf(
          run,
          dense?.runs.find(({ seed }) => seed === run.seed),
          uses,
        ),
      );
      const known = saved.filter((one) => one !== undefined);
      if (level.round === 0 || known.length < saved.length) return [];
      return [row(arm, level, known, wholeAt(arms, level.round), labels)];
    }),
  );
  if (rows.length === 0) return undefined;
  const head = [
    ...[labels.armColumn, labels.sparsity, labels.searchedSteps, labels.savedSteps, labels.savedFlops],
    ...[labels.testMeasure(measure), labels.differenceTo(labels.arm(WHOLE))],
  ];
  return html`<section><h2>${labels.retrieval}</h2><p class="caption">${labels.retrievalCaption}</p><div class="wide" tabindex="0"><table><thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div></section>`;
}

function wholeAt(arms: readonly ArmSummary[], round: number): LevelSummary | undefined {
  return arms.find(({ arm }) => arm === WHOLE)?.levels.find((level) => level.round === round);
}

function row(
  { arm }: ArmSummary,
  level: LevelSummary,
  saved: readonly Retrieval[],
  whole: LevelSummary | undefined,
  labels: Labels,
): Markup {
  const flops = saved.flatMap(({ savedFlops }) => (savedFlops === undefined ? [] : [savedFlops]));
  const difference =
    whole === undefined
      ? "–"
      : pointsEstimate({
          mean: level.testAccuracy.mean - whole.testAccuracy.mean,
          halfWidth: Number.POSITIVE_INFINITY,
        });
  const cells = [
    sparsityPercent(level.sparsity),
    count(mean(saved.map(({ searched }) => searched))),
    percent(mean(saved.map(({ savedSteps }) => savedSteps)), 0),
    flops.length === 0 ? "–" : percent(mean(flops), 0),
    percentEstimate(level.testAccuracy),
    difference,
  ];
  return html`<tr><th scope="row">${labels.arm(arm)}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`;
}
