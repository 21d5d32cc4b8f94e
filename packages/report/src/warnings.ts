import type { ReportInput } from "./input.ts";
import type { Labels } from "./labels.ts";
import { html, type Markup } from "./markup.ts";

/** What must be said under every figure, so that none of them is shown elsewhere without it. */
export function warningsOf({ warning, verdict }: ReportInput, labels: Labels): string[] {
  return [
    ...(warning === undefined ? [] : [warning]),
    ...(verdict.chosenBy === "test accuracy" ? [labels.winnerByTest] : []),
    ...(verdict.failedChecks.length > 0 ? [labels.notWhatTheyAreCalled] : []),
  ];
}

/** The same, in the caption of a figure on the page. */
export function captionWarnings(results: ReportInput, labels: Labels): Markup[] {
  return warningsOf(results, labels).map((words) => html` <span class="warning">${words}</span>`);
}
