import { isEmbedding, mean } from "@ltt/lottery";
import { html, type Markup } from "./markup.ts";
import { count, trim } from "./numbers.ts";
import type { ArmSummary, LevelSummary } from "./summary.ts";

/**
 * Percent of the weights kept, a row a tensor and a column a round, the embedding above the rest: most weights of a text model are rows of its
 * embedding, many for words hardly ever seen, so one overall sparsity hides two very different ones.
 */
export function tensorTable({ label, levels }: ArmSummary): Markup {
  const names = [
    ...new Set(levels.flatMap(({ runs }) => runs.flatMap(({ tensors }) => tensors.map(({ name }) => name)))),
  ];
  const embeddings = names.filter(isEmbedding);
  const others = names.filter((name) => !isEmbedding(name));
  const frozen = frozenIn(levels);
  const trained = names.filter((name) => !frozen.has(name));
  const kept = (value: (level: LevelSummary) => number): readonly number[] => levels.map(value);
  const groups = [
    {
      title: embeddings.length > 0 && embeddings.every((name) => frozen.has(name)) ? "embedding (frozen)" : "embedding",
      kept: kept(({ runs }) => 1 - mean(runs.map((run) => run.embeddingSparsity))),
      names: embeddings,
    },
    {
      title: "everything else",
      kept: kept(({ runs }) => 1 - mean(runs.map((run) => run.otherSparsity))),
      names: others,
    },
  ];
  return html`<div class="wide"><table class="heat"><caption>Weights kept, % (${label}, mean over seeds)</caption>
<thead><tr><th scope="col">tensor</th><th scope="col">weights</th>${levels.map(({ round }) => html`<th scope="col">${round === 0 ? "dense" : `r${round}`}</th>`)}</tr></thead>
${groups
  .filter((group) => group.names.length > 0 || names.length === 0)
  .map(
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
    frozen.size === 0 ? "all" : "all that are trained",
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
      : html`<td style="--kept:${Math.max(0, Math.min(1, share)).toFixed(3)}">${trim(100 * share)}</td>`,
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
