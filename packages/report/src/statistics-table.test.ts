import { judge, summarise } from "@ltt/lottery";
import { expect, test } from "vitest";
import { en } from "./labels-en.ts";
import { ko } from "./labels-ko.ts";
import { sampleLevel } from "./sample.ts";
import { statisticsTable } from "./statistics-table.ts";

test("seeds that half a point needs are said as a range of the levels, or as one number where all need as many", () => {
  const levels = [sampleLevel({ arm: "dense", round: 0 }), sampleLevel({ arm: "winning-ticket", round: 1 })];
  const words = (seeds: readonly number[], labels = en) =>
    statisticsTable(
      { rows: [], seedsNeeded: { difference: 0.005, levels: seeds.map((one, i) => ({ round: i + 1, seeds: one })) } },
      summarise(levels),
      judge(levels),
      labels,
    )!.text;
  expect(words([9, 8, 1316])).toContain("runs, 8 to 1316 seeds are needed, depending on the level; there are 1.");
  expect(words([56, 56])).toContain("runs, 56 seeds are needed; there are 1.");
  expect(words([9, 8, 1316], ko)).toContain("희소성에 따라 시드 8~1316개가 필요합니다.");
  expect(words([56], ko)).toContain("시드 56개가 필요합니다.");
});
