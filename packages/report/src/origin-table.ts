import type { ReportOrigin } from "./input.ts";
import type { Labels } from "./labels.ts";
import { html, type Markup } from "./markup.ts";
import { count } from "./numbers.ts";

/** What trains the networks again, and what trained them: a column a run folder or archive. */
export function originTable(origins: readonly ReportOrigin[], labels: Labels): Markup | undefined {
  if (origins.length === 0) return undefined;
  const row = (name: string, cell: (origin: ReportOrigin) => string | Markup, className = "origin") =>
    html`<tr class="${className}"><th scope="row">${name}</th>${origins.map((origin) => html`<td class="words">${cell(origin)}</td>`)}</tr>`;
  return html`<section><h2>${labels.origin}</h2>
<div class="wide" tabindex="0"><table><tbody>
${row("seeds", ({ seeds }) => seeds.join(", "))}
${row("command", ({ command }) => html`<code>${command}</code>`)}
${row("code", ({ commit, version }) => [version && `ltt ${version}`, commit && `commit ${commit}`].filter(Boolean).join(", ") || "not noted")}
${row("machine", ({ machine, node, backend }) => [backend, node && `Node ${node}`, machine].filter(Boolean).join("; "))}
${row("networks", ({ networks, seconds }) => `${count(networks)}, trained in ${hours(seconds)}`, "time")}
${row("weights", ({ hasWeights, files }) => (hasWeights ? "in the run folder" : `not here: results and audit are those of an archive, which has the SHA-256 of the ${count(files)} files that were audited`))}
</tbody></table></div></section>`;
}

function hours(seconds: number): string {
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  return seconds < 6000 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
