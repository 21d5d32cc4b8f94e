import type { AuditCheck, LevelResult, PairedStatistics, Verdict } from "@ltt/lottery";
import {
  checkAudit,
  checkEach,
  checkFields,
  checkOptions,
  checkResults,
  checkVerdict,
  count,
  finite,
  flag,
  type Kind,
  type Kinds,
  list,
  object,
  optional,
  share,
  text,
} from "@ltt/lottery/arguments";
import type { Uses } from "./cost.ts";
import { checkInspections, type InspectedNetwork } from "./inspection-section.ts";
import { checkLatencies, type Latencies } from "./latency-section.ts";
import type { TicketMask } from "./mask-pictures.ts";

/** A curve from the literature, drawn thin and dashed under the arm it belongs to. */
export interface PublishedCurve {
  readonly arm: string;
  readonly label: string;
  readonly points: readonly { readonly sparsity: number; readonly testAccuracy: number }[];
}

/** Where results come from: what a run folder or an archive says of itself. */
export interface ReportOrigin {
  readonly seeds: readonly number[];
  /** What trains these networks again. */
  readonly command: string;
  readonly backend: string;
  /** Of all networks together. */
  readonly seconds: number;
  readonly networks: number;
  /** Files whose SHA-256 the receipts have. */
  readonly files: number;
  /** Whether the weights were there when the report was made; else results and audit are those of an archive. */
  readonly hasWeights: boolean;
  readonly version?: string | undefined;
  readonly commit?: string | undefined;
  /** Of Node. */
  readonly node?: string | undefined;
  readonly machine?: string | undefined;
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
  /** What made the networks, one a run folder or archive. Default: it is not told. */
  readonly origins?: readonly ReportOrigin[] | undefined;
  /** How often weights are used for an example, for the cost of networks. Default: it is not told. */
  readonly uses?: Uses | undefined;
  /** How long networks take to answer, a measurement a run folder. Default: it is not told. */
  readonly latencies?: readonly Latencies[] | undefined;
  /** Winning tickets beside others on the same test examples, as `pairedStatistics` finds. Default: it is not told. */
  readonly statistics?: PairedStatistics | undefined;
  /** Masks of single tickets, drawn. Default: none. */
  readonly masks?: readonly TicketMask[] | undefined;
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
  origins: list,
  uses: object,
  latencies: list,
  statistics: object,
  masks: list,
};

/**
 * Checks what a report is made of, which JSON may have brought.
 *
 * @param fields - Those of a result that are read.
 * @throws {TypeError | RangeError} if a part is missing, unknown or of the wrong kind:
 *   `renderReport: levels[3].testAccuracy is undefined; …`
 */
export function checkInput(where: string, input: ReportInput, fields: readonly (keyof LevelResult)[]): void {
  checkOptions(where, input, INPUT, ["title", "kicker", "dataset", "notes", "settings", "levels", "verdict"]);
  const {
    kicker,
    notes,
    settings,
    levels,
    verdict,
    published = [],
    audit = [],
    origins = [],
    inspections = [],
    latencies = [],
  } = input;
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
  checkLatencies(where, latencies);
  for (const [i, origin] of origins.entries()) checkFields(where, `origins[${i}]`, origin, ORIGIN);
}

const setting: Kind = {
  words: "an array of a name and a value, both strings",
  accepts: (value) => Array.isArray(value) && value.length === 2 && value.every(text.accepts),
};

const ORIGIN: Kinds<ReportOrigin> = {
  seeds: list,
  command: text,
  backend: text,
  seconds: finite,
  networks: count,
  files: count,
  hasWeights: flag,
  version: optional(text),
  commit: optional(text),
  node: optional(text),
  machine: optional(text),
};

const CURVE: Kinds<PublishedCurve> = { arm: text, label: text, points: list };

const POINT: Kinds<PublishedCurve["points"][number]> = { sparsity: share, testAccuracy: share };
