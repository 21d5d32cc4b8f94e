import type { ReutersTopics } from "@ltt/data";
import {
  ARMS,
  CRITERIA,
  type Fault,
  type LevelResult,
  type Moment,
  OPTIMISERS,
  type OptimiserName,
  POOLS,
  type Pool,
} from "@ltt/lottery";
import { sparsityPercent } from "@ltt/report";
import { Argument, Command, Option } from "commander";
import { BACKENDS, type BackendName, type Width } from "./backends.ts";
import { dataOption } from "./data-option.ts";
import { describeEstimate, estimateEvents, percent } from "./dry-run.ts";
import { VECTORS, type Vectors } from "./embedding.ts";
import { cacheFolder } from "./folders.ts";
import { AUGMENTS, type Augment } from "./image-augment.ts";
import { IMAGE_MODELS, type ImageModel } from "./image-models.ts";
import { interruptible } from "./interruption.ts";
import type { JobCount } from "./jobs.ts";
import {
  armsOf,
  bitsOf,
  excludeOf,
  faultsOf,
  fractionOf,
  integerFrom,
  jobsOf,
  momentOf,
  momentOrNone,
  momentsOf,
  notNegative,
  pathOf,
  pathsOf,
  patienceOf,
  pointsOf,
  positive,
  rateOf,
  ratesOf,
  roundsOf,
  seedsOf,
  separatorOf,
  textOf,
  topicsOf,
} from "./option-values.ts";
import { OWN_MODELS, type OwnModel } from "./own-models.ts";
import { PAIRS, type Pair } from "./pairs.ts";
import { profileTable } from "./profile-help.ts";
import { PROFILES, type Profile } from "./profile-names.ts";
import { createProgress, duration } from "./progress.ts";
import { planRun, type RunResult, runPair } from "./run.ts";
import type { RunOptions } from "./run-options.ts";
import { subjectOf } from "./subject.ts";
import { widthOf, writeLines } from "./terminal.ts";
import { TICKET_ARMS, type TicketArm } from "./ticket-arms.ts";

export interface Flags {
  readonly texts?: string;
  readonly images?: string;
  readonly text?: string;
  readonly label?: string;
  readonly labels?: string;
  readonly separator?: string;
  readonly model?: OwnModel | ImageModel;
  readonly validation?: string;
  readonly test?: string;
  readonly profile?: Profile;
  readonly data?: string;
  readonly out?: string;
  readonly rounds?: number;
  readonly epochs?: number;
  readonly steps?: number;
  readonly trainSize?: number;
  readonly maxLength?: number;
  readonly fold?: number;
  readonly topics?: ReutersTopics;
  readonly measureTraining?: true;
  readonly phrases?: boolean;
  readonly ticket?: string;
  readonly ticketArm?: TicketArm;
  readonly ticketRounds?: readonly number[];
  readonly hidden?: number;
  readonly dropout?: number;
  readonly arms?: readonly string[];
  readonly criterion?: string;
  readonly pool?: Pool;
  readonly optimiser?: OptimiserName;
  readonly momentum?: number;
  readonly weightDecay?: number;
  readonly l1?: number;
  readonly faults?: readonly Fault[];
  readonly plugin?: readonly string[];
  readonly rate?: number;
  readonly rates?: Readonly<Record<string, number>>;
  readonly exclude?: readonly string[];
  readonly rewind?: Moment;
  readonly patience?: number | "none";
  readonly validations?: number;
  readonly validateEvery?: number;
  readonly batchSize?: number;
  readonly title?: string;
  readonly seed?: number;
  readonly seeds?: readonly number[];
  readonly learningRate?: number;
  readonly schedule?: readonly Moment[];
  readonly scheduleFactor?: number;
  readonly warmUp?: Moment | "none";
  readonly augment?: Augment;
  readonly clipNorm?: number;
  readonly embedding?: Vectors;
  readonly freezeEmbedding?: true;
  readonly backend?: BackendName;
  readonly threads?: number;
  readonly width?: Width;
  readonly jobs?: JobCount;
  readonly published?: string;
  readonly queue?: string;
  readonly store?: string;
  readonly margin?: number;
  readonly json?: true;
  readonly dryRun?: true;
}

/** `ltt run PAIR`, or `ltt run --texts FILE`: a whole lottery, from text to report. */
export function addRunCommand(program: Command): void {
  addRun(program, (pair, flags) => {
    const options = optionsOf(pair, flags);
    subjectOf(options); // so that what is missing is said in words of the command
    return (flags.dryRun === true ? dryRun : run)(options, flags);
  });
}

/**
 * What `runPair` takes, from arguments as they are typed: `run imdb-cnn --seeds 1,2`.
 *
 * @throws {Error} if an argument is unknown or wrong, as the command says it.
 */
