import type { AuditCheck, LevelResult } from "@ltt/lottery";

/** A curve from the literature, drawn thin and dashed under the arm it belongs to. */
export interface PublishedCurve {
  readonly arm: string;
  readonly label: string;
  readonly points: readonly { readonly sparsity: number; readonly testAccuracy: number }[];
}

/** Everything that a report shows; it is made from this and nothing else. */
export interface ReportInput {
  readonly title: string;
  /** For example `imdb-cnn`. */
  readonly pair: string;
  /** `quick`, `corrected` or `published-2020`. */
  readonly profile: string;
  /** The data set in words: source, split, sizes. */
  readonly dataset: string;
  readonly notes: readonly string[];
  readonly settings: readonly (readonly [name: string, value: string])[];
  readonly levels: readonly LevelResult[];
  readonly published?: readonly PublishedCurve[];
  readonly audit?: readonly AuditCheck[];
}
