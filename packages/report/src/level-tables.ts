import { type LevelResult, type LevelSummary, mean, type Summary, type Verdict } from "@ltt/lottery";
import type { Labels } from "./labels.ts";
import { html, type Markup } from "./markup.ts";
import { count, isBound, percent, percentEstimate, sparsityPercent } from "./numbers.ts";

/** A row a level, means over the seeds; and folded a row a trained network. */
export function levelTables(
  { dense, arms }: Summary,
  { winner, chosenBy }: Verdict,
  measure: string,
  labels: Labels,
): Markup {
  const groups = [
    ...new Set(
      arms.flatMap(({ levels }) => levels.flatMap(({ runs }) => runs.flatMap((run) => Object.keys(run.groups)))),
    ),
  ].sort();
  const rows = [
    ...(dense === undefined ? [] : [meanRow("dense", dense, groups, undefined, labels)]),
    ...arms.flatMap(({ arm, levels }) =>
      levels
        .filter(({ round }) => round > 0)
        .map((level) => {
          const isChosen = arm === "winning-ticket" && level.round === winner?.round;
          return meanRow(arm, level, groups, isChosen ? labels.chosen[chosenBy] : undefined, labels);
        }),
    ),
  ];
  const runs = [
    ...(dense?.runs ?? []),
    ...arms.flatMap(({ levels }) => levels.filter(({ round }) => round > 0).flatMap((level) => level.runs)),
  ];
  const measures = [...new Set(runs.flatMap((run) => Object.keys(run.measures)))].filter((name) => name !== measure);
  const [validation, test] = [labels.validationMeasure(measure), labels.testMeasure(measure)];
  const head = (names: readonly string[]) =>
    html`<thead><tr>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>`;
  return html`<section class="screen"><h2>${labels.allLevels}</h2>
<div class="wide" tabindex="0"><table>${head([labels.armColumn, labels.roundColumn, labels.sparsity, ...groups.map((name) => labels.group(name)), validation, test, labels.earlyStop, labels.seedCount])}<tbody>${rows}</tbody></table></div>
<details><summary>${labels.everyNetwork(runs.length)}</summary><div class="wide" tabindex="0"><table>${head([labels.armColumn, labels.seed, labels.roundColumn, labels.sparsity, labels.trainingLoss, labels.validationLoss, validation, test, ...measures.map((name) => labels.testMeasure(name)), labels.earlyStop, labels.steps, labels.seconds])}<tbody>${runs.map((run) => runRow(run, measures, labels))}</tbody></table></div></details></section>`;
}

function meanRow(
  arm: string,
  level: LevelSummary,
  groups: readonly string[],
  chosen: string | undefined,
  labels: Labels,
): Markup {
  const shares = groups.map((group) => sparsityPercent(mean(level.runs.map((run) => run.groups[group] ?? 0))));
  return html`<tr class="${chosen === undefined ? "level" : "chosen"}"><th scope="row">${labels.arm(arm)}${chosen === undefined ? "" : ` ◀ ${chosen}`}</th><td>${level.round}</td><td>${sparsityPercent(level.sparsity)}</td>${shares.map((share) => html`<td>${share}</td>`)}<td>${percentEstimate(level.validationAccuracy)}</td><td>${percentEstimate(level.testAccuracy)}</td><td>${stepEstimate(level.earlyStopStep)}</td><td>${level.runs.length}</td></tr>`;
}

function runRow(run: LevelResult, measures: readonly string[], labels: Labels): Markup {
  const others = measures.map((name) => {
    const value = run.measures[name];
    return html`<td>${value === undefined ? "–" : percent(value)}</td>`;
  });
  return html`<tr class="run-row"><th scope="row">${labels.arm(run.arm)}</th><td>${run.seed}</td><td>${run.round}</td><td>${sparsityPercent(run.sparsity)}</td><td>${run.trainLoss?.toFixed(4) ?? "–"}</td><td>${run.validationLoss.toFixed(4)}</td><td>${percent(run.validationAccuracy)}</td><td>${percent(run.testAccuracy)}</td>${others}<td>${run.censored ? "≥ " : ""}${count(run.earlyStopStep)}</td><td>${count(run.steps)}</td><td>${run.seconds.toFixed(1)}</td></tr>`;
}

function stepEstimate(estimate: LevelSummary["earlyStopStep"]): string {
  const centre = count(estimate.mean);
  return isBound(estimate) ? `${centre} ± ${count(estimate.halfWidth)}` : centre;
}
