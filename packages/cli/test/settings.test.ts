import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ltt } from "./command.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-settings-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const small =
  "run spam-cnn --profile quick --train-size 60 --max-length 8 --epochs 4 --rounds 1 --arms late-rewinding --out run";
const run = (...more: string[]) => ltt([...small.split(" "), ...more], { cwd: root });
const read = (file: string) => readFileSync(join(root, "run", file), "utf8");

test("rate, moment, batches, validations, patience and title are what is asked for; a title trains nothing again", async () => {
  const asked = [
    "--rate",
    "0.75",
    "--rewind",
    "step:7",
    "--batch-size",
    "16",
    "--validations",
    "2",
    "--patience",
    "none",
  ];
  expect((await run(...asked)).code).toBe(0);
  const [header, dense, late] = read("metrics.csv")
    .trim()
    .split("\r\n")
    .map((line) => line.split(","));
  const value = (row: string[] | undefined, name: string) => row![header!.indexOf(name)];
  expect(value(dense, "steps")).toBe("16"); // 60 texts, 4 batches, 4 epochs
  expect([value(late, "firstStep"), value(late, "steps")]).toEqual(["7", "16"]);
  expect(Number(value(late, "sparsity"))).toBeCloseTo(0.75, 3);
  const config = JSON.parse(readFileSync(join(root, "run", "nodes", value(dense, "node")!, "config.json"), "utf8"));
  expect(config.params).toMatchObject({ evaluationsPerEpoch: 2, data: { batchSize: 16 } });
  expect(config.params).not.toHaveProperty("patience"); // none is the default of the operation
  const report = read("report.html");
  expect(report).toContain("<h1>Lottery tickets in spam-cnn</h1>");
  for (const said of ["removing 75 % of what is left", "step 7 of dense training", "4 steps of 16 texts each"])
    expect(report).toContain(said);

  const nodes = readdirSync(join(root, "run", "nodes"));
  const titled = await run(...asked, "--title", "Mine & yours");
  expect(titled.err).not.toContain("· step");
  expect(readdirSync(join(root, "run", "nodes"))).toEqual(nodes);
  expect(read("report.html")).toContain("<h1>Mine &amp; yours</h1>");
}, 60_000);

test.each([
  [["--rate", "1"], "It is a fraction between 0 and 1, such as 0.2."],
  [["--rewind", "0"], "It is a moment of training, such as epoch:1 or step:500."],
  [["--rewind", "epoch:0"], "It is a moment of training, such as epoch:1 or step:500."],
  [["--patience", "0"], "It is an integer from 1, or none."],
  [["--validations", "x"], "It is an integer from 1."],
  [["--rewind", "epoch:9"], "(epochs: 4), but networks are rewound to epoch 9 (--rewind); name moments within it"],
  [
    ["--rewind", "epoch:9", "--arms", "early-mask"],
    "(epochs: 4), but networks are rewound to epoch 9 (--rewind); name moments within it",
  ],
])(
  "%j is refused",
  async (args, message) => {
    const { code, err } = await run(...args);
    expect(err.replaceAll(/\s+/g, " ")).toContain(message);
    expect(code).toBe(1);
  },
  60_000,
);
