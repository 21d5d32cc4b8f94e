import { armLabel } from "@ltt/lottery";
import type { Labels } from "./labels.ts";
import { count } from "./numbers.ts";

export const en: Labels = {
  language: "en",
  arm: armLabel,
  dense: "dense network",
  seeds: (seeds) => (seeds.length === 0 ? "no seeds" : `${seeds.length === 1 ? "seed" : "seeds"} ${seeds.join(", ")}`),
  verdict: "Verdict",
  auditPassed: (checks) => `Audit: all ${checks} checks passed.`,
  auditFailed: (failed, checks) => `Audit: ${failed} of ${checks} checks FAILED: do not trust these tickets.`,
  auditNone: "Audit: these networks were not audited.",
  caveats: "What to know before reading",
  armsInCharts: "Arms in the charts",
  chosen: { intervals: "sparsest supported", "test accuracy": "best by test accuracy" },
  measure: "accuracy",
  against: (measure) => `${measure} against sparsity`,
  testMeasure: (measure) => `test ${measure}`,
  validationMeasure: (measure) => `validation ${measure}`,
  remaining: "weights remaining, %",
  belowSparsity: "(below: sparsity, %)",
  sparse: (sparsity) => `${sparsity} sparse`,
  round: (round) => `round ${round}`,
  readingMany: (seeds) => `Lines are means over ${seeds} seeds, bands their 95 % intervals, dots single runs.`,
  readingOne: "Every point is one run: differences between neighbours are mostly noise.",
  accuracyCaption: (measure, reading) =>
    `Test ${measure} of networks trained at each sparsity, beside the dense network (dotted). ${reading}`,
  publishedCaption: "Thin dashed curves are published results, one run each, under their own conditions.",
  hover: "Point at a sparsity, or focus a chart and use the arrow keys, to read its values in every chart.",
  differences: "What the verdict rests on",
  differencesTo: (name) => `winning ticket − ${name}`,
  differencesCaption: ({ margin, over, sparsities }) => {
    const together = sparsities === 1 ? "" : ", which hold for all sparsities of a comparison at once";
    const intervals = {
      seeds: `, with 95 % intervals over seeds${together}`,
      "test examples": `, with 95 % intervals over the test examples of one run${together}`,
    };
    return (
      `Difference of the winning ticket to the dense network and to its controls, in percentage points${over === undefined ? "" : intervals[over]}. ` +
      `To match the dense network an interval lies above −${margin} (dashed); to beat a control, above 0.` +
      `${over === "test examples" ? " They say what other test examples would change, not what another seed would: no claim." : ""}`
    );
  },
  endOfTraining: "At the end of training",
  atEnd: (quantity) => `${quantity[0]!.toUpperCase()}${quantity.slice(1)} at the end of training, against sparsity`,
  endCaption: "Of the weights that training ended with, not of those with the lowest validation loss.",
  gap: (measure) => `Training ${measure} minus test ${measure} at the end of training, against sparsity`,
  gapCaption: (measure) =>
    `Training ${measure} minus test ${measure}, in percentage points, of the weights that training ended with; training ${measure} is that of a fixed part of the training examples, without dropout and without augmentation.`,
  laterStill: "best at the last step",
  marginLine: (points) => `to match, an interval lies above −${points} points`,
  points: "points",
  speed: "Learning speed",
  speedUnit: "early-stopping step",
  speedCaption: (basis) =>
    "The step with the lowest validation loss, counted from the beginning of dense training, one panel an arm; dotted: the dense " +
    "network. Hollow: best at the last step in one run or more, so the true step is later. The hypothesis says that a ticket learns in " +
    `at most as many steps as the dense network (Frankle & Carbin 2019).${
      basis === "none"
        ? ""
        : " The verdict does not require it: its table tells it of every sparsity, and its headline says so where a winning ticket learns later."
    }`,
  curves: "Learning curves",
  curvesOf: (quantity) => `${quantity} during training, by sparsity`,
  curvesCaption:
    "One line a run, the dense network in grey, a dot at the early-stopping step. The axes are the same for all sparsities and leave " +
    "out the first, steepest steps.",
  roundSlider: "Sparsity of the curves",
  step: "training step",
  validationLoss: "validation loss",
  trainingLoss: "training loss",
  training: (measure) => `training ${measure}`,
  validation: (measure) => `validation ${measure}`,
  moreMeasures: "More measures during training: on validation and on training examples",
  cost: "Cost against accuracy",
  costUnit: "million multiplications an example",
  bytes: "bytes stored",
  seconds: "seconds of training",
  milliseconds: "ms an example",
  costCaption: (measure) =>
    `Test ${measure} against the multiplications that the stored weights take for an example of mean length: each stored weight times ` +
    "how often it is used. Cheaper lies to the right.",
  retrieval: "Masks found early",
  retrievalCaption:
    "Arms whose masks need no whole dense training: how many of its steps the search saw, the steps and FLOPs of dense training that " +
    "this saves, those of search and training together beside one cut of the trained dense network, and the accuracy it costs.",
  searchedSteps: "steps searched",
  savedSteps: "steps and FLOPs of the search saved",
  savedFlops: "FLOPs of search and training saved",
  differenceTo: (arm) => `difference to ${arm}`,
  statistics: "Statistics beside the intervals",
  statisticsCaption:
    "Of every seed: test examples that only the ticket or only the dense network gets right, McNemar's exact test of the two, and the " +
    "difference in points with a bootstrap interval over test examples (95 %, one sparsity at a time). They say what other test " +
    "examples would change, not other seeds.",
  bootstrap: "bootstrap, points",
  interval: {
    seeds: "interval over seeds, points",
    "one run": "interval over test examples, points",
    none: "interval, points",
  },
  mcnemar: "McNemar p",
  onlyTicket: "only ticket right",
  onlyDense: "only dense right",
  seedsNeeded: "seeds needed",
  seedsNeededWords: (difference, fewest, most, have) =>
    `To see a difference of ${difference} points between one level and the dense network (95 % for it alone, power 80 %), with the spread of these ` +
    `runs, ${fewest === most ? `${most} seeds are needed` : `${fewest} to ${most} seeds are needed, depending on the level`}; there are ${have}.`,
  masks: "Masks, and the words that are left",
  masksCaption:
    "Of single tickets: each tensor as a plane, darker where more of its weights are left, on a scale of its own up to the share " +
    "named. Rows of an embedding go from frequent words to rare ones.",
  wordsLeft: (left, rows) => `${left} of ${rows} rows of the embedding have a weight left. Most have`,
  whereLeft: "Where the weights are left",
  group: (name) => (name === "other" ? "everything else" : name),
  keptCaption: (name) => `Weights kept, % (${name}, mean over seeds)`,
  tensor: "tensor",
  weights: "weights",
  denseColumn: "dense",
  roundColumnOf: (round) => `r${round}`,
  frozen: (group) => `${group} (frozen)`,
  allWeights: (someAreFrozen) => (someAreFrozen ? "all that are trained" : "all"),
  layerByLayer: (title) => `Layer by layer: ${title}`,
  otherArms: (count) => `${count} other arms`,
  layersCaption:
    "What is left of a layer's structure where single weights were pruned. A tap is what a filter has at one place of its window; " +
    "inputs that no output has a weight for are features that nobody reads; a unit of an LSTM counts where none of its gates reads " +
    "anything.",
  storedCaption: ({ name, sparsity, seeds }) =>
    `Stored weights and empty parts (${name}, ${sparsity} sparse${seeds === 1 ? "" : `, means over ${seeds} seeds`})`,
  layer: "layer",
  shape: "shape",
  stored: "stored",
  density: "density",
  emptyParts: "parts without a stored weight",
  emptyOf: (part, empty, of) => `${empty} of ${of} ${part}`,
  inside: "Looking inside",
  insideCaption:
    "Layers put back: one layer of the trained network has its first or fresh weights, the others stay (Zhang et al. 2019); a " +
    "difference near 0 says that it has learnt nothing that the network needs. The barrier is the greatest error between two copies " +
    "that were trained from the same weights with other noise, minus the mean of their errors; below 2 points they are linearly " +
    "connected (Frankle et al. 2020).",
  ofSeed: (name, seed) => `${name}, seed ${seed}`,
  movers: { all: "Its weights", kept: "In the dense network: those that it kept", others: "The others" },
  moved: ({ who, mean, relative, grew, keptSign }) =>
    `${who} moved by ${mean} on average${relative === undefined ? "" : `, ${relative} times the norm that they began with`}; ` +
    `${grew} grew${keptSign === undefined ? "" : `, ${keptSign} kept their sign`}.`,
  layersPutBack: (accuracy) => `Test accuracy with one layer put back, and the difference to ${accuracy}`,
  putBackTo: (what) => `put back to ${what}`,
  pointsApart: (difference) => `${difference} points`,
  copies: ({ step, barrier, ends, worst, places }) =>
    `Two copies from ${step === 0 ? "its start" : `its weights after step ${count(step)}`}: barrier ${barrier}; ` +
    `error ${ends.join(" and ")} at the ends, ${worst} at the worst of ${places} places.`,
  overlaps: (seeds) =>
    "Mask shared with other seeds (Jaccard; by chance): " +
    `${seeds.map(({ seed, jaccard, byChance }) => `seed ${seed} ${jaccard} (${byChance})`).join(", ")}.`,
  levelByLevel: "The verdict, level by level",
  verdictTableCaption: (measure) =>
    `Differences of test ${measure} in percentage points, and the early-stopping step t′ beside the dense network's, t`,
  standing: "standing",
  standings: { supported: "supported", refuted: "refuted", undecided: "undecided" },
  collapsed: "collapsed",
  yes: "yes",
  no: "no",
  allLevels: "All levels",
  everyNetwork: (networks) => `Every trained network (${networks})`,
  armColumn: "arm",
  seed: "seed",
  seedCount: "seeds",
  onPaper:
    "On paper the tables of all levels and networks are left out: the page on a screen and metrics.csv have them.",
  costTable: "Every cost",
  latency: "Latency, measured",
  latencyCaption: ({ passes, threads, backend, machine }) =>
    `ms of a forward pass: medians of ${passes} passes, networks in turn, quartiles small; ` +
    `${threads === 1 ? "one thread" : `${threads} threads`} of ${backend}; ${machine}. Of this machine and hour: no part of the ` +
    "results",
  network: "network",
  oneExample: "one example",
  examplesTogether: (count) => `${count} together`,
  againstDense: "speed, dense = 1",
  inRound: (name, round) => `${name}, round ${round}`,
  roundColumn: "round",
  sparsity: "sparsity",
  earlyStop: "early stop",
  steps: "steps",
  audit: "Ticket audit",
  passed: "passed",
  failed: "failed",
  weightsGone: (seeds) =>
    `The weights of ${seeds.length === 1 ? "seed" : "seeds"} ${seeds.join(", ")} are not ` +
    "here: what is said of them was found when they were.",
  winnerByTest: "The winner is chosen by test accuracy.",
  notWhatTheyAreCalled: "The audit FAILED: these networks are not what they are called.",
  settings: "Settings",
  origin: "How it was made",
  comparison: "Runs compared",
  comparisonCaption:
    "Each run was judged for itself; nothing is tested between runs, which may differ in data and do not pair their seeds.",
  run: "run",
  differingSettings: "Where settings differ",
  footer: ({ seeds, bases }) =>
    [
      "Made by ltt from result files. Accuracies are of the weights at the early-stopping step.",
      seeds > 1 &&
        "In figures and tables of accuracies ± is half a 95 % interval of one mean (Student's t over seeds).",
      bases.includes("seeds") &&
        "Differences in the verdict have simultaneous intervals over seeds: with eight sparsities or more of one width or, where one half " +
          "of them varies more between seeds (F test, 5 %), each from those near it; with fewer, each from its own runs, no narrower than all together give.",
      bases.includes("one run") &&
        "Differences in the verdict on one run have simultaneous intervals over its test examples: they say nothing of other seeds.",
      "Definition and figures after Frankle & Carbin, ICLR 2019.",
    ]
      .filter(Boolean)
      .join(" "),
};
