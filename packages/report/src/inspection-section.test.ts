import { describe, expect, test } from "vitest";
import { checkInspections, type InspectedNetwork, inspectionSection } from "./inspection-section.ts";
import { en } from "./labels-en.ts";
import { ko } from "./labels-ko.ts";

const movement = { count: 4, distance: 5, relative: 0.5, mean: 0.25, grew: 0.75, keptSign: 0.5 };
const inspected: InspectedNetwork = {
  arm: "winning-ticket",
  seed: 1,
  round: 2,
  node: "0123456789abcdef",
  movement: { all: movement, tensors: {} },
  inDense: { kept: movement, others: { ...movement, relative: null, keptSign: null } },
  accuracy: 0.9,
  layers: [{ layer: "fc<1>", stored: 1200, accuracy: { initial: 0.895, fresh: 0.5 } }],
  siblings: {
    points: [
      { alpha: 0, error: 0.1 },
      { alpha: 0.5, error: 0.3 },
      { alpha: 1, error: 0.12 },
    ],
    barrier: 0.19,
    step: 0,
    nodes: ["a", "b"],
  },
  overlaps: [{ seed: 2, jaccard: 0.5, byChance: 0.25 }],
};

describe("the section of looks inside", () => {
  test("tells each finding with its numbers, and escapes names", () => {
    const { text } = inspectionSection([inspected], en)!;
    for (const said of [
      "winning ticket, round 2, seed 1",
      "Its weights moved by 0.250 on average, 0.5 times the norm that they began with; 75.0 % grew, 50.0 % kept their sign.",
      "In the dense network: those that it kept moved by 0.250 on average, 0.5 times",
      "The others moved by 0.250 on average; 75.0 % grew.",
      "fc&lt;1&gt;",
      "89.50 % (−0.50 points)",
      "50.00 % (−40.00 points)",
      "Two copies from its start: barrier +19.00 points; error 10.00 % and 12.00 % at the ends, 30.00 % at the worst of 3 places.",
      'points="0.0,90.0 160.0,0.0 320.0,81.0"',
      "seed 2 0.500 (0.250)",
    ])
      expect(text).toContain(said);
  });

  test("tells the same in Korean", () => {
    const { text } = inspectionSection([inspected], ko)!;
    for (const said of [
      "<h2>신경망 들여다보기</h2>",
      "당첨 티켓, 2회차, 시드 1",
      "이 신경망의 가중치: 평균 0.250만큼 움직였고(처음 노름의 0.5배), 75.0 %가 커졌으며, 50.0 %가 부호를 지켰습니다.",
      "그 밖의 가중치: 평균 0.250만큼 움직였고, 75.0 %가 커졌습니다.",
      '<th scope="col">새 가중치로</th>',
      "89.50 % (−0.50 퍼센트포인트)",
      "오류율은 양 끝에서 10.00 %와 12.00 %, 3곳 가운데 가장 나쁜 곳에서 30.00 %.",
      "시드 2 0.500 (0.250)",
    ])
      expect(text).toContain(said);
    expect(text.replaceAll(/<[^>]*>|\((Zhang|Frankle) et al\. \d+\)|fc&lt;1&gt;/g, "")).not.toMatch(/[a-z]{2,}/i);
  });

  test("is not there where nothing was found", () => {
    expect(inspectionSection([], en)).toBeUndefined();
  });

  test("what JSON lacks is told", () => {
    expect(() => checkInspections("renderReport", [{ ...inspected, layers: undefined as never }])).toThrow(
      "renderReport: inspections[0].layers is undefined; it is an array",
    );
  });
});