export function parsedRun(args: readonly string[]): RunOptions {
  let options: RunOptions = {};
  const program = new Command("ltt").exitOverride();
  program.configureOutput({ writeErr: () => {} }); // the error says it
  addRun(program, (pair, flags) => {
    options = optionsOf(pair, flags);
    subjectOf(options);
  });
  for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
  try {
    program.parse([...args], { from: "user" });
  } catch (error) {
    throw new RangeError((error as Error).message.replace(/^error: /, ""));
  }
  return options;
}

function addRun(program: Command, action: (pair: Pair | undefined, flags: Flags) => void | Promise<void>): void {
  const command = program
    .command("run")
    .description("train a network, find its winning tickets, and compare them with their controls")
    .addArgument(new Argument("[pair]", "data set and model; or none, and --texts or --images").choices(PAIRS));
  addSettings(command)
    .option(
      "--margin <points>",
      "percentage points by which a network may be less accurate and still match the dense one (default: 0.5)",
      pointsOf,
    )
    .option(
      "--published <file>",
      "curves of a publication, as JSON, to draw under those of the run in its report",
      pathOf,
    )
    .option(
      "--jobs <n>",
      "processes that train, or auto: one for each core, as far as there are networks and memory (default: 1)",
      jobsOf,
    )
    .option("--queue <url>", "redis://HOST:PORT: machines with ltt worker train (docs/machines.md)", textOf)
    .option("--store <url>", "of --queue: s3://BUCKET/PREFIX, or a folder (default: the run folder)", textOf)
    .option("--title <text>", "of the report", textOf)
    .option("--json", "one JSON object a line on standard output")
    .option("--dry-run", "say what would be done, and how long it would take, without doing it")
    .addHelpText("after", NOTES)
    .action(action);
}

