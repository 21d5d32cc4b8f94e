import type { PairedRow, PairedStatistics, Summary, Verdict } from "@ltt/lottery";
import type { Labels } from "./labels.ts";
import { html, type Markup } from "./markup.ts";
import { count, pointsEstimate, sparsityPercent, trim } from "./numbers.ts";

/** What the test examples say beside the verdict's intervals, folded, and how many seeds would show half a point. */
export function statisticsTable(
  { rows, seedsNeeded }: PairedStatistics,
  { seeds }: Summary,
  verdict: Verdict,
  labels: Labels,
): Markup | undefined {
  if (rows.length === 0 && seedsNeeded === undefined) return undefined;
  const needed = seedsNeeded?.levels.map((level) => level.seeds) ?? [];
  const words =
    seedsNeeded &&
    html`<p>${labels.seedsNeededWords(trim(100 * seedsNeeded.difference), Math.min(...needed), Math.max(...needed), seeds.length)}</p>`;
  const tables = [...new Set(rows.map(({ against }) => against))].map((against) =>
    table(
      against,
      rows.filter((row) => row.against === against),
      verdict,
      labels,
    ),
  );
  return html`<section><h2>${labels.statistics}</h2>${words}<p class="caption">${labels.statisticsCaption}</p>${tables}</section>`;
}

function table(against: string, rows: readonly PairedRow[], { basis, levels }: Verdict, labels: Labels): Markup {
  const seeds = [...new Set(rows.flatMap((row) => row.seeds.map(({ seed }) => seed)))];
  const interval = (round: number) => {
    const level = levels.find((one) => one.round === round);
    const found = against === "dense" ? level?.dense : level?.controls.find(({ arm }) => arm === against);
    return found === undefined ? "–" : pointsEstimate(found.difference).replace(" points", "");
  };
  return html`<details><summary>${labels.differencesTo(labels.arm(against))}</summary><div class="wide" tabindex="0"><table>
<thead><tr><th scope="col">${labels.sparsity}</th><th scope="col">${labels.interval[basis]}</th><th scope="col">${labels.bootstrap}</th>${seeds.map((seed) => html`<th scope="col">${labels.seed} ${seed}: ${labels.onlyTicket} / ${against === "dense" ? labels.onlyDense : labels.arm(against)}</th><th scope="col">${labels.mcnemar}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr><th scope="row">${sparsityPercent(row.sparsity)}</th><td>${interval(row.round)}</td><td>${points(row.difference)} (${points(row.low)} … ${points(row.high)})</td>${seeds.map(
        (seed) => {
          const one = row.seeds.find((other) => other.seed === seed);
          if (one === undefined) return html`<td>–</td><td>–</td>`;
          return html`<td>${count(one.onlyTicket)} / ${count(one.onlyOther)}</td><td>${one.p < 0.001 ? "< 0.001" : one.p.toFixed(3)}</td>`;
        },
      )}</tr>`,
  )}</tbody></table></div></details>`;
}

function points(fraction: number): string {
  const text = (100 * fraction).toFixed(2);
  return `${Number(text) > 0 ? "+" : ""}${text.replace("-", "−")}`;
}
