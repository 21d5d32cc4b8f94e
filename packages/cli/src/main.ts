import { setImmediate } from "node:timers/promises";
import { Command, CommanderError } from "commander";
import { addArchiveCommand } from "./archive-command.ts";
import { addAuditCommand } from "./audit-command.ts";
import { addCompactCommand } from "./compact-command.ts";
import { addDataCommands } from "./data-command.ts";
import { addDiffCommand } from "./diff-command.ts";
import { addDoctorCommand } from "./doctor-command.ts";
import { addExportCommand } from "./export-command.ts";
import { addInspectCommand } from "./inspect-command.ts";
import { Interrupted } from "./interruption.ts";
import { addLatencyCommand } from "./latency-command.ts";
import { version } from "./origin.ts";
import { addPredictCommand } from "./predict-command.ts";
import { addReplayCommand } from "./replay-command.ts";
import { addReportCommand } from "./report-command.ts";
import { addRunCommand } from "./run-command.ts";
import { addStatusCommand } from "./status-command.ts";
import { addSweepCommand } from "./sweep-command.ts";
import { writeLines } from "./terminal.ts";
import { addWatchCommand } from "./watch-command.ts";
import { addWorkerCommand } from "./worker-command.ts";

/**
 * The `ltt` command. Whatever goes wrong is one line on standard error; `--verbose` adds where, `--json` an event on standard output.
 *
 * @param args - Without `node` and the script.
 * @returns the exit code: 0, 1 for an error, 128 + the signal's number for an interruption.
 */
export async function main(args: readonly string[]): Promise<number> {
  hearOutputErrors();
  const program = new Command("ltt")
    .description(
      "Lottery tickets of networks that classify texts or images: find them, and test them against their controls.",
    )
    .version(version())
    .option("--verbose", "show where an error comes from")
    .configureOutput({ writeErr: (text) => writeLines(process.stderr, text.trimEnd()) })
    .exitOverride();
  addRunCommand(program);
  addWorkerCommand(program);
  addSweepCommand(program);
  addReplayCommand(program);
  addStatusCommand(program);
  addWatchCommand(program);
  addReportCommand(program);
  addArchiveCommand(program);
  addAuditCommand(program);
  addCompactCommand(program);
  addDiffCommand(program);
  addInspectCommand(program);
  addLatencyCommand(program);
  addPredictCommand(program);
  addExportCommand(program);
  addDataCommands(program);
  addDoctorCommand(program);
  inherit(program, "ltt");

  const code = await outcome(program, args);
  await setImmediate(); // an error of the last write comes as an event
  if (lost === undefined || code !== 0) return code;
  writeLines(process.stderr, `ltt: standard output: ${oneLine(lost.message)}`);
  return 1;
}

async function outcome(program: Command, args: readonly string[]): Promise<number> {
  try {
    await program.parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    const { stack } = error as Error;
    const message = oneLine((error as Error).message.replace(/^error: /, "")); // so commander begins its own
    const exitCode = error instanceof CommanderError || error instanceof Interrupted ? error.exitCode : 1;
    if (args.includes("--json") && exitCode !== 0) {
      process.stdout.write(`${JSON.stringify({ event: "error", message, exitCode })}\n`);
    }
    if (error instanceof CommanderError) return exitCode; // has said so itself
    writeLines(process.stderr, `ltt: ${args.includes("--verbose") && stack !== undefined ? stack : message}`);
    return exitCode;
  }
}

/** The first error of standard output. */
let lost: Error | undefined;

/**
 * Errors of output that nobody hears end Node with a stack. That nobody reads it (EPIPE) is no error of ours, and of standard error there
 * is nobody to tell.
 */
function hearOutputErrors(): void {
  lost = undefined;
  process.stdout.off("error", onOutputError).on("error", onOutputError);
  process.stderr.off("error", ignore).on("error", ignore);
}

function onOutputError(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") lost ??= error;
}

function ignore(): void {}

/** A message that quotes lines of a file is still one line, and a terminal obeys none of it. */
function oneLine(text: string): string {
  return text.replace(/\s*[\n\r\u2028\u2029]\s*/g, " ").replace(/\p{Cc}/gu, "");
}

/** Subcommands report errors as the command does, name their own help, and take `--verbose` too. */
function inherit(command: Command, name: string): void {
  const lists = command.commands.length === 0 ? "arguments and options" : "commands";
  command.exitOverride().showHelpAfterError(`(${name} --help lists the ${lists})`);
  if (command.commands.length === 0) command.option("--verbose", "show where an error comes from");
  for (const inner of command.commands) inherit(inner, `${name} ${inner.name()}`);
}
