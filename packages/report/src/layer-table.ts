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
import type { Labels } from "./labels.ts";
import { html, type Markup } from "./markup.ts";
import { count, sparsityPercent, trim } from "./numbers.ts";

/**
 * Layer by layer what a network stores and which structures fell away as a whole: of the sparsest winning ticket, which stands open, and of
 * the last round of every arm, folded; of many arms those that are not read first are folded once more, together.
 */
export function layerTables(
  { arms }: Summary,
  { winner }: Verdict,
  labels: Labels,
  warning: readonly Markup[],
): Markup {
  const first = foremost(arms);
  const tables = arms.flatMap((arm) => {
    const chosen = arm.arm === "winning-ticket" ? arm.levels.find(({ round }) => round === winner?.round) : undefined;
    const last = arm.levels.at(-1)!;
    return [...(chosen === undefined || chosen.round === last.round ? [] : [chosen]), last].map((level) => ({
      open: level.round === chosen?.round,
      table: layerTable(arm, level, labels),
      title: labels.inRound(labels.arm(arm.arm), level.round),
      isFirst: first.includes(arm),
    }));
  });
  const shown = ({ open, table, title }: (typeof tables)[number]) =>
    open ? table : html`<details class="screen"><summary>${labels.layerByLayer(title)}</summary>${table}</details>`;
  const others = tables.filter(({ isFirst }) => !isFirst);
  const folded =
    others.length === 0
      ? undefined
      : html`<details class="screen"><summary>${labels.layerByLayer(labels.otherArms(others.length))}</summary>${others.map(shown)}</details>`;
  return html`<figure>${tables.filter(({ isFirst }) => isFirst).map(shown)}${folded}<figcaption>${labels.layersCaption}${warning}</figcaption></figure>`;
}

function layerTable({ arm }: ArmSummary, { round, sparsity, runs }: LevelSummary, labels: Labels): Markup {
  const layers = runs[0]!.tensors.map(({ name }) => layerOf(name, runs));
  const name = labels.inRound(labels.arm(arm), round);
  const caption = labels.storedCaption({ name, sparsity: sparsityPercent(sparsity), seeds: runs.length });
  const heads = [labels.layer, labels.shape, labels.stored, labels.density];
  return html`<div class="wide" tabindex="0"><table><caption>${caption}</caption>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}<th scope="col" class="words">${labels.emptyParts}</th></tr></thead>
<tbody>${layers.map(
    ({ name, shape, size, kept, parts }) =>
      html`<tr class="layer"><th scope="row">${name}</th><td>${shape.map(count).join(" × ")}</td><td>${count(kept)}</td><td>${sparsityPercent(kept / size)}</td><td class="words">${parts
        .map(({ part, empty, of }) => labels.emptyOf(part, trim(empty), count(of)))
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
