import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Asked, bash, ltt } from "./command.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-cli-jobs-"));
  writeFileSync(join(root, "texts.csv"), texts);
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Texts that every process reads at once: the e-mails of `spam-cnn` take each of them seconds. */
const texts = [
  "text,label",
  ...Array.from({ length: 60 }, (_, i) => `${i % 2 === 0 ? "good" : "bad"} word${i} and others,${i % 2}`),
].join("\n");
const tiny = [
  ...["run", "--texts", "texts.csv", "--text", "text", "--label", "label", "--model", "cnn"],
  ...["--profile", "quick", "--train-size", "20", "--max-length", "8"],
];
const small = [...tiny, "--epochs", "2", "--rounds", "2", "--json"];
const endless = [...tiny, "--epochs", "9999", "--patience", "none", "--seeds", "1,2"];
const run = (args: readonly string[], watch?: Asked["watch"]) =>
  ltt(args, { cwd: root, ...(watch === undefined ? {} : { watch }) });

/** All files of a run but the receipts, which hold times and places. */
function files(folder: string): Map<string, Buffer> {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  const kept = names.filter(
    (name) => /\.(csv|json|jsonl|safetensors)$/.test(name) && !/receipt\.json$|^run\.json$/.test(name),
  );
  return new Map(kept.sort().map((name) => [name, readFileSync(join(root, folder, name))]));
}

const withoutTimes = (html: string) =>
  html.replace(/<tr class="time">.*?<\/tr>/g, "").replace(/[\d.]+(?=<\/td>\s*<\/tr>)/g, "");
const report = (folder: string) => withoutTimes(readFileSync(join(root, folder, "report.html"), "utf8"));
const events = (out: string) =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .map(({ seconds, folder, report, ...rest }) => rest);
const unfinished = (folder: string) => {
  const path = join(root, folder, "unfinished");
  return existsSync(path) ? readdirSync(path) : [];
};

/** The processes that a command has started and that live. */
function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return text === "" ? [] : text.split(" ").map(Number);
}

async function allGone(pids: readonly number[]): Promise<void> {
  while (pids.some((pid) => existsSync(`/proc/${pid}`))) await sleep(20);
}

/** Calls once that both networks are in the making. */
const onceBoth = (act: (kill: (signal: NodeJS.Signals) => void, pid: number) => void): Asked["watch"] => {
  let done = false;
  return (said, kill, pid) => {
    if (done || !said.includes("networks 1–2/")) return;
    done = true;
    act(kill, pid);
  };
};

