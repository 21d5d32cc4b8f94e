import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ltt } from "./command.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-signals-"));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const endless = [
  "run",
  "spam-cnn",
  "--profile",
  "quick",
  "--train-size",
  "20",
  "--max-length",
  "8",
  "--epochs",
  "9999",
];
const said = "ltt: interrupted: all that was done is kept; the same command goes on from there\n";

/** Sends a signal `delay` ms after the command has said something. What it still does then shows in what it says and leaves, not in how long it takes. */
async function interrupted(
  args: readonly string[],
  { after, signal, node = [], delay = 0 }: { after: RegExp; signal: NodeJS.Signals; node?: string[]; delay?: number },
) {
  let asked = false;
  return ltt(args, {
    cwd: root,
    node,
    watch: (err, kill) => {
      if (asked || !after.test(err)) return;
      asked = true;
      setTimeout(() => kill(signal), delay);
    },
  });
}

/** A network that never answers. */
const noAnswer = [
  "--import",
  "data:text/javascript,globalThis.fetch=()=>(setTimeout(console.error,0,'asked'),new Promise(()=>{}));setInterval(()=>{},1e6)",
];

describe("a signal ends ltt with its own exit code at any stage", { timeout: 60_000 }, () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("%s in training: %i, and the network in the making is kept", async (signal, code) => {
    const ended = await interrupted([...endless, "--out", signal], { after: /· step /, signal });
    expect(ended.err).toContain(said);
    expect([ended.code, ended.out]).toEqual([code, ""]);
    expect(readdirSync(join(root, signal, "unfinished")).length).toBe(1);
  });

  test.each([0, 1200])(
    "while the texts are read and encoded, %i ms after it began: nothing is trained",
    async (delay) => {
      const args = ["run", "spam-cnn", "--epochs", "1", "--rounds", "0", "--out", `prepare-${delay}`];
      const ended = await interrupted(args, { after: /^backend /, signal: "SIGINT", delay });
      expect(ended.err).toBe(`${ended.err.split("\n")[0]}\n${said}`);
      expect([ended.code, ended.out]).toEqual([130, ""]);
      expect(readdirSync(root)).not.toContain(`prepare-${delay}`);
    },
  );

  test("while GloVe is fetched", async () => {
    const ended = await interrupted([...endless, "--embedding", "glove", "--out", "glove"], {
      after: /asked/,
      signal: "SIGTERM",
      node: noAnswer,
    });
    expect(ended.err).toContain(said);
    expect(ended.code).toBe(143);
  });

  test("while a data set is fetched", async () => {
    const ended = await interrupted(["data", "get", "imdb"], { after: /asked/, signal: "SIGHUP", node: noAnswer });
    expect(ended.err).toContain(said);
    expect(ended.code).toBe(129);
  });

  test("with --json the interruption is an event of one line", async () => {
    const { out, code } = await interrupted([...endless, "--json", "--out", "json"], {
      after: /· step /,
      signal: "SIGINT",
    });
    expect(code).toBe(130);
    expect(
      out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line))
        .at(-1),
    ).toEqual({
      event: "error",
      message: said.slice("ltt: ".length, -1),
      exitCode: 130,
    });
  });
});
