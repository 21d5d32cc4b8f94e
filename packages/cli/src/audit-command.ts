import { FolderStore } from "@ltt/lottery";
import type { Command } from "commander";
import { pathOf } from "./option-values.ts";
import { auditNoted, latestRun } from "./run-folder.ts";
import { writeLines } from "./terminal.ts";

/** `ltt audit RUN`: looks through the files of a run again. Needs no data set, and trains nothing. */
export function addAuditCommand(program: Command): void {
  program
    .command("audit")
    .description("look for known faults in the files of a run; exit code 1 if a check fails")
    .argument("<run>", "run folder", pathOf)
    .option("--json", "one JSON object a line on standard output")
    .action(audit);
}

async function audit(folder: string, { json }: { readonly json?: true }): Promise<void> {
  const say = (line: string) => writeLines(process.stderr, line);
  const run = await latestRun(folder);
  const store = await FolderStore.open(folder, { onDamage: say });
  const checks = await auditNoted(store, run, say);
  for (const check of checks) {
    const { passed, detail } = check;
    if (json === true) process.stdout.write(`${JSON.stringify({ event: "check", ...check })}\n`);
    else writeLines(process.stdout, `${passed ? "passed" : "FAILED"}  ${check.check}: ${detail}`);
  }
  const failed = checks.filter(({ passed }) => !passed).length;
  const summary = `${checks.length} checks, ${failed === 0 ? "all passed" : `${failed} FAILED`}`;
  if (json !== true) writeLines(process.stdout, summary);
  if (failed > 0) process.exitCode = 1;
}
