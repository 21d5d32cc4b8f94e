import { type Summary, summarise } from "@ltt/lottery";
import { checkOptions } from "@ltt/lottery/arguments";
import { armClass, marker } from "./chart-frame.ts";
import { plainRules } from "./chart-style.ts";
import { figureKey, type KeyEntry } from "./figure-key.ts";
import { figures } from "./figures.ts";
import { checkInput, type ReportInput } from "./input.ts";
import type { Labels } from "./labels.ts";
import { labelsOf } from "./language.ts";
import { html, Markup } from "./markup.ts";
import { trim } from "./numbers.ts";
import { REPORT_OPTIONS, type ReportOptions } from "./report-options.ts";
import { warningsOf } from "./warnings.ts";

/**
 * Every figure of a report as an SVG file of its own, by name: `accuracy`, `difference-dense`, `speed-0`, `accuracy-curves`, …; of learning
 * curves those of the round that the report shows at first. Each has its key and what must be said of all figures under it, and colours
 * that every program knows: no custom properties.
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
  const warnings = warningsOf(results, labels);
  const found = page.matchAll(
    /<svg class="([^"]*)" viewBox="0 0 (\d+) (\d+)"([^>]*) data-figure="([^"]+)">(.*?)<\/svg>/gs,
  );
  return new Map(
    Array.from(found, ([, classes, width, height, attributes, name, content]) => {
      const drawn = content!
        .replace(/<g class="columns">.*?<\/g><\/g>/s, "")
        .replaceAll(/<g class="round" data-round.*?(?=<g class="round|$)/gs, "");
      const place = { left: LEFT, top: Number(height) + SPACE, width: Number(width) };
      const key = figureKey(keyOf(drawn, summary, results, labels), warnings, place);
      const all = new Markup(drawn + key.content.text);
      const high = place.top + key.height;
      return [
        name!,
        html`<svg xmlns="http://www.w3.org/2000/svg" class="${classes}" width="${width}" height="${high}" viewBox="0 0 ${width} ${high}"${new Markup(attributes!)}><style>
${plainRules(all.text)}
</style><rect width="100%" height="100%" fill="#fff"/>${all}</svg>
`.text,
      ];
    }),
  );
}

/** Where keys begin: below the axes, in line with the narrowest of them. */
const [LEFT, SPACE] = [46, 8];

/** What of all that can be drawn this figure has. */
function keyOf(drawn: string, { arms }: Summary, { published = [], verdict }: ReportInput, labels: Labels): KeyEntry[] {
  const has = (name: string) => new RegExp(`class="(?:[^"]* )?${name}[ "]`).test(drawn);
  const one = (name: string, sample: Markup, label: string) => (has(name) ? [{ sample, label }] : []);
  const isCurves = has("curve");
  const line = isCurves ? "curve" : "line";
  const mean = html`<circle class="mean" cx="15" cy="7" r="3.6"/>`;
  const standings = (["supported", "undecided", "refuted"] as const).flatMap((standing) =>
    one(
      `standing-${standing}`,
      html`<g class="standing-${standing}"><path class="bar" d="M15,0V14"/>${mean}</g>`,
      labels.standings[standing],
    ),
  );
  const thin = [...drawn.matchAll(/<path class="thin ([^"]*)" stroke-dasharray="([^"]*)"/g)];
  return [
    ...one("dense", html`<path class="dense" d="M1,7H29"/>`, labels.dense),
    ...(isCurves ? one("arm-none", html`<g class="arm-none"><path class="curve" d="M1,7H29"/></g>`, labels.dense) : []),
    ...arms.flatMap(({ arm }, i) => {
      const drawnAs = (kind: "key" | "point hollow") =>
        html`<g class="${armClass(i)}"><path class="${line}" d="M1,7H29"/>${isCurves ? undefined : marker(i, 15, 7, kind)}</g>`;
      const entry = one(`series-${i}`, drawnAs("key"), labels.arm(arm));
      return [...entry, ...(entry.length > 0 ? one("point hollow", drawnAs("point hollow"), labels.laterStill) : [])];
    }),
    ...thin.map(([, classes, dashes], i) => ({
      sample: html`<path class="thin ${classes}" stroke-dasharray="${dashes}" d="M1,7H29"/>`,
      label: published[i]!.label,
    })),
    ...standings,
    ...one("margin", html`<path class="margin" d="M1,7H29"/>`, labels.marginLine(trim(100 * verdict.margin))),
  ];
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
