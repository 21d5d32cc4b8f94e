import {
  type ArmSummary,
  type LevelResult,
  type LevelSummary,
  mean,
  type Summary,
  type TensorCount,
  type Verdict,
} from "@ltt/lottery";
import { foremost } from "./arm-toggles.ts";
import { html, type Markup } from "./markup.ts";
import { count, sparsityPercent, trim } from "./numbers.ts";

/**
 * Layer by layer what a network stores and which structures fell away as a whole: of the sparsest winning ticket, which stands open, and of the last round of
 * every arm, folded; of many arms those that are not read first are folded once more, together.
 */
export function layerTables({ arms }: Summary, { winner }: Verdict, warning: readonly Markup[]): Markup {
  const first = foremost(arms);
  const tables = arms.flatMap((arm) => {
    const chosen = arm.arm === "winning-ticket" ? arm.levels.find(({ round }) => round === winner?.round) : undefined;
    const last = arm.levels.at(-1)!;
    return [...(chosen === undefined || chosen.round === last.round ? [] : [chosen]), last].map((level) => ({
      open: level.round === chosen?.round,
      table: layerTable(arm, level),
      title: `${arm.label}, round ${level.round}`,
      isFirst: first.includes(arm),
    }));
  });
  const shown = ({ open, table, title }: (typeof tables)[number]) =>
    open ? table : html`<details class="screen"><summary>Layer by layer: ${title}</summary>${table}</details>`;
  const others = tables.filter(({ isFirst }) => !isFirst);
  const folded =
    others.length === 0
      ? undefined
      : html`<details class="screen"><summary>Layer by layer: ${others.length} other arms</summary>${others.map(shown)}</details>`;
  return html`<figure>${tables.filter(({ isFirst }) => isFirst).map(shown)}${folded}<figcaption>What is left of a layer's structure where single weights were pruned. A tap is what a filter has at one place of its window; inputs that no output has a
weight for are features that nobody reads; a unit of an LSTM counts where none of its gates reads anything.${warning}</figcaption></figure>`;
}

function layerTable({ label }: ArmSummary, { round, sparsity, runs }: LevelSummary): Markup {
  const layers = runs[0]!.tensors.map(({ name }) => layerOf(name, runs));
  const seeds = runs.length === 1 ? "" : `, means over ${runs.length} seeds`;
  return html`<div class="wide" tabindex="0"><table><caption>Stored weights and empty parts (${label}, round ${round}, ${sparsityPercent(sparsity)} sparse${seeds})</caption>
<thead><tr>${["layer", "shape", "stored", "density"].map((name) => html`<th scope="col">${name}</th>`)}<th scope="col" class="words">parts without a stored weight</th></tr></thead>
<tbody>${layers.map(
    ({ name, shape, size, kept, parts }) =>
      html`<tr class="layer"><th scope="row">${name}</th><td>${shape.map(count).join(" × ")}</td><td>${count(kept)}</td><td>${sparsityPercent(kept / size)}</td><td class="words">${parts
        .map(({ part, empty, of }) => `${trim(empty)} of ${count(of)} ${part}`)
        .join(", ")}</td></tr>`,
  )}</tbody></table></div>`;
}

/** One tensor over the seeds. */
function layerOf(name: string, runs: readonly LevelResult[]): TensorCount {
  const tensors = runs.flatMap(({ tensors }) => tensors.filter((tensor) => tensor.name === name));
  const first = tensors[0]!;
  return {
    ...first,
    kept: mean(tensors.map(({ kept }) => kept)),
    parts: first.parts.map((part, i) => ({ ...part, empty: mean(tensors.map(({ parts }) => parts[i]!.empty)) })),
  };
}
