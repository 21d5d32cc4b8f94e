import { Argument, type Command } from "commander";
import { interruptible } from "./interruption.ts";
import { PAIRS, type Pair } from "./pairs.ts";
import { createProgress } from "./progress.ts";
import { replayNode } from "./run.ts";
import { addSettings, type Flags, optionsOf } from "./run-command.ts";
import { writeLines } from "./terminal.ts";

/** `ltt replay PAIR HASH`: trains one network of a run again, elsewhere, and compares every byte. */
export function addReplayCommand(program: Command): void {
  const command = program
    .command("replay")
    .description("train one network of a run again, elsewhere, and compare every byte with what is stored")
    .addArgument(new Argument("<pair>", "data set and model").choices(PAIRS))
    .argument("<hash>", "the network's node, as in metrics.csv");
  addSettings(command)
    .addHelpText(
      "after",
      "\nGive the options of the run: they say what data it was trained on. Exit code 1 if a byte differs.",
    )
    .action((pair: Pair, hash: string, flags: Flags) => replay(pair, hash, flags));
}

async function replay(pair: Pair, hash: string, flags: Flags): Promise<void> {
  const progress = createProgress(process.stderr);
  try {
    const { files, different } = await interruptible((signal) => {
      signal.addEventListener("abort", progress.stop);
      return replayNode(optionsOf(pair, flags), hash, { say: progress.say, signal });
    });
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
