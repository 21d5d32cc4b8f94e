import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FolderStore } from "@ltt/lottery";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ltt } from "./command.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-audit-test-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const flat = (text: string) => text.replace(/\s+/g, " "); // lines are wrapped
const run = (...args: string[]) =>
  ltt(
    [
      "run",
      "spam-cnn",
      "--train-size",
      "400",
      "--max-length",
      "40",
      "--epochs",
      "3",
      "--learning-rate",
      "0.005",
      "--rounds",
      "1",
      ...args,
    ],
    {
      cwd: root,
    },
  );
const page = (folder: string) => readFileSync(join(root, folder, "report.html"), "utf8");

/** What stands under the figures of a report, and of those of masks, of which each has only a name, under all together. */
const captions = (report: string) =>
  [...report.matchAll(/<(figcaption|p class="caption")>(.*?)<\/(figcaption|p)>/gs)]
    .map(([, , words]) => words!)
    .filter((words) => !words.startsWith("<b>") && !words.startsWith("Of every seed: ")); // that is a table

test("a failed audit is the headline of table, report and JSON, and ends with code 1", async () => {
  const args = ["--profile", "quick", "--arms", "winning-ticket", "--out", "run"];
  const right = await run(...args, "--json");
  const lines = right.out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect([right.code, lines.at(-1).audit]).toEqual([0, { checks: 9, failed: [] }]);

  // The ticket's file is written anew with the weights after training, as code with a bug would have.
  const store = await FolderStore.open(join(root, "run"));
  const node = lines.find(({ arm }) => arm === "winning-ticket").node;
  const { files, receipt } = (await store.read(node))!;
  rmSync(join(root, "run", "nodes", node), { recursive: true });
  const { seconds } = receipt;
  await store.putIfAbsent(node, new Map([...files, ["ticket.safetensors", files.get("weights.safetensors")!]]), {
    seconds,
  });

  const check = "Networks start from the weights that they should, bit for bit";
  const wrong = await run(...args);
  expect(wrong.code).toBe(1);
  expect(wrong.err).toContain(`audit FAILED: ${check}: winning-ticket, seed 1, round 1: `);
  expect(flat(wrong.out)).toContain(` AUDIT FAILED: ${check}; no claim. The audit FAILED: ${check}: winning-ticket, `);
  expect(wrong.out).not.toContain("▶");
  expect(page("run")).toContain(`aria-label="Verdict"><p>AUDIT FAILED: ${check}; no claim.</p>`);
  expect(captions(page("run")).length).toBe(7);
  for (const caption of captions(page("run")))
    expect(caption).toContain("The audit FAILED: these networks are not what they are called.");

  const json = await run(...args, "--json");
  const result = JSON.parse(json.out.trim().split("\n").at(-1)!);
  expect([json.code, result.verdict, result.winner]).toEqual([1, `AUDIT FAILED: ${check}; no claim.`, null]);
  expect(result.audit.failed.map((failed: { check: string }) => failed.check)).toEqual([check]);
}, 120_000);

test("published-2020 chooses by test accuracy, and says so, and that its audit failed, on every figure", async () => {
  const { code, out } = await run("--profile", "published-2020", "--out", "published", "--json");
  const lines = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const result = lines.at(-1);
  expect(code).toBe(0); // what was asked for
  expect(result.winner).toEqual({ round: 1, sparsity: lines[1].sparsity, chosenBy: "test accuracy" });
  expect(result.audit.failed.map(({ check }: { check: string }) => check)).toEqual([
    "Rewound networks start from the weights of the step asked for, neither the first nor the last",
    "Fresh weights are fresh in every tensor",
  ]);
  expect(result.verdict).toMatch(/^AUDIT FAILED: .+; no claim\. Chosen by test accuracy, no claim: /);
  const report = page("published");
  expect(report).toContain("◀ best by test accuracy");
  expect(report).toMatch(/<g class="winner">.*?best by test accuracy/s);
  expect(captions(report).length).toBe(7);
  for (const caption of captions(report)) {
    expect(caption).toContain("Faults of the published experiment are switched on: reinit-keeps-trained-embedding, ");
    expect(caption).toContain("The winner is chosen by test accuracy.");
    expect(caption).toContain("The audit FAILED");
  }
}, 120_000);
