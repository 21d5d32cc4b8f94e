import { type ArmSummary, type LevelSummary, mean } from "@ltt/lottery";
import type { Labels } from "./labels.ts";
import { html, type Markup } from "./markup.ts";
import { count, sharePercent } from "./numbers.ts";

/**
 * Percent of the weights kept, a row a tensor and a column a round, group by group: most weights of a text model are rows of its embedding,
 * many for words hardly ever seen, so one overall sparsity hides two very different ones.
 */
export function tensorTable({ arm, levels }: ArmSummary, labels: Labels): Markup {
  const tensors = new Map(
    levels.flatMap(({ runs }) => runs.flatMap((run) => run.tensors.map(({ name, group }) => [name, group] as const))),
  );
  const names = [...tensors.keys()];
  const frozen = frozenIn(levels);
  const trained = names.filter((name) => !frozen.has(name));
  const groups = [...new Set(tensors.values())].map((group) => {
    const members = names.filter((name) => tensors.get(name) === group);
    const title = labels.group(group);
    return {
      title: members.every((name) => frozen.has(name)) ? labels.frozen(title) : title,
      kept: levels.map(({ runs }) => 1 - mean(runs.map((run) => run.groups[group] ?? 0))),
      names: members,
    };
  });
  return html`<div class="wide" tabindex="0"><table class="heat"><caption>${labels.keptCaption(labels.arm(arm))}</caption>
<thead><tr><th scope="col">${labels.tensor}</th><th scope="col">${labels.weights}</th>${levels.map(({ round }) => html`<th scope="col">${round === 0 ? labels.denseColumn : labels.roundColumnOf(round)}</th>`)}</tr></thead>
${groups.map(
  (group) =>
    html`<tbody>${row(group.title, sizeOf(group.names, levels), group.kept, "group")}${(
      group.names.length > 1 ? group.names : []
    ).map((name) =>
      row(
        name,
        sizeOf([name], levels),
        levels.map((level) => keptOf(name, level)),
        "tensor",
      ),
    )}</tbody>`,
)}
<tfoot>${row(
    labels.allWeights(frozen.size > 0),
    sizeOf(trained, levels),
    levels.map(({ sparsity }) => 1 - sparsity),
    "group",
  )}</tfoot></table></div>`;
}

/** Tensors that keep their initial values: no sparsity counts them. */
function frozenIn(levels: readonly LevelSummary[]): ReadonlySet<string> {
  const tensors = levels.flatMap(({ runs }) => runs.flatMap((run) => run.tensors));
  return new Set(tensors.flatMap(({ name, frozen }) => (frozen === true ? [name] : [])));
}

function row(name: string, size: number | undefined, kept: readonly (number | undefined)[], className: string): Markup {
  const cells = kept.map((share) =>
    share === undefined || !Number.isFinite(share)
      ? html`<td>–</td>`
      : html`<td style="--kept:${Math.max(0, Math.min(1, share)).toFixed(3)}">${sharePercent(share)}</td>`,
  );
  return html`<tr class="${className}"><th scope="row">${name}</th><td>${size === undefined ? "–" : count(size)}</td>${cells}</tr>`;
}

function sizeOf(names: readonly string[], levels: readonly LevelSummary[]): number | undefined {
  const tensors = levels.flatMap(({ runs }) => runs).find((run) => run.tensors.length > 0)?.tensors;
  return tensors?.filter(({ name }) => names.includes(name)).reduce((sum, { size }) => sum + size, 0);
}

function keptOf(name: string, { runs }: LevelSummary): number | undefined {
  const shares = runs
    .flatMap(({ tensors }) => tensors.filter((tensor) => tensor.name === name))
    .map(({ kept, size }) => kept / size);
  return shares.length === 0 ? undefined : mean(shares);
}
