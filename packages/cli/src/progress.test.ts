import { PassThrough } from "node:stream";
import { expect, test, vi } from "vitest";
import { createProgress } from "./progress.ts";

const now = {
  arm: "winning-ticket",
  seed: 1,
  round: 3,
  step: 440,
  stepsAtMost: 8760,
  loss: 0.75,
  networks: 11,
  networksInAll: 61,
  inTheMaking: 1,
  steps: 440,
};

/** What a terminal of that many columns is sent; elsewhere `undefined` columns. */
function shown(columns: number | undefined, use: (progress: ReturnType<typeof createProgress>) => void): string {
  const stream = Object.assign(new PassThrough(), {
    isTTY: columns !== undefined,
    columns,
    cursorTo() {},
    clearLine() {},
    moveCursor() {},
  });
  const progress = createProgress(stream);
  use(progress);
  progress.stop();
  return String(stream.read() ?? "");
}

const frames = (columns: number) => {
  vi.useFakeTimers({ toFake: ["performance", "Date", "setTimeout"] });
  try {
    return (
      shown(columns, ({ update }) => {
        for (let step = 440; step < 444; step++) {
          update({ ...now, step, steps: step });
          vi.advanceTimersByTime(300);
        }
      })
        // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what it removes
        .split(/\x1b(?:\[[0-9?]*[A-Za-z]|[78])/)
        .filter((text) => text.trim() !== "")
    );
  } finally {
    vi.useRealTimers();
  }
};

test.each([60, 80, 100, 119, 120, 200])("a bar fits %i columns", (columns) => {
  const all = frames(columns);
  expect(all.length).toBeGreaterThan(1);
  for (const frame of all) {
    expect(frame).toContain("network 12/61");
    expect(frame.length, frame).toBeLessThanOrEqual(columns);
  }
});

test("where there is room it says all, and at 80 columns still which network and how long", () => {
  expect(frames(200).at(-1)).toMatch(
    /^[█░]{30} 18 % · network 12\/61 · winning-ticket, seed 1, round 3 · step 44\d\/8760 · loss 0\.750 · 3\.3 steps\/s · ≤ \d+ h \d+ min left/,
  );
  expect(frames(80).at(-1)).toMatch(/^18 % · network 12\/61 · winning-ticket, seed 1, round 3 · ≤ \d+ h \d+ min left/);
});

test("a line for people is divided between words on a terminal, and whole elsewhere", () => {
  const line = "network ".repeat(20).trim();
  const lines = shown(80, ({ say }) => say(line)).split("\n");
  expect(lines.length).toBeGreaterThan(2);
  for (const part of lines) expect(part).toMatch(/^(network ?){0,10}$/);
  expect(shown(undefined, ({ say }) => say(line))).toBe(`${line}\n`);
  expect(shown(0, ({ say }) => say(line)).split("\n").length).toBe(lines.length);
});

test("several networks in the making are counted together", () => {
  const line = shown(undefined, ({ update }) => update({ ...now, inTheMaking: 2, steps: 1000 }));
  expect(line).toBe("networks 12–13/61 · step 1000/17520\n");
});
