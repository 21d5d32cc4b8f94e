import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { findRealData } from "../../packages/data/test/real-data.ts";
import { run } from "../../tools/checks.ts";
import { openPage } from "../../tools/consumers/browser.ts";
import { askChromium, CHROMIUM } from "../../tools/consumers/chromium.ts";

const PATIENCE = 300_000; // some seconds each, where nothing else runs

/** What a program prints, as its user starts it. */
function printed(name: string, data?: string): string {
  const args = ["--import", "tsx", "--conditions", "@ltt/source", join(import.meta.dirname, "../index.ts"), name];
  const timeout = PATIENCE;
  return run("node", data === undefined ? args : [...args, "--data", data], { timeout });
}

/** The last number before or after some words, of the last line that has them. */
function numberIn(text: string, pattern: RegExp): number {
  const found = [...text.matchAll(new RegExp(pattern, "g"))].at(-1)?.[1];
  if (found === undefined) throw new Error(`no ${pattern} in\n${text}`);
  return Number(found);
}

describe("without data", () => {
  test(
    "linear regression finds its three numbers again",
    () => {
      const text = printed("linear-regression");
      expect(text).toMatch(/^Linear\(weight \[1,2\], bias \[1\]\)\n3 parameters\n/);
      const [w1, w2] = /^weight (\S+) (\S+)$/m.exec(text)!.slice(1).map(Number);
      expect(Math.abs(w1! - 2)).toBeLessThan(0.03);
      expect(Math.abs(w2! + 3)).toBeLessThan(0.03);
      expect(Math.abs(numberIn(text, /\nbias (\S+)\n/) - 0.5)).toBeLessThan(0.03);
    },
    PATIENCE,
  );

  test(
    "weights go to PyTorch's names and layouts and back, and fit into half as many bytes",
    () => {
      const text = printed("safetensors");
      const [, folder] = /^written to (.+)\/classifier\.safetensors$/m.exec(text)!;
      expect(existsSync(join(folder!, "classifier.safetensors"))).toBe(true);
      rmSync(folder!, { recursive: true });
      expect(text).toContain("convs.1.weight F32 [8,16,3]\nembedding.weight F32 [1000,16]\n");
      const [ours, loaded] = ["ours", "loaded"].map(
        (whose) => new RegExp(`^logits of ${whose}: (.+)$`, "m").exec(text)![1],
      );
      expect(loaded).toBe(ours);
      const [whole, half] = /^float32: (\d+) bytes, float16: (\d+)$/m.exec(text)!.slice(1).map(Number);
      expect(half! / whole!).toBeLessThan(0.51);
    },
    PATIENCE,
  );

  test(
    "what there is no program of is named, with those there are",
    () => {
      expect(() => printed("mnist")).toThrow(
        'example: there is no "mnist": ag-news-cnn, ag-news-lstm, imdb-cnn, imdb-lstm, mnist-lenet, own-data, reuters-cnn, iterative-pruning, linear-regression, mnist-mlp, mr-lstm, reuters-linear, safetensors',
      );
    },
    PATIENCE,
  );
});

test(
  "where its data is not, a program says in a line what to do",
  () => {
    const nowhere = join(import.meta.dirname, "nowhere");
    const message =
      /^mnist: looked for .+; name the folder that has it with --data DIR, or download it: ltt data get mnist$/m;
    expect(() => printed("mnist-mlp", nowhere)).toThrow(message);
  },
  PATIENCE,
);

const mnist = findRealData("mnist/train-images-idx3-ubyte.gz");
describe.skipIf(mnist === undefined)("on MNIST", () => {
  test(
    "a multilayer perceptron is right of 95 of 100 after an epoch",
    () => {
      expect(numberIn(printed("mnist-mlp", mnist), /(\S+) % of 10,000 test images/)).toBeGreaterThan(95);
    },
    PATIENCE,
  );

  test(
    "pruned round by round to 6.5 % it loses little",
    () => {
      const text = printed("iterative-pruning", mnist);
      expect(numberIn(text, /round 0: .* accuracy (\S+) %/)).toBeGreaterThan(90);
      expect(numberIn(text, /round 4: 6\.5 % .* accuracy (\S+) %/)).toBeGreaterThan(89);
      expect(text).toContain("(0): Linear(weight [300,784] 14700 stored, bias [300] 300 stored)");
    },
    PATIENCE,
  );
});

const mr = findRealData("mr/rt-polarity.neg", "mr/rt-polarity.pos");
test.skipIf(mr === undefined)(
  "an LSTM learns to tell sentences of film reviews apart",
  () => {
    expect(numberIn(printed("mr-lstm", mr), /test: (\S+) % of 2132 sentences/)).toBeGreaterThan(68);
  },
  PATIENCE,
);

const newswire = findRealData("reuters-21578/reuters21578/reut2-000.sgm");
test.skipIf(newswire === undefined)(
  "logistic regression finds the topics of newswire",
  () => {
    expect(numberIn(printed("reuters-linear", newswire), /test: micro-F1 (\S+) %/)).toBeGreaterThan(90);
  },
  PATIENCE,
);

const required = process.env.CI || process.env.LTT_REQUIRE_GPU === "1";
const absent = required ? undefined : (await askChromium()).chromium;
if (absent !== undefined) console.warn(`SKIPPED: the example's page: ${absent}`);
describe.skipIf(absent !== undefined)("in Chromium", () => {
  const out = mkdtempSync(join(tmpdir(), "ltt-example-page-"));
  afterAll(() => rmSync(out, { recursive: true }));

  test(
    "a page learns two spirals",
    async () => {
      const page = join(import.meta.dirname, "page");
      const said = await openPage(page, CHROMIUM, { out, sources: true, patience: PATIENCE });
      expect(numberIn(said, /step 1500: (\d+) % of the points are right/)).toBeGreaterThan(98);
    },
    PATIENCE,
  );
});