/** The options that say which experiment it is, where its data and its folder are, and what computes. */
export function addSettings(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--profile <name>",
        "what a run does unless told otherwise (default: corrected; of images paper)",
      ).choices(PROFILES),
    )
    .addOption(dataOption("folder with the data sets; else that of LTT_DATA, else where ltt data get puts them"))
    .option(
      "--texts <file>",
      "texts of your own, in place of a pair: .csv, .tsv, .jsonl (each also .gz) or .parquet",
      pathOf,
    )
    .option("--images <dir>", "images of your own, in place of a pair: PNG, in a folder for each class", pathOf)
    .option("--text <column>", "of --texts: the column of the texts", textOf)
    .option("--label <column>", "of --texts: the column of their labels, any words", textOf)
    .option(
      "--labels <column>",
      "of --texts: the column of their labels, where a text may have several or none",
      textOf,
    )
    .option("--separator <text>", "of --labels: what stands between them (default: ;)", separatorOf)
    .addOption(
      new Option("--model <name>", "of --texts: what classifies them (default: cnn); of --images").choices([
        ...OWN_MODELS,
        ...IMAGE_MODELS,
      ]),
    )
    .option("--validation <file>", "of --texts: texts to validate on (default: 0.3 of what is not for testing)", pathOf)
    .option("--test <file>", "of --texts: texts to test on (default: a fifth of the texts)", pathOf)
    .option("--out <dir>", "run folder (default: runs/PAIR-PROFILE, or runs/FILE-MODEL-PROFILE)", pathOf)
    .option("--rounds <n>", "times to prune", integerFrom(0))
    .option(
      "--rate <fraction>",
      "of what is left of every tensor, removed each round (default: 0.2; quick: 0.5)",
      rateOf,
    )
    .option(
      "--rates <list>",
      "other fractions, in place of the profile's: of tensors, groups or patterns of names, as output=0.1,layer1.*=0.15, or none",
      ratesOf,
    )
    .option(
      "--exclude <list>",
      "what is never pruned, in place of the profile's: tensors, groups or patterns of names, as biases,fc*, or none",
      excludeOf,
    )
    .addOption(
      new Option("--epochs <n>", "epochs a network trains at most").argParser(integerFrom(1)).conflicts("steps"),
    )
    .option("--steps <n>", "steps a network trains at most, in the place of epochs", integerFrom(1))
    .option("--train-size <n>", "training texts or images", integerFrom(1))
    .option("--max-length <n>", "tokens after which texts are cut", integerFrom(1))
    .option(
      "--fold <n>",
      "which test part of a cross-validation, of data without one of its own: 1 to 10 of mr-cnn, subj-cnn (default: 1)",
      integerFrom(1),
    )
    .option("--topics <n>", "of reuters-cnn, reuters-lstm: the 10 most frequent (default), or 90", topicsOf)
    .option(
      "--measure-training",
      "keep all measures over epochs, of a part of the training texts too (default of Reuters)",
    )
    .option("--phrases", "of sst2-cnn: train on phrases (default but in the quick profile)")
    .option("--no-phrases", "of sst2-cnn: train on sentences only, not on phrases as Kim did")
    .option("--ticket <run>", "folder of another run: its tickets are trained here too, beside controls", pathOf)
    .addOption(
      new Option(
        "--ticket-arm <name>",
        "of that run: initial weights, or early ones (default: winning-ticket)",
      ).choices(TICKET_ARMS),
    )
    .option("--ticket-rounds <list>", "of that run, as 4,8,12 (default: all that this run has)", roundsOf)
    .option("--dropout <p>", "of texts: probability that training drops a feature (default: 0.5)", fractionOf)
    .option("--hidden <n>", "units of each direction of an LSTM's layers (default: 256; quick: 64)", integerFrom(1))
    .option("--arms <names>", `all, or some of ${ARMS.join(",")}, and of those of plugins`, armsOf)
    .option(
      "--criterion <name>",
      `what weights are scored by; the lowest go: ${CRITERIA.map(({ name }) => name).join(", ")}, or of a plugin (default: magnitude)`,
      textOf,
    )
    .addOption(
      new Option(
        "--pool <which>",
        "weights that compete to stay: of each tensor (default), of a group, or all",
      ).choices(POOLS),
    )
    .option("--plugin <file>", "an ES module with criteria and arms of your own; may be given again", pathsOf)
    .addOption(new Option("--seed <n>", "one seed").argParser(integerFrom(0)).conflicts("seeds"))
    .addOption(new Option("--seeds <list>", "several, as 1,2,3").argParser(seedsOf))
    .option("--rewind <moment>", "of late rewinding, as epoch:1 (default) or step:500", momentOf)
    .option("--batch-size <n>", "texts or images a training step (default: 64; of images as published)", integerFrom(1))
    .addOption(new Option("--optimiser <name>", "what trains (default: adam)").choices(OPTIMISERS))
    .option("--learning-rate <x>", "of the optimiser", positive)
    .option(
      "--schedule <moments>",
      "when the learning rate falls, as step:20000,step:25000 or epoch:80,epoch:120, or none (default: never; of deep image networks as published)",
      momentsOf,
    )
    .option("--schedule-factor <x>", "what the learning rate is multiplied by then (default: 0.1)", fractionOf)
    .option(
      "--warm-up <moment>",
      "until when the learning rate climbs from 0, as step:10000, or none (default: it does not; of deep image networks as published)",
      momentOrNone,
    )
    .addOption(
      new Option("--augment <how>", "of images to train on: cut at random after padding by 4, and mirrored").choices(
        AUGMENTS,
      ),
    )
    .option("--momentum <x>", "of sgd and rmsprop (default: 0)", notNegative)
    .option("--weight-decay <x>", "of the optimiser (default: 0; adamw: 0.01)", notNegative)
    .option("--l1 <x>", "what the sum of all sizes of weights is multiplied by, as a penalty (default: 0)", notNegative)
    .addOption(
      new Option("--validations <n>", "an epoch (default: 8; published-2020: 1)")
        .argParser(integerFrom(1))
        .conflicts("validateEvery"),
    )
    .option("--validate-every <n>", "steps from one validation to the next (default of images: 100)", integerFrom(1))
    .option(
      "--patience <n>",
      "validations in a row without improvement that end training, or none (default: 24; published-2020: 3)",
      patienceOf,
    )
    .option(
      "--faults <names>",
      "of the published experiment, in any order, or none (published-2020: all); CONTRIBUTING.md lists them",
      faultsOf,
    )
    .option("--clip-norm <x>", "the most that the common norm of all gradients may be (default: no limit)", positive)
    .addOption(
      new Option(
        "--embedding <vectors>",
        "what it starts from: N(0, 1) (default), U(-0.25, 0.25) (default of Kim's sets), or GloVe 6B.100d, fetched where it is missing",
      ).choices(VECTORS),
    )
    .option("--freeze-embedding", "keep the embedding as it starts: neither trained nor pruned")
    .addOption(new Option("--backend <name>", "what computes (default: the fastest that runs here)").choices(BACKENDS))
    .option(
      "--threads <n>",
      "threads that compute (default: one for each core, divided among the jobs)",
      integerFrom(1),
    )
    .option(
      "--width <bits>",
      "of a vector, 128 or 256: the results are the same (default: 256 on Node 24 and x64, else 128)",
      bitsOf,
    );
}

