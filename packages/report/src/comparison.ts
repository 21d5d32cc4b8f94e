import { type LevelSummary, type Summary, summarise } from "@ltt/lottery";
import { checkEach, checkOptions, list, text } from "@ltt/lottery/arguments";
import { armToggles, toggleRules } from "./arm-toggles.ts";
import { legend, sparsityChart } from "./chart.ts";
import { checkInput, type ReportInput } from "./input.ts";
import type { Labels } from "./labels.ts";
import { labelsOf } from "./language.ts";
import { html, type Markup } from "./markup.ts";
import { percentEstimate, sparsityPercent, trim } from "./numbers.ts";
import { pageOf } from "./page.ts";
import { REPORT_OPTIONS, type ReportOptions } from "./report-options.ts";
import { verdictWordsIn } from "./verdict-words-in.ts";

/** A run of a comparison, and what it is called there. */
export interface ComparedRun {
  readonly name: string;
  readonly results: ReportInput;
}

/**
 * `comparison.html`: runs of different experiments side by side, a file like a report: what each found, where their settings differ, and
 * each arm that two of them have in one chart. Nothing is tested between runs: they may differ in data, and their seeds are not paired.
 *
 * @throws {TypeError | RangeError} as `renderReport` does; with fewer than two runs.
 */
export function renderComparison(runs: readonly ComparedRun[], options: ReportOptions = {}): string {
  checkEach("renderComparison", "runs", runs, { words: "a run: { name, results }", accepts: isRun });
  if (runs.length < 2) throw new RangeError(`renderComparison: there are ${runs.length} runs; two at least`);
  const { language = "en" } = checkOptions("renderComparison", options, REPORT_OPTIONS);
  for (const { results } of runs) checkInput("renderComparison", results, READ);
  const labels = labelsOf(language);
  const compared = runs.map(({ name, results }) => ({ name, results, summary: summarise(results.levels) }));
  const names = compared.map(({ name }) => ({ arm: name, label: name, levels: [] }));
  const title = labels.comparison;
  const footer = labels.footer({
    seeds: Math.max(...compared.map(({ summary }) => summary.seeds.length)),
    bases: compared.map(({ results }) => results.verdict.basis),
  });
  const body = html`<header><h1>${title}</h1><div class="kicker">${compared.map(({ name }, i) => html`${i === 0 ? "" : " · "}<b>${name}</b>`)}</div><p>${labels.comparisonCaption}</p></header>
${found(compared, labels)}
${armToggles(names, labels)}
${charts(compared, labels)}
${differing(compared, labels)}
<footer>${footer}</footer>`;
  return pageOf({ title, language, rules: toggleRules(names), body });
}

interface Compared extends ComparedRun {
  readonly summary: Summary;
}

const READ = ["arm", "seed", "round", "sparsity", "validationAccuracy", "testAccuracy", "earlyStopStep"] as const;

function isRun(value: unknown): boolean {
  const { name, results } = (value ?? {}) as Partial<ComparedRun>;
  return text.accepts(name) && typeof results === "object" && list.accepts(results?.levels);
}

/** The headline of each run, with its dense network. */
function found(runs: readonly Compared[], labels: Labels): Markup {
  return html`<section><h2>${labels.verdict}</h2><div class="wide" tabindex="0"><table><thead><tr>${[labels.run, labels.seedCount, labels.dense, labels.verdict, labels.audit].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${runs.map(
    ({ name, results, summary: { dense, seeds } }) => {
      const { audit = [] } = results;
      const failed = audit.filter(({ passed }) => !passed).length;
      const audited =
        audit.length === 0
          ? labels.auditNone
          : failed === 0
            ? labels.auditPassed(audit.length)
            : labels.auditFailed(failed, audit.length);
      return html`<tr><th scope="row">${name}</th><td>${seeds.join(", ")}</td><td>${dense === undefined ? "–" : percentEstimate(dense.testAccuracy)}</td><td class="words">${verdictWordsIn(results.verdict, labels).headline}</td><td class="words ${failed > 0 ? "failed" : ""}">${audited}</td></tr>`;
    },
  )}</tbody></table></div></section>`;
}

/** A chart of each arm that two runs or more have. */
function charts(runs: readonly Compared[], labels: Labels): readonly Markup[] {
  const arms = [...new Set(runs.flatMap(({ summary }) => summary.arms.map(({ arm }) => arm)))];
  const shared = arms.filter(
    (name) => runs.filter(({ summary }) => summary.arms.some(({ arm }) => arm === name)).length > 1,
  );
  return (shared.length > 0 ? shared : arms.slice(0, 1)).map((name, i) => {
    const series = runs.map(({ name: run, summary }) => ({
      label: run,
      points: (summary.arms.find(({ arm }) => arm === name)?.levels ?? []).map((level) => ({
        round: level.round,
        sparsity: level.sparsity,
        estimate: level.testAccuracy,
        values: level.runs.map((one) => one.testAccuracy),
      })),
    }));
    const measure = runs[0]!.results.measure ?? labels.measure;
    const unit = labels.testMeasure(measure);
    return html`<section><h2>${labels.arm(name)}</h2>${legend(series, [], undefined)}<figure tabindex="0">${sparsityChart(
      {
        id: `arm-${i}`,
        title: `${labels.arm(name)}: ${labels.against(unit)}`,
        description: describe(runs, name, labels),
        unit: `${unit}, %`,
        format: (value) => trim(100 * value),
        show: percentEstimate,
        bounds: [0, 1],
        leastSpan: 0.02,
        series,
        thin: [],
        dense: undefined,
        winner: undefined,
        hasOwnDense: true,
        labels,
      },
    )}</figure></section>`;
  });
}

function describe(runs: readonly Compared[], name: string, labels: Labels): string {
  const words = (level: LevelSummary | undefined) =>
    level === undefined
      ? "–"
      : `${percentEstimate(level.testAccuracy)} (${labels.sparse(sparsityPercent(level.sparsity))})`;
  return runs
    .map(({ name: run, summary }) => {
      const levels = summary.arms.find(({ arm }) => arm === name)?.levels ?? [];
      return `${run}: ${words(levels[0])} → ${words(levels.at(-1))}`;
    })
    .join("; ");
}

/** What was set otherwise, and what each run is about. */
function differing(runs: readonly Compared[], labels: Labels): Markup {
  const told = runs.map(({ results }) => new Map([["data", results.dataset], ...results.settings]));
  const names = [...new Set(told.flatMap((settings) => [...settings.keys()]))];
  const rows = names
    .map((name) => ({ name, values: told.map((settings) => settings.get(name) ?? "–") }))
    .filter(({ values }) => new Set(values).size > 1);
  return html`<section><h2>${labels.differingSettings}</h2><div class="wide" tabindex="0"><table><thead><tr><th scope="col">${labels.settings}</th>${runs.map(({ name }) => html`<th scope="col" class="words">${name}</th>`)}</tr></thead><tbody>${rows.map(({ name, values }) => html`<tr><th scope="row">${name}</th>${values.map((value) => html`<td class="words">${value}</td>`)}</tr>`)}</tbody></table></div></section>`;
}
