import { Argument, Command } from "commander";
import { describeEstimate, estimateEvents } from "./dry-run.ts";
import { interruptible } from "./interruption.ts";
import { jobsOf, pathOf, pointsOf, textOf } from "./option-values.ts";
import { PAIRS, type Pair } from "./pairs.ts";
import { profileTable } from "./profile-help.ts";
import { createProgress, duration } from "./progress.ts";
import { planRun, type RunResult, runPair } from "./run.ts";
import { levelEvent, levelLine, resultEvent } from "./run-events.ts";
import { type Flags, optionsOf } from "./run-flags.ts";
import type { RunOptions } from "./run-options.ts";
import { addSettings } from "./settings-options.ts";
import { subjectOf } from "./subject.ts";
import { widthOf, writeLines } from "./terminal.ts";

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
          if (json === true) print(levelEvent(level));
          else progress.say(levelLine(level));
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
  const estimate = await interruptible((signal) => planRun(options, { say, signal }), "nothing was trained");
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
