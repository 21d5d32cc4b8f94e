import { armLabel, type Comparison, type LevelVerdict, type Verdict } from "@ltt/lottery";
import { html, type Markup } from "./markup.ts";
import { count, pointsEstimate, sparsityPercent } from "./numbers.ts";

/** Every sparsity with its differences, what they are called, and when it learnt: nothing of the verdict is left to be believed. */
export function verdictTable({
  basis,
  levels,
  lateRewinding,
  controls,
  measure = "accuracy",
}: Verdict): Markup | undefined {
  if (basis === "none" || levels.length === 0) return undefined;
  return html`<section><h2>The verdict, level by level</h2>
<div class="wide"><table><caption>Differences of test ${measure} in percentage points, and the early-stopping step t′ beside the dense network's, t</caption>
<thead><tr>${["arm", "sparsity", "standing", "− dense", ...controls.map((arm) => `− ${armLabel(arm)}`), "t′", "t", "t′ ≤ t", "t′ < t"].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${[...levels, ...lateRewinding].map((level) => row(level, controls))}</tbody></table></div></section>`;
}

function row(level: LevelVerdict, controls: readonly string[]): Markup {
  const { arm, sparsity, standing, collapsed, dense, speed } = level;
  const beside = controls.map((name) => level.controls.find((comparison) => comparison.arm === name));
  const said = collapsed.length > 0 ? `${standing}: collapsed` : standing;
  return html`<tr class="${standing}"><th scope="row">${armLabel(arm)}</th><td>${sparsityPercent(sparsity)}</td><td>${said}</td>${[dense, ...beside].map(cell)}<td>${speed.censored > 0 ? "≥ " : ""}${count(speed.step)}</td><td>${count(speed.denseStep)}</td><td>${yes(speed.noLater)}</td><td>${yes(speed.earlier)}</td></tr>`;
}

function cell(comparison: Comparison | undefined): Markup {
  if (comparison === undefined) return html`<td>–</td>`;
  return html`<td class="${comparison.standing}">${pointsEstimate(comparison.difference).replace(" points", "")}</td>`;
}

function yes(holds: boolean): string {
  return holds ? "yes" : "no";
}
