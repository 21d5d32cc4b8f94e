import { afterEach, expect, test } from "vitest";
import { Checks, run } from "./checks.ts";

afterEach(() => {
  process.exitCode = 0;
});

test("checks count what passed, failed and was skipped, and the last line says so", async () => {
  const lines: string[] = [];
  const checks = new Checks((line) => lines.push(line));

  expect(await checks.check("one", () => 1)).toBe(1);
  expect(await checks.check("two", async () => Promise.reject(new Error("it broke\ntwice")))).toBeUndefined();
  checks.skip("three", "no browser");
  checks.finish();

  expect(lines[1]).toBe("  FAIL  two\n        it broke\n        twice");
  expect(lines[2]).toBe("  skip  three: no browser");
  expect(lines.at(-1)).toBe("1 passed, 1 failed, 1 skipped");
  expect(process.exitCode).toBe(1);
});

test("checks that all pass leave the exit code alone", async () => {
  process.exitCode = 0;
  const checks = new Checks(() => {});
  await checks.check("one", () => {});
  checks.finish();
  expect(process.exitCode).toBe(0);
});

test("a command gives its standard output, and an error holds all it said", () => {
  expect(run("node", ["-p", "6 * 7"])).toBe("42\n");
  expect(() => run("node", ["-e", "console.log('out'); console.error('err'); process.exit(3)"])).toThrow(
    /exit code 3\nout\n\nerr/,
  );
  expect(() => run("no-such-command-here", [])).toThrow(/ENOENT/);
  expect(() => run("node", ["-e", "setTimeout(() => {}, 60000)"], { timeout: 200 })).toThrow(/ETIMEDOUT/);
});
