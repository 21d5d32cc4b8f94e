import { spawnSync } from "node:child_process";

/** Counts what it checks, says each result as it comes, and ends in the line that `.ci/run` adds up. */
export class Checks {
  readonly #say: (line: string) => void;
  passed = 0;
  failed = 0;
  skipped = 0;

  constructor(say: (line: string) => void = console.log) {
    this.#say = say;
  }

  /** @returns what `body` gave, or `undefined` where it threw: that is the failure. */
  async check<T>(name: string, body: () => T | Promise<T>): Promise<T | undefined> {
    const start = performance.now();
    try {
      const result = await body();
      this.passed++;
      this.#say(`  ok    ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
      return result;
    } catch (error) {
      this.failed++;
      const why = error instanceof Error ? error.message : String(error);
      this.#say(`  FAIL  ${name}\n${why.replaceAll(/^/gm, "        ")}`);
      return undefined;
    }
  }

  /** What was not checked is said too, with its reason. */
  skip(name: string, why: string): void {
    this.skipped++;
    this.#say(`  skip  ${name}: ${why}`);
  }

  /** The last line, and the process's exit code. */
  finish(): void {
    this.#say(`${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`);
    if (this.failed > 0) process.exitCode = 1;
  }
}

/**
 * Runs a command to its end.
 *
 * @returns its standard output.
 * @throws {Error} if it cannot start or does not exit with 0; the message holds all it said.
 */
export function run(
  command: string,
  args: readonly string[],
  { cwd, env, timeout = 600_000 }: { cwd?: string; env?: NodeJS.ProcessEnv; timeout?: number } = {},
): string {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: "utf8",
    maxBuffer: 64 * 2 ** 20,
    timeout,
  });
  if (error === undefined && status === 0) return stdout;
  const end = error?.message ?? (signal === null ? `exit code ${status}` : `ended by ${signal}`);
  throw new Error([[command, ...args].join(" "), end, stdout, stderr].filter((part) => part !== "").join("\n"));
}
