import type { Command } from "commander";
import { dataOption } from "./data-option.ts";
import { examine } from "./doctor.ts";
import { cacheFolder } from "./folders.ts";
import { writeLines } from "./terminal.ts";

/** `ltt doctor`: what runs on this machine, and why not what does not. */
export function addDoctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("what runs on this machine, and what is missing; exit code 1 if something computes wrong values")
    .addOption(dataOption("the folder with the data sets"))
    .option("--json", "one JSON object a line on standard output")
    .action(async ({ data, json }: { data?: string; json?: true }) => {
      for await (const finding of examine({ data, cache: cacheFolder() })) {
        if (json === true) process.stdout.write(`${JSON.stringify({ event: "finding", ...finding })}\n`);
        else writeLines(process.stdout, `${finding.state.padEnd(7)}  ${finding.name}: ${finding.detail}`);
        if (finding.state === "wrong") process.exitCode = 1;
      }
    });
}
