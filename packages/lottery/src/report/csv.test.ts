import { expect, test } from "vitest";
import { renderCsv } from "./csv.ts";
import { sampleLevel } from "./sample.ts";

const HEADER =
  "arm,seed,round,sparsity,embeddingSparsity,otherSparsity,trainLoss,validationLoss,validationAccuracy,testAccuracy,earlyStopStep,steps\r\n";

test("metrics.csv is a header and a line a network, ended by CRLF, numbers in full", () => {
  const level = sampleLevel({
    arm: "winning-ticket",
    round: 1,
    sparsity: 0.2,
    embeddingSparsity: 0.1 + 0.2,
    otherSparsity: 0,
    testAccuracy: 1 / 3,
  });
  expect(renderCsv([level])).toBe(
    `${HEADER}winning-ticket,1,1,0.2,0.30000000000000004,0,0.2,0.3,0.88,0.3333333333333333,300,400\r\n`,
  );
});

test("metrics.csv of no networks is its header", () => {
  expect(renderCsv([])).toBe(HEADER);
});

test("metrics.csv quotes commas, quotes and line ends (RFC 4180, 2.5–2.7)", () => {
  const arm = 'a "b", c\r\nd';
  expect(renderCsv([sampleLevel({ arm, round: 0 })]).slice(HEADER.length)).toMatch(/^"a ""b"", c\r\nd",1,0,/);
});

test("metrics.csv of the same results has the same bytes, however long they took", () => {
  const level = { arm: "dense", round: 0 };
  expect(renderCsv([sampleLevel({ ...level, seconds: 1 })])).toBe(renderCsv([sampleLevel({ ...level, seconds: 2 })]));
});
