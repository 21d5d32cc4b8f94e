import { type AuditCheck, type Summary, summarise } from "@ltt/lottery";
import { checkOptions } from "@ltt/lottery/arguments";
import { armToggles, toggleRules } from "./arm-toggles.ts";
import { figures } from "./figures.ts";
import { checkInput, type ReportInput, type ReportOrigin } from "./input.ts";
import { inspectionSection } from "./inspection-section.ts";
import type { Labels } from "./labels.ts";
import { labelsOf } from "./language.ts";
import { latencySection } from "./latency-section.ts";
import { layerTables } from "./layer-table.ts";
import { levelTables } from "./level-tables.ts";
import { html, type Markup } from "./markup.ts";
import { maskPictures } from "./mask-pictures.ts";
import { originTable } from "./origin-table.ts";
import { pageOf } from "./page.ts";
import { REPORT_OPTIONS, type ReportOptions } from "./report-options.ts";
import { retrievalTable } from "./retrieval-table.ts";
import { statisticsTable } from "./statistics-table.ts";
import { tensorTable } from "./tensor-table.ts";
import { verdictTable } from "./verdict-table.ts";
import { verdictWordsIn } from "./verdict-words-in.ts";
import { captionWarnings } from "./warnings.ts";

/**
 * `report.html`: one file that needs no network, in light, dark and print. Its only script is its own; without it everything can be read
 * but values at the pointer.
 *
 * @throws {TypeError | RangeError} if a part of the results is missing, unknown or of the wrong kind.
 * @throws {RangeError} if two results have the same arm, seed and round.
 */
export function renderReport(results: ReportInput, options: ReportOptions = {}): string {
  checkInput("renderReport", results, READ);
  const { language = "en" } = checkOptions("renderReport", options, REPORT_OPTIONS);
  const labels = labelsOf(language);
  const summary = summarise(results.levels);
  const { verdict, origins = [] } = results;
  const measure = results.measure ?? labels.measure;
  const body = html`${head(results, summary, labels)}
${verdictBlock(results, labels)}
${caveats(results, labels)}
${summary.arms.length === 0 ? undefined : html`${armToggles(summary.arms, labels)}${figures(results, summary, measure, labels)}`}
${retrievalTable(summary, results.uses, measure, labels)}
${results.statistics === undefined ? undefined : statisticsTable(results.statistics, summary, verdict, labels)}
${verdictTable(verdict, labels)}
${latencySection(results.latencies ?? [], labels)}
${whereLeft(results, summary, labels)}
${maskPictures(results.masks ?? [], labels, captionWarnings(results, labels))}
${levelTables(summary, verdict, measure, labels)}
${inspectionSection(results.inspections ?? [], labels)}
${results.audit === undefined ? undefined : audit(results.audit, origins, labels)}
${settings(results, labels)}
${originTable(origins, labels)}
<footer>${labels.footer({ seeds: summary.seeds.length, bases: [verdict.basis] })} <span class="paper">${labels.onPaper}</span></footer>`;
  return pageOf({ title: results.title, language, rules: toggleRules(summary.arms), body });
}

const READ = [
  "arm",
  "seed",
  "round",
  "sparsity",
  "groups",
  "trainLoss",
  "validationLoss",
  "validationAccuracy",
  "testLoss",
  "testAccuracy",
  "measures",
  "earlyStopStep",
  "censored",
  "collapsed",
  "firstStep",
  "steps",
  "searchedSteps",
  "seconds",
  "tensors",
  "curve",
] as const;

function head({ title, kicker, dataset }: ReportInput, { seeds }: Summary, labels: Labels): Markup {
  return html`<header><h1>${title}</h1>
<div class="kicker">${[...kicker, labels.seeds(seeds)].map((part, i) => html`${i === 0 ? "" : " · "}<b>${part}</b>`)}</div>
<p>${dataset}</p></header>`;
}

/** What was found, and whether the networks are what they are called: before anything else. */
function verdictBlock({ verdict, audit = [] }: ReportInput, labels: Labels): Markup {
  const { headline, sentences } = verdictWordsIn(verdict, labels);
  const { winner, basis, chosenBy, failedChecks } = verdict;
  const supported = winner !== undefined && basis === "seeds" && chosenBy === "intervals";
  const colour = failedChecks.length > 0 ? " audit-failed" : supported ? " found" : "";
  const failed = audit.filter(({ passed }) => !passed).length;
  const audited =
    audit.length === 0
      ? labels.auditNone
      : failed === 0
        ? labels.auditPassed(audit.length)
        : labels.auditFailed(failed, audit.length);
  return html`<section class="verdict${colour}" aria-label="${labels.verdict}"><p>${headline}</p><p class="audited ${failed > 0 ? "failed" : "passed"}">${audited}</p>${sentences.map((sentence) => html`<p>${sentence}</p>`)}</section>`;
}

function caveats({ notes }: ReportInput, labels: Labels): Markup | undefined {
  if (notes.length === 0) return undefined;
  return html`<aside class="notes" aria-label="${labels.caveats}"><h2>${labels.caveats}</h2><ul>${notes.map((note) => html`<li>${note}</li>`)}</ul></aside>`;
}

function whereLeft(results: ReportInput, summary: Summary, labels: Labels): Markup | undefined {
  const first = summary.arms.find(({ arm }) => arm === "winning-ticket") ?? summary.arms[0];
  if (first === undefined) return undefined;
  return html`<section><h2>${labels.whereLeft}</h2><figure>${tensorTable(first, labels)}</figure>${layerTables(summary, results.verdict, labels, captionWarnings(results, labels))}</section>`;
}

function audit(checks: readonly AuditCheck[], origins: readonly ReportOrigin[], labels: Labels): Markup {
  const gone = origins.filter(({ hasWeights }) => !hasWeights).flatMap(({ seeds }) => seeds);
  const seeds = [...new Set(gone)].sort((a, b) => a - b);
  const kept = seeds.length === 0 ? undefined : html`<p>${labels.weightsGone(seeds)}</p>`;
  return html`<section><h2>${labels.audit}</h2>${kept}
<div class="wide" tabindex="0"><table><tbody>${checks.map(
    ({ check, passed, detail }) =>
      html`<tr><th scope="row">${check}</th><td class="${passed ? "passed" : "failed"}">${passed ? `✓ ${labels.passed}` : `✗ ${labels.failed}`}</td><td class="words">${detail}</td></tr>`,
  )}</tbody></table></div></section>`;
}

function settings({ settings: pairs }: ReportInput, labels: Labels): Markup | undefined {
  if (pairs.length === 0) return undefined;
  return html`<section><h2>${labels.settings}</h2><table><tbody>${pairs.map(([name, value]) => html`<tr><th scope="row">${name}</th><td class="words">${value}</td></tr>`)}</tbody></table></section>`;
}
