import type { Command } from "commander";
import { interruptible } from "./interruption.ts";
import { PAIRS, type Pair } from "./pairs.ts";
import { createProgress } from "./progress.ts";
import { replayNode } from "./run.ts";
import { type Flags, optionsOf } from "./run-flags.ts";
import { optionsOfNode } from "./run-folder.ts";
import type { RunOptions } from "./run-options.ts";
import { addSettings } from "./settings-options.ts";
import { writeLines } from "./terminal.ts";

/**
 * `ltt replay HASH --out RUN`: trains one network of a run again, elsewhere, and compares every byte. Or `ltt replay PAIR HASH`, with all
 * options of the run.
 */
export function addReplayCommand(program: Command): void {
  const command = program
    .command("replay")
    .description("train one network of a run again, elsewhere, and compare every byte with what is stored")
    .argument("<node>", "the network's hash, as in metrics.csv; or the pair, and then the hash")
    .argument("[hash]", "after a pair");
  addSettings(command)
    .addHelpText(
      "after",
      `
ltt replay HASH --out RUN takes the options that the run noted in its run.json;
those given count instead. ltt replay PAIR HASH takes none: give the options of
the run, which say what data it was trained on. Exit code 1 if a byte differs.`,
    )
    .action(async (first: string, second: string | undefined, flags: Flags, { getOptionValueSource }: Command) => {
      const isTold = (name: string) => getOptionValueSource.call(command, name) === "cli";
      if (second === undefined) return replay(await notedOptions(first, flags, isTold), first);
      if (PAIRS.some((pair) => pair === first)) return replay(optionsOf(first as Pair, flags), second);
      throw new RangeError(`ltt replay: there is no pair "${first}"; pairs are ${PAIRS.join(", ")}`);
    });
}

/** The options of the run that has a network, and those that were typed before them. */
async function notedOptions(hash: string, flags: Flags, isTold: (name: string) => boolean): Promise<RunOptions> {
  const { out } = flags;
  if (out === undefined) throw new RangeError("ltt replay HASH: name its run folder with --out");
  const noted = await optionsOfNode(out, hash);
  const told: Flags = Object.fromEntries(Object.entries(flags).filter(([name]) => isTold(name)));
  const typed = Object.entries(optionsOf(noted.pair, told)).filter(([, value]) => value !== undefined);
  return { ...noted, ...Object.fromEntries(typed) };
}

async function replay(options: RunOptions, hash: string): Promise<void> {
  const progress = createProgress(process.stderr);
  try {
    const { files, different } = await interruptible((signal) => {
      signal.addEventListener("abort", progress.stop);
      return replayNode(options, hash, { say: progress.say, signal });
    }, "nothing was compared");
    progress.stop();
    const same = `${files.length - different.length} of ${files.length} files have the same bytes`;
    writeLines(
      process.stdout,
      different.length === 0 ? `${hash}: ${same}` : `${hash}: ${same}; others: ${different.join(", ")}`,
    );
    if (different.length > 0) process.exitCode = 1;
  } finally {
    progress.stop();
  }
}
