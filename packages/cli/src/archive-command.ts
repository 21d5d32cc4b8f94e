import type { Command } from "commander";
import { writeArchive } from "./archive-file.ts";
import { joinParts, seedWords } from "./join-parts.ts";
import { pathOf } from "./option-values.ts";
import { partsAt } from "./part.ts";
import { writeLines } from "./terminal.ts";

/** `ltt archive RUN… --out FILE`: all that reports are made of, without weights. Trains nothing, and needs no data set. */
export function addArchiveCommand(program: Command): void {
  program
    .command("archive")
    .description("put the results of runs into one small file, without weights; ltt report reads it")
    .argument("<runs...>", "run folders, or archives")
    .requiredOption("--out <file>", "the archive: gzip of JSON", pathOf)
    .addHelpText("after", NOTES)
    .action(archive);
}

const NOTES = `
In it are settings, metrics, learning curves, which test examples each network
gets right, and what the audit found, with the SHA-256 of every file that it
looked at. Weights, masks and logits are not: ltt run trains them again.

ltt run writes one into its folder at the end (archive.json.gz), so that a report
can be made when the weights have been deleted. Archives of the same experiment
with other seeds, trained anywhere, are one report:

  ltt report seed-1.json.gz seed-2.json.gz RUN --out FOLDER`;

async function archive(runs: readonly string[], { out }: { readonly out: string }): Promise<void> {
  const say = (line: string) => writeLines(process.stderr, line);
  const parts = [];
  for (const path of runs) parts.push(...(await partsAt(path, say)));
  const joined = joinParts(parts);
  await writeArchive(
    out,
    joined.flatMap((run) =>
      run.parts.map(({ run, networks, audit, receipts }) => ({ run, networks, audit, receipts })),
    ),
  );
  const told = joined.map(({ levels }) => {
    const seeds = [...new Set(levels.map(({ seed }) => seed))];
    return `${levels.length} networks, ${seedWords(seeds)}`;
  });
  writeLines(process.stdout, `${out}: ${told.join("; ")}`);
}
