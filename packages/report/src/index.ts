export { renderCsv, renderCurvesCsv, renderTensorsCsv } from "./csv.ts";
export type { PublishedCurve, ReportInput } from "./input.ts";
export type { InspectedNetwork } from "./inspection-section.ts";
export { sparsityPercent } from "./numbers.ts";
export { publishedCurves } from "./published.ts";
export { renderReport } from "./report.ts";
export { renderTable } from "./table.ts";
export { type VerdictWords, verdictWords } from "./verdict-words.ts";
export { wrap } from "./wrap.ts";
