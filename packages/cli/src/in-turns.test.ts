import { expect, test } from "vitest";
import { inTurns } from "./in-turns.ts";

const work = (ms: number) => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

test("maps in order, and what waits for the event loop runs meanwhile", async () => {
  let ran = 0;
  const timer = setInterval(() => ran++, 0);
  const doubled = await inTurns(
    [1, 2, 3, 4, 5, 6, 7, 8],
    (n) => {
      work(20);
      return 2 * n;
    },
    undefined,
  );
  clearInterval(timer);
  expect(doubled).toEqual([2, 4, 6, 8, 10, 12, 14, 16]);
  expect(ran).toBeGreaterThan(0);
});

test("ends with the signal's reason within a turn", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error("stopped")), 10);
  let done = 0;
  const items = Array.from({ length: 100 }, () => 20);
  await expect(inTurns(items, (ms) => [work(ms), done++], stop.signal)).rejects.toThrow("stopped");
  expect(done).toBeLessThan(10);
});
