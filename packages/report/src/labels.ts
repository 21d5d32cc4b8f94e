import type { Standing, Verdict } from "@ltt/lottery";

/** Languages that a report speaks. Texts of a run (its title, notes, settings) and checks of the audit are as they were written. */
export const LANGUAGES = ["en", "ko"] as const;
export type Language = (typeof LANGUAGES)[number];

/** All words of a report that are its own. */
export interface Labels {
  readonly language: Language;
  arm(arm: string): string;
  readonly dense: string;
  seeds(seeds: readonly number[]): string;
  readonly verdict: string;
  auditPassed(checks: number): string;
  auditFailed(failed: number, checks: number): string;
  readonly auditNone: string;
  readonly caveats: string;
  readonly armsInCharts: string;
  readonly chosen: Readonly<Record<"intervals" | "test accuracy", string>>;
  readonly measure: string;
  against(measure: string): string;
  testMeasure(measure: string): string;
  validationMeasure(measure: string): string;
  readonly remaining: string;
  readonly belowSparsity: string;
  sparse(sparsity: string): string;
  round(round: number): string;
  readingMany(seeds: number): string;
  readonly readingOne: string;
  accuracyCaption(measure: string, reading: string): string;
  readonly publishedCaption: string;
  readonly hover: string;
  readonly differences: string;
  differencesTo(name: string): string;
  /** `over`: what the intervals are over; none where the scores of single examples are not known. */
  differencesCaption(of: {
    readonly margin: string;
    readonly over: "seeds" | "test examples" | undefined;
    readonly sparsities: number;
  }): string;
  /** Heading of the section, and titles and captions of its charts. */
  readonly endOfTraining: string;
  atEnd(quantity: string): string;
  readonly endCaption: string;
  gap(measure: string): string;
  gapCaption(measure: string): string;
  /** A hollow point of early-stopping steps, in the key of a figure that stands alone. */
  readonly laterStill: string;
  /** The dashed line of differences to the dense network, in the key of a figure that stands alone. */
  marginLine(points: string): string;
  readonly points: string;
  readonly speed: string;
  readonly speedUnit: string;
  speedCaption(basis: Verdict["basis"]): string;
  readonly curves: string;
  curvesOf(quantity: string): string;
  readonly curvesCaption: string;
  readonly roundSlider: string;
  readonly step: string;
  readonly validationLoss: string;
  readonly trainingLoss: string;
  training(measure: string): string;
  validation(measure: string): string;
  readonly moreMeasures: string;
  readonly cost: string;
  readonly costUnit: string;
  readonly bytes: string;
  readonly seconds: string;
  readonly milliseconds: string;
  costCaption(measure: string): string;
  readonly retrieval: string;
  readonly retrievalCaption: string;
  readonly searchedSteps: string;
  readonly savedSteps: string;
  readonly savedFlops: string;
  differenceTo(arm: string): string;
  readonly statistics: string;
  readonly statisticsCaption: string;
  readonly bootstrap: string;
  /** The verdict's own, by its basis. */
  readonly interval: Readonly<Record<Verdict["basis"], string>>;
  readonly mcnemar: string;
  readonly onlyTicket: string;
  readonly onlyDense: string;
  readonly seedsNeeded: string;
  /** Of the levels that need the fewest and the most. */
  seedsNeededWords(difference: string, fewest: number, most: number, have: number): string;
  readonly whereLeft: string;
  /** A group of tensors. */
  group(name: string): string;
  keptCaption(name: string): string;
  readonly tensor: string;
  readonly weights: string;
  readonly denseColumn: string;
  roundColumnOf(round: number): string;
  frozen(group: string): string;
  allWeights(someAreFrozen: boolean): string;
  layerByLayer(title: string): string;
  otherArms(count: number): string;
  readonly layersCaption: string;
  storedCaption(of: { readonly name: string; readonly sparsity: string; readonly seeds: number }): string;
  readonly layer: string;
  readonly shape: string;
  readonly stored: string;
  readonly density: string;
  readonly emptyParts: string;
  /** Of a kind of part, so many of so many: `filters`, `taps`. */
  emptyOf(part: string, empty: string, of: string): string;
  readonly inside: string;
  readonly insideCaption: string;
  ofSeed(name: string, seed: number): string;
  /** Which weights of a network moved: all, and of the dense network those that the ticket kept, and the others. */
  readonly movers: Readonly<Record<"all" | "kept" | "others", string>>;
  moved(of: {
    readonly who: string;
    readonly mean: string;
    readonly relative: string | undefined;
    readonly grew: string;
    readonly keptSign: string | undefined;
  }): string;
  layersPutBack(accuracy: string): string;
  /** `initial`, `fresh` */
  putBackTo(what: string): string;
  pointsApart(difference: string): string;
  copies(of: {
    readonly step: number;
    readonly barrier: string;
    readonly ends: readonly [string, string];
    readonly worst: string;
    readonly places: number;
  }): string;
  overlaps(seeds: readonly { readonly seed: number; readonly jaccard: string; readonly byChance: string }[]): string;
  readonly masks: string;
  readonly masksCaption: string;
  wordsLeft(left: string, rows: string): string;
  readonly levelByLevel: string;
  verdictTableCaption(measure: string): string;
  readonly standing: string;
  readonly standings: Readonly<Record<Standing, string>>;
  readonly collapsed: string;
  readonly yes: string;
  readonly no: string;
  readonly allLevels: string;
  everyNetwork(networks: number): string;
  readonly armColumn: string;
  readonly seed: string;
  readonly seedCount: string;
  readonly onPaper: string;
  readonly costTable: string;
  readonly latency: string;
  latencyCaption(of: {
    readonly passes: number;
    readonly threads: number;
    readonly backend: string;
    readonly machine: string;
  }): string;
  readonly network: string;
  readonly oneExample: string;
  examplesTogether(count: number): string;
  readonly againstDense: string;
  inRound(name: string, round: number): string;
  readonly roundColumn: string;
  readonly sparsity: string;
  readonly earlyStop: string;
  readonly steps: string;
  readonly audit: string;
  readonly passed: string;
  readonly failed: string;
  weightsGone(seeds: readonly number[]): string;
  readonly winnerByTest: string;
  readonly notWhatTheyAreCalled: string;
  readonly settings: string;
  readonly origin: string;
  readonly comparison: string;
  readonly comparisonCaption: string;
  readonly run: string;
  readonly differingSettings: string;
  /** Of how many seeds there are means, at most, and on what the verdicts rest that are shown. */
  footer(of: { readonly seeds: number; readonly bases: readonly Verdict["basis"][] }): string;
}
