import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ltt } from "./command.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-margin-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("--margin is of the verdict alone: nothing is trained again, and the report says it", async () => {
  const args =
    "run spam-cnn --profile quick --train-size 700 --max-length 80 --epochs 3 --rounds 1 --arms winning-ticket --out run";
  const first = await ltt(args.split(" "), { cwd: root });
  const wide = await ltt([...args.split(" "), "--margin", "40"], { cwd: root });
  expect([first.code, wide.code]).toEqual([0, 0]);
  expect(wide.err).not.toContain("step");
  const said = (points: string) => `“Matches” means less accurate by no more than ${points} points`;
  expect(first.out).toContain(said("0.5"));
  expect(wide.out).toContain(said("40"));
  expect(readFileSync(join(root, "run", "report.html"), "utf8")).toContain(said("40"));
  const wrong = await ltt([...args.split(" "), "--margin", "-1"], { cwd: root });
  expect(wrong.err).toContain("It is a number of percentage points from 0, below 100.");
}, 60_000);
