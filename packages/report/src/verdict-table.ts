import type { Comparison, LevelVerdict, Verdict } from "@ltt/lottery";
import type { Labels } from "./labels.ts";
import { html, type Markup } from "./markup.ts";
import { count, pointsEstimate, sparsityPercent } from "./numbers.ts";

/** Every sparsity with its differences, what they are called, and when it learnt: nothing of the verdict is left to be believed. */
export function verdictTable(
  { basis, levels, lateRewinding, controls, measure }: Verdict,
  labels: Labels,
): Markup | undefined {
  if (basis === "none" || levels.length === 0) return undefined;
  return html`<section><h2>${labels.levelByLevel}</h2>
<div class="wide" tabindex="0"><table><caption>${labels.verdictTableCaption(measure ?? labels.measure)}</caption>
<thead><tr>${[labels.armColumn, labels.sparsity, labels.standing, `− ${labels.dense}`, ...controls.map((arm) => `− ${labels.arm(arm)}`), "t′", "t", "t′ ≤ t", "t′ < t"].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${[...levels, ...lateRewinding].map((level) => row(level, controls, labels))}</tbody></table></div></section>`;
}

function row(level: LevelVerdict, controls: readonly string[], labels: Labels): Markup {
  const { arm, sparsity, standing, collapsed, dense, speed } = level;
  const beside = controls.map((name) => level.controls.find((comparison) => comparison.arm === name));
  const said = collapsed.length > 0 ? `${labels.standings[standing]}: ${labels.collapsed}` : labels.standings[standing];
  return html`<tr class="${standing}"><th scope="row">${labels.arm(arm)}</th><td>${sparsityPercent(sparsity)}</td><td>${said}</td>${[dense, ...beside].map(cell)}<td>${speed.censored > 0 ? "≥ " : ""}${count(speed.step)}</td><td>${count(speed.denseStep)}</td><td>${yes(speed.noLater, labels)}</td><td>${yes(speed.earlier, labels)}</td></tr>`;
}

function cell(comparison: Comparison | undefined): Markup {
  if (comparison === undefined) return html`<td>–</td>`;
  return html`<td class="${comparison.standing}">${pointsEstimate(comparison.difference).replace(" points", "")}</td>`;
}

function yes(holds: boolean, labels: Labels): string {
  return holds ? labels.yes : labels.no;
}
