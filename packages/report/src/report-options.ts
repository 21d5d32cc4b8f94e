import { type Kinds, oneOf } from "@ltt/lottery/arguments";
import { LANGUAGES, type Language } from "./labels.ts";

export interface ReportOptions {
  /** Of headings, axes, tables and verdict. Default `en`. */
  readonly language?: Language | undefined;
}

export const REPORT_OPTIONS: Kinds<ReportOptions> = { language: oneOf(...LANGUAGES) };
