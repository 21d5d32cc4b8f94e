export { type ComparedRun, renderComparison } from "./comparison.ts";
export { type Cost, costOf, type Uses } from "./cost.ts";
export {
  type CsvOptions,
  renderCsv,
  renderCurvesCsv,
  renderLatencyCsv,
  renderStatisticsCsv,
  renderTensorsCsv,
} from "./csv.ts";
export type { PublishedCurve, ReportInput, ReportOrigin } from "./input.ts";
export type { InspectedNetwork } from "./inspection-section.ts";
export { LANGUAGES, type Language } from "./labels.ts";
export type { Latencies, Latency } from "./latency-section.ts";
export type { MaskPicture, TicketMask } from "./mask-pictures.ts";
export { renderModelCard } from "./model-card.ts";
export { sparsityPercent } from "./numbers.ts";
export { publishedCurves } from "./published.ts";
export { renderReport } from "./report.ts";
export type { ReportOptions } from "./report-options.ts";
export { renderFigures } from "./standalone-figures.ts";
export { renderTable } from "./table.ts";
export { renderEvents, type Scalar, scalarsOf } from "./tensorboard.ts";
export { type VerdictWords, verdictWords } from "./verdict-words.ts";
export { wrap } from "./wrap.ts";