const NOTES = `
Defaults of the profiles for imdb-cnn; other pairs differ in epochs, learning
rate and lengths:
${profileTable()}
Texts of your own, such as

  ltt run --texts reviews.csv --text review --label sentiment --model cnn

have the profiles quick and corrected: texts cut at 80 and 400 tokens, 2,800 of
them at most and all, a learning rate of 0.005 (LSTM: 0.002) and 0.001, and as
many epochs as their number wants, told in the report. Parts that no file is
given for are made of --texts: every class in proportion, repeats in one part.

Images of your own, such as

  ltt run --images photographs --model conv-2

have the profiles quick and paper (of resnet-20 and vgg rewinding too), which are
those of the network on MNIST or CIFAR-10, without augmentation. Their groups,
for --rates and --exclude, are convolutions, shortcuts, hidden, output, norms and
biases; of texts embedding and other.

A report covers every seed of the same experiment that is finished in the run
folder: --seed 1 and then --seed 2 give a report of both.

A run that ends early keeps what it has done, and the same command goes on from
there: Ctrl-C (exit code 130), SIGTERM (143), SIGHUP (129), and nobody reading
its output any more (141), as in "ltt run PAIR --json | head -1". A second
Ctrl-C ends it at once. Any error is exit code 1.

When all is trained, an audit looks for known faults in the files. If a check
fails, report and table begin with AUDIT FAILED, nothing is claimed, and the exit
code is 1; but 0 where faults of the published experiment were switched on.`;

/** What `runPair` takes, from what was typed. */
export function optionsOf(
  pair: Pair | undefined,
  { seed, seeds, patience, warmUp, plugin, json: _json, dryRun: _dryRun, ...flags }: Flags,
): RunOptions {
  return {
    ...flags,
    pair,
    cache: cacheFolder(),
    plugins: plugin,
    seeds: seed === undefined ? seeds : [seed],
    patience: patience === "none" ? null : patience,
    warmUp: warmUp === "none" ? null : warmUp,
  };
}

async function run(options: RunOptions, { json }: Flags): Promise<void> {
  const progress = createProgress(process.stderr);
  const began = performance.now();
  try {
    const result = await interruptible((signal) => {
      signal.addEventListener("abort", progress.stop);
      return runPair(options, {
        say: progress.say,
        onProgress: (now) => signal.aborted || progress.update(now),
        onLevel: (level) => {
          if (json === true) print(eventOf(level));
          else progress.say(summaryOf(level));
        },
        signal,
        width: widthOf(process.stdout),
      });
    });
    progress.stop();
    if (json === true) print(resultEvent(result));
    else writeLines(process.stdout, `\n${result.table}\nreport: ${result.report}`);
    if (isUntrustworthy(result)) process.exitCode = 1;
    progress.say(`done in ${duration((performance.now() - began) / 1000)}`);
  } finally {
    progress.stop();
  }
}

async function dryRun(options: RunOptions, { json }: Flags): Promise<void> {
  const say = (line: string) => writeLines(process.stderr, line);
  const estimate = await interruptible((signal) => planRun(options, { say, signal }));
  if (json === true) for (const event of estimateEvents(estimate)) print(event);
  else writeLines(process.stdout, describeEstimate(estimate));
}

function print(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** A network is not what it is called, and nobody asked for that. */
function isUntrustworthy({ audit, faults }: RunResult): boolean {
  return faults.length === 0 && audit.some(({ passed }) => !passed);
}

function resultEvent({ folder, report, verdict, levels, winner, chosenBy, audit }: RunResult): object {
  const chosen = winner === undefined ? null : { round: winner.round, sparsity: winner.sparsity, chosenBy };
  const failed = audit.filter(({ passed }) => !passed);
  return {
    event: "result",
    folder,
    report,
    verdict,
    networks: levels.length,
    winner: chosen,
    audit: { checks: audit.length, failed },
  };
}

function eventOf(level: LevelResult): object {
  const { arm, seed, round, sparsity, groups, trainLoss, validationLoss } = level;
  const { validationAccuracy, testAccuracy, earlyStopStep, censored, collapsed, firstStep, steps, seconds, node } =
    level;
  return {
    event: "level",
    arm,
    seed,
    round,
    sparsity,
    groups,
    trainLoss,
    validationLoss,
    validationAccuracy,
    testAccuracy,
    earlyStopStep,
    censored,
    collapsed,
    firstStep,
    steps,
    seconds,
    node,
  };
}

function summaryOf({ arm, seed, round, sparsity, validationAccuracy, testAccuracy, seconds }: LevelResult): string {
  return `${arm}, seed ${seed}, round ${round}: ${sparsityPercent(sparsity)} removed, validation ${percent(validationAccuracy)}, test ${percent(testAccuracy)}, ${duration(seconds)}`;
}
