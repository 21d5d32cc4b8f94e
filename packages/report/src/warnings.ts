import type { ReportInput } from "./input.ts";
import { html, type Markup } from "./markup.ts";

/** What must be said under every figure, so that none of them is shown elsewhere without it. */
export function warningsOf({ warning, verdict }: ReportInput): Markup[] {
  const sentences = [
    ...(warning === undefined ? [] : [warning]),
    ...(verdict.chosenBy === "test accuracy" ? ["The winner is chosen by test accuracy."] : []),
    ...(verdict.failedChecks.length > 0 ? ["The audit FAILED: these networks are not what they are called."] : []),
  ];
  return sentences.map((words) => html` <span class="warning">${words}</span>`);
}
