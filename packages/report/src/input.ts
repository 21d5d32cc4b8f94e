import type { AuditCheck, LevelResult, Verdict } from "@ltt/lottery";

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
  /** What must be said on every figure, where figures leave the report: faults that are switched on. */
  readonly warning?: string | undefined;
  readonly settings: readonly (readonly [name: string, value: string])[];
  readonly levels: readonly LevelResult[];
  readonly verdict: Verdict;
  readonly published?: readonly PublishedCurve[];
  readonly audit?: readonly AuditCheck[];
}
