import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { addDataCommands } from "./data-command.ts";
import { addRunCommand, Interrupted } from "./run-command.ts";

/**
 * The `ltt` command. Whatever goes wrong is one line on standard error; `--verbose` adds where.
 *
 * @param args - Without `node` and the script.
 * @returns the exit code: 0, 1 for an error, 130 for an interruption.
 */
export async function main(args: readonly string[]): Promise<number> {
  const program = new Command("ltt")
    .description("Lottery tickets in text classification: find them, and test them against their controls.")
    .version(version())
    .option("--verbose", "show where an error comes from")
    .showHelpAfterError("(ltt --help says what there is)")
    .exitOverride();
  addRunCommand(program);
  addDataCommands(program);
  for (const command of program.commands) inherit(command);

  try {
    await program.parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    const verbose = args.includes("--verbose");
    process.stderr.write(`ltt: ${(verbose ? (error as Error).stack : undefined) ?? (error as Error).message}\n`);
    return error instanceof Interrupted ? 130 : 1;
  }
}

/** Of the package: its `package.json` lies one folder above this file, in the sources and in what is published. */
function version(): string {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return version;
}

/** Subcommands report errors as the command does, and take `--verbose` too. */
function inherit(command: Command): void {
  command.exitOverride().showHelpAfterError("(ltt --help says what there is)");
  if (command.commands.length === 0) command.option("--verbose", "show where an error comes from");
  for (const inner of command.commands) inherit(inner);
}