/** Progress lines come every ten seconds, the first at once: `networks 1–2` is in the second. */
describe("ltt run --jobs", { timeout: 600_000 }, () => {
  test("2 and 3 give the bytes, the events and the report of one", async () => {
    const [one, two, three] = [
      await run([...small, "--out", "one"]),
      await run([...small, "--out", "two", "--jobs", "2"]),
      await run([...small, "--out", "three", "--jobs", "3", "--threads", "1"]),
    ];
    expect([one.code, two.code, three.code], two.err + three.err).toEqual([0, 0, 0]);
    expect(two.err).toMatch(/^backend wasm(-fma)? with (128|256) bits, 2 jobs of \d+ threads?; run folder/);
    expect(three.err).toMatch(/^backend wasm(-fma)? with (128|256) bits, 3 jobs of 1 thread; run folder/);
    for (const [folder, { out }] of [
      ["two", two],
      ["three", three],
    ] as const) {
      expect(files(folder)).toEqual(files("one"));
      expect(files(folder).size).toBe(2 + 9 * 6 + 5);
      expect(events(out)).toEqual(events(one.out));
      expect(report(folder)).toBe(report("one"));
    }
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("%s: %i, every job keeps its network and is gone", async (signal, code) => {
    let children: number[] = [];
    const watch = onceBoth((kill, pid) => {
      children = childrenOf(pid);
      for (const child of children) process.kill(child, signal); // as a terminal does
      kill(signal);
    });
    const ended = await run([...endless, "--out", signal, "--jobs", "2"], watch);
    expect(ended.err).toContain("ltt: interrupted: all that was done is kept; the same command goes on from there\n");
    expect(ended.code).toBe(code);
    expect(children.length).toBe(2);
    expect(children.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
    expect(unfinished(signal).length).toBe(2);
  });

  test("nobody reading: 141, and the same command goes on to the same bytes", async () => {
    const line = `ltt ${small.join(" ")} --out pipe --jobs 2`;
    const { out } = await bash(`${line} | head -1 > /dev/null; echo "\${PIPESTATUS[0]}"`, { cwd: root });
    expect(out).toBe("141\n");
    expect((await run([...small, "--out", "pipe", "--jobs", "2"])).code).toBe(0);
    expect(files("pipe")).toEqual(files("one"));
  });

  test("a job that is killed is an error that says which, and the others keep their networks", async () => {
    let killed = 0;
    const watch = onceBoth((_, pid) => {
      killed = childrenOf(pid)[0]!;
      process.kill(killed, "SIGKILL");
    });
    const { code, err } = await run([...endless, "--out", "killed", "--jobs", "2"], watch);
    expect(err.trimEnd().split("\n").at(-1)).toMatch(
      new RegExp(
        `^ltt: job \\d \\(process ${killed}\\) was killed by SIGKILL while it trained dense, seed \\d, round 0; what was kept of the network, every two minutes, stays, and the same command goes on from there$`,
      ),
    );
    expect(code).toBe(1);
    expect(unfinished("killed").length).toBe(1);
  });

  test("where the command is killed, the jobs keep their networks and end", async () => {
    let children: number[] = [];
    const watch = onceBoth((kill, pid) => {
      children = childrenOf(pid);
      kill("SIGKILL");
    });
    expect((await run([...endless, "--out", "orphaned", "--jobs", "2"], watch)).code).toBeNull();
    expect(children.length).toBe(2);
    await allGone(children);
    expect(unfinished("orphaned").length).toBe(2);
  });

  test("a network that diverges ends the run with the words of one job", async () => {
    const wild = [...tiny, "--epochs", "3", "--rounds", "1", "--learning-rate", "1e30"];
    const [one, two] = [
      await run([...wild, "--out", "wild"]),
      await run([...wild, "--out", "wild-two", "--jobs", "2"]),
    ];
    expect(one.err.trimEnd().split("\n").at(-1)).toMatch(/^ltt: dense, seed 1, round 0: /);
    expect(two.err.trimEnd().split("\n").at(-1)!.replace("wild-two", "wild")).toBe(
      one.err.trimEnd().split("\n").at(-1),
    );
    expect([one.code, two.code]).toEqual([1, 1]);
  });

  test("a criterion of a plugin, whose code each process reads for itself", async () => {
    const score =
      "async (evidence) => new Map([...(await evidence.trained())].map(([name, values]) => [name, values.map((x) => -Math.abs(x))]))";
    writeFileSync(
      join(root, "plugin.mjs"),
      `export const criteria = [{ name: "upside-down", version: 1, score: ${score} }];`,
    );
    const args = [...tiny, "--epochs", "1", "--rounds", "1", "--plugin", "plugin.mjs", "--criterion", "upside-down"];
    const [one, two] = [await run([...args, "--out", "own"]), await run([...args, "--out", "own-two", "--jobs", "2"])];
    expect([one.code, two.code], one.err + two.err).toEqual([0, 0]);
    expect(files("own-two")).toEqual(files("own"));
  });

  test("more jobs than networks are fewer, and that is said", async () => {
    const { err, code } = await run([...tiny, "--epochs", "1", "--rounds", "0", "--out", "few", "--jobs", "5"]);
    expect(err).toMatch(/, 1 job of \d+ threads? \(no more than 1 network can be trained at once\); run folder/);
    expect(code).toBe(0);
  });
});
