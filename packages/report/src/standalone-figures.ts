import { summarise } from "@ltt/lottery";
import { checkOptions } from "@ltt/lottery/arguments";
import { figures } from "./figures.ts";
import { checkInput, type ReportInput } from "./input.ts";
import { labelsOf } from "./language.ts";
import { REPORT_OPTIONS, type ReportOptions } from "./report-options.ts";
import { style } from "./style.ts";

/**
 * Every figure of a report as an SVG file of its own, by name: `accuracy`, `difference-dense`, `speed-0`, `accuracy-curves`, …; of learning
 * curves those of the round that the report shows at first.
 *
 * @throws {TypeError | RangeError} as `renderReport` does.
 */
export function renderFigures(results: ReportInput, options: ReportOptions = {}): ReadonlyMap<string, string> {
  checkInput("renderFigures", results, READ);
  const { language = "en" } = checkOptions("renderFigures", options, REPORT_OPTIONS);
  const labels = labelsOf(language);
  const summary = summarise(results.levels);
  if (summary.arms.length === 0) return new Map();
  const page = figures(results, summary, results.measure ?? labels.measure, labels).text;
  const rules = style.text
    .replaceAll(/@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}/g, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;");
  return new Map(
    Array.from(
      page.matchAll(/<svg class="([^"]*)" (viewBox="0 0 (\d+) (\d+)"[^>]*) data-figure="([^"]+)">(.*?)<\/svg>/gs),
      (found) => {
        const [, classes, attributes, width, height, name, content] = found;
        const drawn = content!
          .replace(/<g class="columns">.*?<\/g><\/g>/s, "")
          .replaceAll(/<g class="round" data-round.*?(?=<g class="round|$)/gs, "");
        return [
          name!,
          `<svg xmlns="http://www.w3.org/2000/svg" class="${classes}" width="${width}" height="${height}" ` +
            `${attributes}><style>${rules} .chart { width: auto; }</style><rect width="100%" height="100%" ` +
            `style="fill:var(--ground)"/>${drawn}</svg>\n`,
        ];
      },
    ),
  );
}

const READ = [
  "arm",
  "seed",
  "round",
  "sparsity",
  "testAccuracy",
  "earlyStopStep",
  "censored",
  "seconds",
  "tensors",
  "curve",
] as const;
