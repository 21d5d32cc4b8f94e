import type { AuditCheck, LevelResult, Verdict } from "@ltt/lottery";
import {
  checkAudit,
  checkEach,
  checkFields,
  checkOptions,
  checkResults,
  checkVerdict,
  type Kind,
  type Kinds,
  list,
  object,
  share,
  text,
} from "@ltt/lottery/arguments";

import { checkInspections, type InspectedNetwork } from "./inspection-section.ts";

/** A curve from the literature, drawn thin and dashed under the arm it belongs to. */
export interface PublishedCurve {
  readonly arm: string;
  readonly label: string;
  readonly points: readonly { readonly sparsity: number; readonly testAccuracy: number }[];
}

/** Everything that a report shows; it is made from this and nothing else. */
export interface ReportInput {
  readonly title: string;
  /** What the run is, in a few words each: its pair, its profile. Names come first. */
  readonly kicker: readonly string[];
  /** The data set in words: source, split, sizes. */
  readonly dataset: string;
  /** What a reader must know besides: each is said once. */
  readonly notes: readonly string[];
  /** What the results call accuracy, where it is something else: `micro-F1`. */
  readonly measure?: string | undefined;
  /** What must be said on every figure, where figures leave the report: faults that are switched on. */
  readonly warning?: string | undefined;
  readonly settings: readonly (readonly [name: string, value: string])[];
  readonly levels: readonly LevelResult[];
  readonly verdict: Verdict;
  readonly published?: readonly PublishedCurve[];
  readonly audit?: readonly AuditCheck[];
  /** What looks inside networks have found. Default: nothing. */
  readonly inspections?: readonly InspectedNetwork[] | undefined;
}

const INPUT: Kinds<ReportInput> = {
  title: text,
  kicker: list,
  dataset: text,
  notes: list,
  measure: text,
  warning: text,
  settings: list,
  levels: list,
  verdict: object,
  published: list,
  audit: list,
  inspections: list,
};

/**
 * Checks what a report is made of, which JSON may have brought.
 *
 * @param fields - Those of a result that are read.
 * @throws {TypeError | RangeError} if a part is missing, unknown or of the wrong kind: `renderReport: levels[3].testAccuracy is undefined; …`
 */
export function checkInput(where: string, input: ReportInput, fields: readonly (keyof LevelResult)[]): void {
  checkOptions(where, input, INPUT, ["title", "kicker", "dataset", "notes", "settings", "levels", "verdict"]);
  const { kicker, notes, settings, levels, verdict, published = [], audit = [], inspections = [] } = input;
  checkEach(where, "kicker", kicker, text);
  checkEach(where, "notes", notes, text);
  checkEach(where, "settings", settings, setting);
  checkResults(where, "levels", levels, fields);
  checkVerdict(where, "verdict", verdict);
  for (const [i, curve] of published.entries()) {
    checkFields(where, `published[${i}]`, curve, CURVE);
    for (const [j, point] of curve.points.entries()) checkFields(where, `published[${i}].points[${j}]`, point, POINT);
  }
  checkAudit(where, "audit", audit);
  checkInspections(where, inspections);
}

const setting: Kind = {
  words: "an array of a name and a value, both strings",
  accepts: (value) => Array.isArray(value) && value.length === 2 && value.every(text.accepts),
};

const CURVE: Kinds<PublishedCurve> = { arm: text, label: text, points: list };

const POINT: Kinds<PublishedCurve["points"][number]> = { sparsity: share, testAccuracy: share };
