import {
  type AuditCheck,
  armLabel,
  type LevelResult,
  type LevelSummary,
  mean,
  type Summary,
  summarise,
  type Verdict,
} from "@ltt/lottery";
import { armToggles, toggleRules } from "./arm-toggles.ts";
import { type ChartSeries, legend, sparsityChart, type ThinCurve } from "./chart.ts";
import { checkInput, type ReportInput } from "./input.ts";
import { inspectionSection } from "./inspection-section.ts";
import { layerTables } from "./layer-table.ts";
import { learningCurves } from "./learning-curves.ts";
import { html, type Markup } from "./markup.ts";
import { measureCurves } from "./measure-curves.ts";
import { count, percent, percentEstimate, sparsityPercent, trim } from "./numbers.ts";
import { style } from "./style.ts";
import { tensorTable } from "./tensor-table.ts";
import { verdictTable } from "./verdict-table.ts";
import { verdictWords } from "./verdict-words.ts";

/**
 * `report.html`: one file that needs no network and runs no script, in light, dark and print.
 *
 * @throws {TypeError | RangeError} if a part of the results is missing, unknown or of the wrong kind.
 * @throws {RangeError} if two results have the same arm, seed and round.
 */
export function renderReport(results: ReportInput): string {
  checkInput("renderReport", results, READ);
  const summary = summarise(results.levels);
  const { verdict } = results;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${results.title}</title>
<style>${style}${toggleRules(summary.arms)}</style>
</head>
<body><main>
${head(results, summary)}
${verdictBlock(verdict)}
${summary.arms.length === 0 ? undefined : figures(results, summary, verdict)}
${verdictTable(verdict)}
${levelTables(summary, verdict, results.measure ?? "accuracy")}
${inspectionSection(results.inspections ?? [])}
${results.audit === undefined ? undefined : audit(results.audit)}
${settings(results)}
<footer>Made by ltt from result files. Accuracies are of the weights at the early-stopping step. In figures and tables of accuracies ± is half a 95 % interval of one mean (Student's t over seeds); differences in the verdict have simultaneous intervals. Definition and figures after Frankle &amp; Carbin, ICLR 2019.</footer>
</main></body>
</html>
`;
  return page.text;
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
  "seconds",
  "tensors",
  "curve",
] as const;

function head({ title, kicker, dataset, notes }: ReportInput, { seeds }: Summary): Markup {
  const list = seeds.length === 0 ? "no seeds" : `${seeds.length === 1 ? "seed" : "seeds"} ${seeds.join(", ")}`;
  return html`<header><h1>${title}</h1>
<div class="kicker">${[...kicker, list].map((part, i) => html`${i === 0 ? "" : " · "}<b>${part}</b>`)}</div>
<p>${dataset}</p>${notes.length === 0 ? undefined : html`<ul class="notes">${notes.map((note) => html`<li>${note}</li>`)}</ul>`}</header>`;
}

function verdictBlock(verdict: Verdict): Markup {
  const { headline, sentences } = verdictWords(verdict);
  const { winner, basis, chosenBy, failedChecks } = verdict;
  const supported = winner !== undefined && basis === "seeds" && chosenBy === "intervals";
  const colour = failedChecks.length > 0 ? " audit-failed" : supported ? " found" : "";
  return html`<section class="verdict${colour}" aria-label="Verdict"><p>${headline}</p>${sentences.map((sentence) => html`<p>${sentence}</p>`)}</section>`;
}

function figures(results: ReportInput, summary: Summary, verdict: Verdict): Markup {
  const { arms, dense, seeds } = summary;
  const several = seeds.length > 1;
  const reading = several
    ? `Lines are means over ${seeds.length} seeds, bands their 95 % intervals, dots single runs.`
    : "Every point is one run: differences between neighbours are mostly noise.";
  const warning = warningsOf(results).map((words) => html` <span class="warning">${words}</span>`);
  const accuracy = arms.map(({ label, levels }) => series(label, levels, "testAccuracy"));
  const steps = arms.map(({ label, levels }) => series(label, levels, "earlyStopStep"));
  const published = (results.published ?? []).map(
    (curve): ThinCurve => ({
      label: curve.label,
      arm: arms.findIndex(({ arm }) => arm === curve.arm),
      points: curve.points.map(({ sparsity, testAccuracy }) => ({ sparsity, value: testAccuracy })),
    }),
  );
  const measure = results.measure ?? "accuracy";
  const shared = { dense: undefined, winner: winnerOf(verdict) };
  const first = arms.find(({ arm }) => arm === "winning-ticket") ?? arms[0]!;
  return html`${armToggles(arms)}<section><h2>${capital(measure)} against sparsity</h2>
${legend(accuracy, published, dense !== undefined)}
<figure>${sparsityChart({
    ...shared,
    id: "accuracy",
    title: `Test ${measure} against sparsity`,
    description: describe(
      arms.map(({ label, levels }) => ({ label, levels })),
      `test ${measure}`,
      (level) => percent(level.testAccuracy.mean),
    ),
    unit: `test ${measure}, %`,
    format: (value) => trim(100 * value),
    bounds: [0, 1],
    leastSpan: 0.02,
    series: accuracy,
    thin: published,
    dense: dense?.testAccuracy,
  })}
<figcaption>Test ${measure} of networks trained at each sparsity, beside the dense network (dotted). ${reading}${published.length === 0 ? undefined : " Thin dashed curves are published results, one run each, under their own conditions."}${warning}</figcaption></figure></section>
<section><h2>Learning speed</h2>
${legend(steps, [], dense !== undefined)}
<figure>${sparsityChart({
    ...shared,
    id: "early-stop",
    title: "Early-stopping step against sparsity",
    description: describe(
      arms.map(({ label, levels }) => ({ label, levels })),
      "early-stopping step",
      (level) => count(level.earlyStopStep.mean),
    ),
    unit: "early-stopping step",
    format: count,
    bounds: [0, Number.POSITIVE_INFINITY],
    leastSpan: 20,
    series: steps,
    thin: [],
    dense: dense?.earlyStopStep,
  })}
<figcaption>The step with the lowest validation loss, counted from the beginning of dense training: a ticket must learn no later than the dense network. ${reading}${warning}</figcaption></figure></section>
<section><h2>Learning curves</h2>
${legend(accuracy, [], false)}
<figure>${learningCurves(summary, {
    id: "accuracy-curves",
    title: `Validation ${measure} during training, by sparsity`,
    description: "One panel a pruning round; each line is one run, the dense network in grey.",
    value: (point) => point.validationAccuracy,
    format: (value) => trim(100 * value),
    span: [0.1, 1],
  })}
<figcaption>Validation ${measure}, %, over training steps; one panel a sparsity, one line a run, the dense network in grey, a dot at the early-stopping step; the axis leaves out the first, steepest steps.${warning}</figcaption></figure>
<figure>${learningCurves(summary, {
    id: "loss-curves",
    title: "Validation loss during training, by sparsity",
    description: "One panel a pruning round; each line is one run, the dense network in grey.",
    value: (point) => point.validationLoss,
    format: trim,
    span: [0, 0.95],
  })}
<figcaption>Validation loss over training steps, drawn the same way.${warning}</figcaption></figure>
${measureCurves(summary, measure, warning)}</section>
<section><h2>Where the weights are left</h2><figure>${tensorTable(first)}${warning.length === 0 ? undefined : html`<figcaption>${warning}</figcaption>`}</figure>
${layerTables(summary, verdict, warning)}</section>`;
}

function capital(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}

/** What must be said on every figure. */
function warningsOf({ warning, verdict }: ReportInput): string[] {
  return [
    ...(warning === undefined ? [] : [warning]),
    ...(verdict.chosenBy === "test accuracy" ? ["The winner is chosen by test accuracy."] : []),
    ...(verdict.failedChecks.length > 0 ? ["The audit FAILED: these networks are not what they are called."] : []),
  ];
}

function winnerOf({ winner, chosenBy }: Verdict): { sparsity: number; words: string } | undefined {
  return winner && { sparsity: winner.sparsity, words: CHOSEN[chosenBy] };
}

const CHOSEN: Readonly<Record<Verdict["chosenBy"], string>> = {
  intervals: "sparsest supported",
  "test accuracy": "best by test accuracy",
};

function series(label: string, levels: readonly LevelSummary[], key: "testAccuracy" | "earlyStopStep"): ChartSeries {
  const show = key === "testAccuracy" ? percentEstimate : (e: LevelSummary["earlyStopStep"]): string => stepEstimate(e);
  return {
    label,
    points: levels.map((level) => ({
      sparsity: level.sparsity,
      estimate: level[key],
      values: level.runs.map((run) => run[key]),
      shared: level.round === 0,
      title: `${level.round === 0 ? "dense network" : `${label}, round ${level.round}`}, ${sparsityPercent(level.sparsity)} sparse: ${show(level[key])}`,
    })),
  };
}

function stepEstimate({ mean, halfWidth }: LevelSummary["earlyStopStep"]): string {
  return Number.isFinite(halfWidth) ? `${count(mean)} ± ${count(halfWidth)}` : count(mean);
}

/** For readers who cannot see the figure: where each arm begins and ends. */
function describe(
  arms: readonly { readonly label: string; readonly levels: readonly LevelSummary[] }[],
  quantity: string,
  show: (level: LevelSummary) => string,
): string {
  const spans = arms.map(({ label, levels }) => {
    const [from, to] = [levels[0]!, levels.at(-1)!];
    return `${label} goes from ${show(from)} at ${sparsityPercent(from.sparsity)} sparsity to ${show(to)} at ${sparsityPercent(to.sparsity)}`;
  });
  return `Mean ${quantity}: ${spans.join("; ")}. The table of all levels has every number.`;
}

function levelTables({ dense, arms }: Summary, { winner, chosenBy }: Verdict, measure: string): Markup {
  const groups = [
    ...new Set(
      arms.flatMap(({ levels }) => levels.flatMap(({ runs }) => runs.flatMap((run) => Object.keys(run.groups)))),
    ),
  ].sort();
  const rows = [
    ...(dense === undefined ? [] : [meanRow("dense", dense, groups, undefined)]),
    ...arms.flatMap(({ arm, levels }) =>
      levels
        .filter(({ round }) => round > 0)
        .map((level) =>
          meanRow(
            arm,
            level,
            groups,
            arm === "winning-ticket" && level.round === winner?.round ? CHOSEN[chosenBy] : undefined,
          ),
        ),
    ),
  ];
  const runs = [
    ...(dense?.runs ?? []),
    ...arms.flatMap(({ levels }) => levels.filter(({ round }) => round > 0).flatMap((level) => level.runs)),
  ];
  return html`<section><h2>All levels</h2>
<div class="wide"><table><thead><tr><th scope="col">arm</th>${["round", "sparsity", ...groups, `validation ${measure}`, `test ${measure}`, "early stop", "seeds"].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>
<details><summary>Every trained network (${runs.length})</summary><div class="wide"><table><thead><tr><th scope="col">arm</th>${["seed", "round", "sparsity", "train loss", "validation loss", `validation ${measure}`, `test ${measure}`, "early stop", "steps", "seconds"].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${runs.map(runRow)}</tbody></table></div></details></section>`;
}

function meanRow(arm: string, level: LevelSummary, groups: readonly string[], chosen: string | undefined): Markup {
  const shares = groups.map((group) => sparsityPercent(mean(level.runs.map((run) => run.groups[group] ?? 0))));
  return html`<tr class="${chosen === undefined ? "level" : "chosen"}"><th scope="row">${armLabel(arm)}${chosen === undefined ? "" : ` ◀ ${chosen}`}</th><td>${level.round}</td><td>${sparsityPercent(level.sparsity)}</td>${shares.map((share) => html`<td>${share}</td>`)}<td>${percentEstimate(level.validationAccuracy)}</td><td>${percentEstimate(level.testAccuracy)}</td><td>${stepEstimate(level.earlyStopStep)}</td><td>${level.runs.length}</td></tr>`;
}

function runRow(run: LevelResult): Markup {
  return html`<tr class="run-row"><th scope="row">${armLabel(run.arm)}</th><td>${run.seed}</td><td>${run.round}</td><td>${sparsityPercent(run.sparsity)}</td><td>${run.trainLoss?.toFixed(4) ?? "–"}</td><td>${run.validationLoss.toFixed(4)}</td><td>${percent(run.validationAccuracy)}</td><td>${percent(run.testAccuracy)}</td><td>${run.censored ? "≥ " : ""}${count(run.earlyStopStep)}</td><td>${count(run.steps)}</td><td>${run.seconds.toFixed(1)}</td></tr>`;
}

function audit(checks: readonly AuditCheck[]): Markup {
  const failed = checks.filter(({ passed }) => !passed).length;
  return html`<section><h2>Ticket audit</h2><p>${failed === 0 ? `All ${checks.length} checks passed.` : `${failed} of ${checks.length} checks FAILED: do not trust these tickets.`}</p>
<table><tbody>${checks.map(
    ({ check, passed, detail }) =>
      html`<tr><th scope="row">${check}</th><td class="${passed ? "passed" : "failed"}">${passed ? "✓ passed" : "✗ failed"}</td><td class="words">${detail}</td></tr>`,
  )}</tbody></table></section>`;
}

function settings({ settings: pairs }: ReportInput): Markup | undefined {
  if (pairs.length === 0) return undefined;
  return html`<section><h2>Settings</h2><table><tbody>${pairs.map(([name, value]) => html`<tr><th scope="row">${name}</th><td class="words">${value}</td></tr>`)}</tbody></table></section>`;
}
