import { createHash } from "node:crypto";
import { ARMS, armLabel, judge, type LevelResult, STANDARD_ARMS } from "@ltt/lottery";
import { describe, expect, test } from "vitest";
import type { ReportInput } from "./input.ts";
import { ko } from "./labels-ko.ts";
import { renderReport } from "./report.ts";
import { sampleLevel, sampleResults, sampleTensor } from "./sample.ts";

const arms = ["winning-ticket", "random-reinit", "late-rewinding"];

function run(seeds: readonly number[], rounds: number): LevelResult[] {
  return seeds.flatMap((seed) => [
    sampleLevel({ arm: "dense", round: 0, seed, testAccuracy: 0.87 + seed / 1000 }),
    ...arms.flatMap((arm) =>
      Array.from({ length: rounds }, (_, i) =>
        sampleLevel({
          arm,
          round: i + 1,
          seed,
          testAccuracy: (arm === "random-reinit" ? 0.86 : 0.87) + (seed - i) / 1000,
        }),
      ),
    ),
  ]);
}

/** The SVG of one figure, by its id. */
function figure(page: string, id: string): string {
  const svg = page.split("<svg").find((part) => part.includes(`id="${id}-title"`));
  return svg!.slice(0, svg!.indexOf("</svg>"));
}

const countOf = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

describe("many arms", () => {
  const names = [...ARMS.slice(0, 8), "own"];
  const page = renderReport(
    sampleResults([sampleLevel({ arm: "dense", round: 0 }), ...names.map((arm) => sampleLevel({ arm, round: 1 }))]),
  );

  test("have a box each, by which a rule hides what belongs to them; the standard ones are shown at first", () => {
    const boxes = [
      ...page.matchAll(
        /<input type="checkbox" id="show-(\d)"( checked)?\/><svg class="swatch arm-\d [^>]*>.*?<\/svg>([^<]+)/g,
      ),
    ];
    expect(boxes.map(([, i, checked, label]) => [Number(i), checked !== undefined, label])).toEqual(
      names.map((arm, i) => [i, STANDARD_ARMS.some((name) => name === arm), armLabel(arm)]),
    );
    const others = names.filter((arm) => !STANDARD_ARMS.some((name) => name === arm));
    expect(page).toContain(`<summary>Layer by layer: ${others.length} other arms</summary>`);
    for (const i of names.keys()) {
      expect(page).toContain(`main:has(#show-${i}:not(:checked)) .series-${i} { display: none; }`);
      expect(countOf(figure(page, "accuracy"), new RegExp(`<g class="arm-${i % 7} series-${i}">`, "g"))).toBe(1);
    }
  });

  test("stand in the tables all; of a few arms all are shown at first, and one has no box", () => {
    for (const arm of names) expect(page).toContain(`<th scope="row">${armLabel(arm)}</th>`);
    expect(countOf(renderReport(sampleResults(run([1], 2))), /type="checkbox" id="show-\d" checked/g)).toBe(3);
    const one = [sampleLevel({ arm: "dense", round: 0 }), sampleLevel({ arm: "winning-ticket", round: 1 })];
    expect(renderReport(sampleResults(one))).not.toContain("checkbox");
  });
});

describe("the figures", () => {
  const page = renderReport(sampleResults(run([1, 2, 3], 4)));

  test("of accuracy has a marker for every level, one for the dense network, a band and the runs for each arm", () => {
    const svg = figure(page, "accuracy");
    expect(countOf(svg, /class="point"/g)).toBe(3 * 4 + 1);
    expect(countOf(svg, /class="line"/g)).toBe(3);
    expect(countOf(svg, /class="band arm-\d series-\d"/g)).toBe(3);
    expect(countOf(svg, /class="run"/g)).toBe(3 * 4 * 3);
    expect(countOf(svg, /class="dense"/g)).toBe(1);
  });

  test("of learning speed have a panel an arm, with hollow marks where a run was best at its last step", () => {
    const levels = run([1, 2], 3).map((level) => ({
      ...level,
      censored: level.arm === "late-rewinding" && level.round === 2 && level.seed === 1,
      earlyStopStep: 100 * (level.round + level.seed),
    }));
    const page = renderReport(sampleResults(levels));
    for (const [i, arm] of arms.entries()) {
      const svg = figure(page, `speed-${i}`);
      expect(svg).toContain(`<title id="speed-${i}-title">Learning speed: ${armLabel(arm)}</title>`);
      expect(countOf(svg, /class="point"/g)).toBe(arm === "late-rewinding" ? 2 : 3);
      expect(countOf(svg, /class="point hollow"/g)).toBe(arm === "late-rewinding" ? 1 : 0);
      expect(svg.includes("late rewinding: ≥ 350")).toBe(arm === "late-rewinding");
    }
  });

  test("tell in a column of each round what every arm is there, for who points at it and for the script", () => {
    const svg = figure(page, "accuracy");
    const columns = [
      ...svg.matchAll(/class="column" data-round="(\d)" data-arms="([^"]*)">.*?<title>(.*?)<\/title>/gs),
    ];
    expect(columns.map(([, round, arms]) => [round, arms])).toEqual([
      ["0", "-1"],
      ...["1", "2", "3", "4"].map((round) => [round, "0 1 2"]),
    ]);
    expect(columns[0]![3]).toBe("dense network, 0 % sparse\ndense network: 87.20 ± 0.25 %");
    expect(columns[4]![3]!.split("\n")).toEqual([
      "round 4, 59 % sparse",
      "winning ticket: 86.90 ± 0.25 %",
      "random re-initialisation: 85.90 ± 0.25 %",
      "late rewinding: 86.90 ± 0.25 %",
    ]);
  });

  test("of differences are the verdict's: to the dense network with the margin, and to each control", () => {
    const levels = run([1, 2, 3], 2);
    const page = renderReport(sampleResults(levels));
    const [dense, control] = [figure(page, "difference-dense"), figure(page, "difference-random-reinit")];
    for (const svg of [dense, control]) expect(countOf(svg, /class="mean"/g)).toBe(2);
    expect([dense, control].map((svg) => countOf(svg, /class="margin"/g))).toEqual([1, 0]);
    expect(control).toContain("round 2, 36 % sparse\n+1.00 ± 0.00 points: supported");
    expect(page).not.toContain("difference-shuffled-init");
  });

  test("of cost are there where it is known how often weights are used, cheaper to the right", () => {
    const levels = run([1], 3);
    expect(renderReport(sampleResults(levels))).not.toContain('id="cost-title"');
    const svg = figure(renderReport(sampleResults(levels, { uses: { "linear.weight": 1000 } })), "cost");
    expect(svg).toContain("winning ticket, 20 % sparse: 0.0800, 87.10 %");
    const line = /class="line" d="M([^"]+)"/
      .exec(svg)![1]!
      .split("L")
      .map((pair) => Number(pair.split(",")[0]));
    expect(line).toEqual(line.toSorted((a, b) => a - b));
    expect(line).toHaveLength(4);
  });

  test("have no bands and no extra dots for one seed", () => {
    const svg = figure(renderReport(sampleResults(run([1], 4))), "accuracy");
    expect(countOf(svg, /class="point"/g)).toBe(13);
    expect(countOf(svg, /class="band/g)).toBe(0);
    expect(countOf(svg, /class="run"/g)).toBe(0);
  });

  test("mark the sparsest winning ticket where its point is", () => {
    const svg = figure(page, "accuracy");
    expect(svg).toContain("59 % sparse: sparsest supported");
    const at = /class="winner"><path d="M([\d.]+),/.exec(svg)![1];
    expect(countOf(svg, new RegExp(`class="point" transform="translate\\(${at!.replace(".", "\\.")},`, "g"))).toBe(3);
  });

  test("space equal rounds equally: the axis is logarithmic in the weights that remain", () => {
    const svg = figure(page, "accuracy");
    const first = svg.slice(svg.indexOf('class="line"'));
    const xs = /d="M([^"]+)"/
      .exec(first)![1]!
      .split("L")
      .map((pair) => Number(pair.split(",")[0]));
    expect(xs).toHaveLength(5);
    const gaps = xs.slice(1).map((x, i) => x - xs[i]!);
    for (const gap of gaps) expect(Math.abs(gap - gaps[0]!)).toBeLessThan(0.21);
  });

  test("draw published curves thin and dashed, in the colour of their arm, grey where the arm was not run", () => {
    const points = [0, 0.2, 0.36].map((sparsity) => ({ sparsity, testAccuracy: 0.8 }));
    const published = [
      { arm: "random-reinit", label: "published 2020", points },
      { arm: "some-other", label: "elsewhere", points },
    ];
    const svg = figure(renderReport(sampleResults(run([1], 2), { published })), "accuracy");
    expect(countOf(svg, /class="thin arm-1 series-1" stroke-dasharray="6 4"/g)).toBe(1);
    expect(countOf(svg, /class="thin arm-none" stroke-dasharray="2 3"/g)).toBe(1);
    expect(countOf(svg, /class="point"/g)).toBe(7);
  });

  test("hold at the edge: every weight removed, one value throughout, one arm, an arm nobody knows", () => {
    for (const level of [
      sampleLevel({ arm: "winning-ticket", round: 1, sparsity: 1 }),
      sampleLevel({ arm: "new", round: 1, tensors: [], curve: [] }),
    ]) {
      const page = renderReport(sampleResults([sampleLevel({ arm: "dense", round: 0, curve: [] }), level]));
      expect(countOf(figure(page, "accuracy"), /class="point"/g)).toBe(2);
      expect(page.replace(/<script>.*?<\/script>/s, "")).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  test("show learning curves in one picture, with every run of every round, of which one is shown, and the dense one behind", () => {
    for (const id of ["accuracy-curves", "loss-curves"]) {
      const svg = figure(page, id);
      expect(countOf(svg, /class="round( shown)?"/g)).toBe(4);
      expect(/class="round shown" data-round="(\d)"/.exec(svg)![1]).toBe("4"); // of the winner
      expect(countOf(svg, /class="curve"/g)).toBe(3 + 4 * 9);
      expect(countOf(svg, /class="stop"/g)).toBe(3 + 4 * 9);
    }
    expect(page).toContain('min="0" max="4" value="4" data-rounds="0 1 2 3 4"');
  });

  test("thin a long learning curve out to 200 points", () => {
    const curve = Array.from({ length: 5000 }, (_, step) => ({
      step,
      trainLoss: 1,
      validationLoss: 1 / (step + 1),
      validationAccuracy: 0.5,
    }));
    const levels = [
      sampleLevel({ arm: "dense", round: 0, curve }),
      sampleLevel({ arm: "winning-ticket", round: 1, curve }),
    ];
    const path = /class="curve" d="([^"]+)"/.exec(figure(renderReport(sampleResults(levels)), "loss-curves"))![1]!;
    expect(path.split("L")).toHaveLength(200);
  });

  test("are described for those who cannot see them", () => {
    for (const id of ["accuracy", "difference-dense", "speed-0", "accuracy-curves", "loss-curves"]) {
      const svg = figure(page, id);
      expect(svg).toContain(`role="img" aria-labelledby="${id}-title ${id}-desc"`);
      expect(svg).toMatch(new RegExp(`<desc id="${id}-desc">.{20,}</desc>`));
    }
    expect(figure(page, "accuracy")).toContain(
      "test accuracy: winning ticket: 87.20 % (0 % sparse) → 86.90 % (59 % sparse);",
    );
  });

  test("carry a warning that is about them, every one; notes are said once", () => {
    const warned = renderReport(sampleResults(run([1], 2), { warning: "Faults are on.", notes: ["A first look."] }));
    expect(warned.split("Faults are on.")).toHaveLength(5 + 1);
    expect(warned.split("A first look.")).toHaveLength(1 + 1);
  });
});

describe("words beside the intervals say what these are over", () => {
  const row = { against: "dense", sparsity: 0.2, seeds: [], difference: 0, low: -0.01, high: 0.01 };
  const pageOf = (seeds: readonly number[], rounds = 2, language: "en" | "ko" = "en") => {
    const testScores = Float32Array.from({ length: 100 }, (_, i) => Number(i < 87));
    const levels = run(seeds, rounds).map((level) => ({ ...level, testScores }));
    const statistics = { rows: [{ ...row, round: 1 }], seedsNeeded: undefined };
    return renderReport(sampleResults(levels, { statistics }), { language });
  };

  test("seeds", () => {
    const page = pageOf([1, 2, 3]);
    expect(page).toContain('<th scope="col">interval over seeds, points</th>');
    expect(page).toContain(
      "points, with 95 % intervals over seeds, which hold for all sparsities of a comparison at once. To match",
    );
    expect(page).toContain(
      "half a 95 % interval of one mean (Student&#39;s t over seeds). Differences in the verdict have",
    );
    expect(page).not.toContain("of one run");
    expect(pageOf([1, 2, 3], 1)).toContain("points, with 95 % intervals over seeds. To match");
  });

  test("the test examples of one run", () => {
    const page = pageOf([1]);
    expect(page).toContain('<th scope="col">interval over test examples, points</th>');
    expect(page).toContain(
      "points, with 95 % intervals over the test examples of one run, which hold for all sparsities of a comparison at once. To match",
    );
    expect(page).toContain("They say what other test examples would change, not what another seed would: no claim.");
    expect(page).toContain(
      "Differences in the verdict on one run have simultaneous intervals over its test examples: they say nothing of other seeds.",
    );
    expect(page).not.toMatch(/interval[^.]*over seeds|F test|Student/);
  });

  test("nothing, where scores of single examples are not known", () => {
    const page = renderReport(sampleResults(run([1], 2)));
    expect(page).toContain("to its controls, in percentage points. To match the dense network");
  });

  test("in Korean too", () => {
    expect(pageOf([1, 2, 3], 2, "ko")).toContain('<th scope="col">시드에 대한 구간, 퍼센트포인트</th>');
    expect(pageOf([1], 2, "ko")).toContain('<th scope="col">시험 예시에 대한 구간, 퍼센트포인트</th>');
    expect(pageOf([1], 2, "ko")).toContain(
      "실행 한 번의 시험 예시에 대한 95 % 구간(비교마다 모든 희소성에 동시에 성립)",
    );
    expect(pageOf([1], 2, "ko")).not.toMatch(/시드에 대한|F 검정|스튜던트/);
  });
});

test("the caption of learning speed says what the hypothesis asks, and that the verdict does not", () => {
  const hypothesis = "a ticket learns in at most as many steps as the dense network (Frankle &amp; Carbin 2019).";
  const page = renderReport(sampleResults(run([1, 2], 2)));
  expect(page).toContain(`${hypothesis} The verdict does not require it: its table tells it of every sparsity,`);
  expect(page).not.toContain("must learn no later");
  const none = renderReport(sampleResults(run([1, 2], 2), { verdict: judge([]) }));
  expect(none).toContain(hypothesis);
  expect(none).not.toContain("The verdict does not require it");
});

describe("the tables", () => {
  test("say what is frozen, and leave it out of the sum", () => {
    const level = (arm: string, round: number) =>
      sampleLevel({
        arm,
        round,
        tensors: [
          { ...sampleTensor("embedding.weight", [100, 10], 1), frozen: true },
          sampleTensor("linear.weight", [4, 30], 1 / 1.2),
        ],
      });
    const page = renderReport(sampleResults([level("dense", 0), level("winning-ticket", 1)]));
    const table = page.slice(page.indexOf('class="heat"'), page.indexOf("</table>", page.indexOf('class="heat"')));
    expect(table).toContain('<th scope="row">embedding (frozen)</th><td>1,000</td>');
    expect(table).toContain('<th scope="row">all that are trained</th><td>120</td>');
  });

  test("give the embedding apart from the rest, and every tensor with what is kept", () => {
    const page = renderReport(
      sampleResults([
        sampleLevel({ arm: "dense", round: 0 }),
        sampleLevel({ arm: "winning-ticket", round: 1, groups: { embedding: 0.3, other: 0.1 } }),
      ]),
    );
    const rows = page
      .slice(page.indexOf('class="heat"'))
      .split("<tr")
      .map((row) =>
        row
          .replace(/<[^>]+>|^[^>]*>/g, " ")
          .trim()
          .split(/\s+/),
      );
    const row = (name: string): string[] | undefined => rows.find((cells) => cells[0] === name);
    expect(row("embedding")).toEqual(["embedding", "1,000", "100", "70"]);
    expect(row("everything")).toEqual(["everything", "else", "104", "100", "90"]);
    expect(row("linear.weight")).toEqual(["linear.weight", "100", "100", "80"]);
    expect(row("linear.bias")).toEqual(["linear.bias", "4", "100", "75"]);
    expect(row("all")?.slice(0, 2)).toEqual(["all", "1,104"]);
  });

  test("tell layer by layer what is stored and what is empty: of the sparsest winning ticket openly, of the last rounds folded", () => {
    const kernel = (seed: number, round: number) => ({
      ...sampleTensor("convs.0.weight", [3, 100, 100], 0.8 ** round),
      parts: [{ part: "filters", empty: round + seed, of: 100 } as const],
    });
    const levels = run([1, 2], 4).map((level) => ({
      ...level,
      tensors: [kernel(level.seed, level.round)],
      // Only the third round's ticket is as good as the dense network.
      testAccuracy: level.round === 0 || (level.round === 3 && level.arm === "winning-ticket") ? 0.88 : 0.8,
    }));
    const page = renderReport(sampleResults(levels));
    const rows = page.match(/<tr class="layer">.*?<\/tr>/g)!.map((row) => row.replaceAll(/<[^>]+>/g, "|"));
    expect(rows).toHaveLength(4); // the ticket, and the last of three arms
    expect(rows[0]).toContain("convs.0.weight||3 × 100 × 100||15,360||51.2 %||4.5 of 100 filters");
    expect(rows[1]).toContain("12,288||41 %||5.5 of 100 filters");
    const folded = Array.from(page.matchAll(/<summary>Layer by layer: (.*?)<\/summary>/g), ([, title]) => title);
    expect(folded).toEqual(["winning ticket, round 4", "random re-initialisation, round 4", "late rewinding, round 4"]);
    expect(page).toContain("(winning ticket, round 3, 48.8 % sparse, means over 2 seeds)");
  });

  test("have a row a level, with the sparsest supported one marked, and a row a trained network", () => {
    const page = renderReport(sampleResults(run([1, 2], 3)));
    expect(countOf(page, /<tr class="(level|chosen)"/g)).toBe(1 + 3 * 3);
    expect(countOf(page, /<tr class="chosen"><th scope="row">winning ticket ◀ sparsest supported<\/th><td>3</g)).toBe(
      1,
    );
    expect(countOf(page, /<tr class="run-row"/g)).toBe(2 * (1 + 3 * 3));
  });

  test("show every comparison of the verdict, with its interval and what it is called", () => {
    const page = renderReport(sampleResults(run([1, 2, 3], 2)));
    const rows = page.match(/<tr class="(supported|refuted|undecided)">.*?<\/tr>/g)!;
    expect(rows.map((row) => row.replaceAll(/<[^>]+>/g, "|").replaceAll(/\|+/g, "|"))).toEqual([
      "|winning ticket|20 %|supported|0.00 ± 0.00|+1.00 ± 0.00|300|300|yes|no|",
      "|winning ticket|36 %|supported|−0.10 ± 0.00|+1.00 ± 0.00|300|300|yes|no|",
      "|late rewinding|20 %|supported|0.00 ± 0.00|–|300|300|yes|no|",
      "|late rewinding|36 %|supported|−0.10 ± 0.00|–|300|300|yes|no|",
    ]);
  });

  test("show the audit, and a failure first of all", () => {
    const audit = [
      { check: "exact counts", passed: true, detail: "60 tickets" },
      { check: "absent weights", passed: false, detail: "convs.0.kernel holds 3 too many" },
    ];
    const page = renderReport(sampleResults(run([1], 1), { audit }));
    expect(page).toContain("Audit: 1 of 2 checks FAILED: do not trust these tickets.");
    expect(page).toContain("✗ failed");
    expect(renderReport(sampleResults(run([1], 1), { audit: audit.slice(0, 1) }))).toContain(
      "Audit: all 1 checks passed.",
    );
    expect(renderReport(sampleResults(run([1], 1)))).not.toContain("Ticket audit");
  });
});

describe("the page", () => {
  test("needs nothing from anywhere, and runs its own script only, by its digest", () => {
    const page = renderReport(sampleResults(run([1, 2], 2)));
    const [, own] = /<script>(.*?)<\/script>/s.exec(page)!;
    const digest = createHash("sha256").update(own!).digest("base64");
    expect(page).toContain(`script-src 'sha256-${digest}'`);
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain("default-src 'none'");
    expect(page.replace(own!, "")).not.toMatch(/<script>[^<]|<link|<img|<iframe|@import|url\((?!#)|https?:|\son\w+=/i);
  });

  test("is the same for the same results", () => {
    expect(renderReport(sampleResults(run([1, 2], 2)))).toBe(renderReport(sampleResults(run([1, 2], 2))));
  });

  test("opens with no results at all, and with the dense network alone", () => {
    expect(renderReport(sampleResults([]))).toContain("No verdict: there is no dense network to compare with.");
    expect(renderReport(sampleResults([sampleLevel({ arm: "dense", round: 0 })]))).toContain(
      "No verdict: no winning-ticket",
    );
  });

  test("lets no text become markup, wherever it comes from", () => {
    const evil = `</title></style><script>alert(1)</script>"'><svg onload=alert(1)>&`;
    const level = (arm: string, round: number): LevelResult =>
      sampleLevel({
        arm,
        round,
        tensors: [sampleTensor(evil, [4], 0.5), sampleTensor(`${evil}2`, [4], 0.5)],
      });
    const hostile: ReportInput = {
      title: evil,
      kicker: [evil, evil],
      dataset: evil,
      notes: [evil],
      settings: [[evil, evil]],
      levels: [level("dense", 0), level(evil, 1)],
      verdict: { ...judge([]), reason: evil },
      published: [{ arm: evil, label: evil, points: [{ sparsity: 0, testAccuracy: 0.5 }] }],
      audit: [{ check: evil, passed: true, detail: evil }],
    };
    const page = renderReport(hostile);
    expect(page.split("<script").length).toBe(1 + 1);
    expect(page).not.toMatch(/<svg onload|"'>/);
    expect(countOf(page, /<\/style>/g)).toBe(1);
    expect(countOf(page, /&lt;script&gt;alert\(1\)/g)).toBeGreaterThan(14);
    expect(countOf(page, /<\/title>/g)).toBe(countOf(page, /<title/g));
  });

  test("keeps every element closed", () => {
    const page = renderReport(sampleResults(run([1, 2], 3), { audit: [{ check: "a", passed: true, detail: "b" }] }));
    const open: string[] = [];
    const withoutScript = page.replace(/<script>.*?<\/script>/s, "");
    for (const [, slash, name, attributes] of withoutScript.matchAll(/<(\/?)([a-zA-Z0-9]+)((?:\s[^<>]*)?)>/g)) {
      if (name === "meta" || attributes!.endsWith("/")) continue;
      if (slash === "") open.push(name!);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });
});

describe("of a task that measures something else than accuracy", () => {
  const point = (step: number) => ({
    step,
    trainLoss: 0.5,
    validationLoss: 0.4,
    validationAccuracy: 0.8,
    measures: { "micro precision": 0.9, "micro recall": 0.7 },
    ...(step % 10 === 0
      ? { training: { loss: 0.2, accuracy: 0.95, measures: { "micro precision": 0.97, "micro recall": 0.93 } } }
      : {}),
  });
  const levels = run([1], 2).map((level) => ({ ...level, curve: [5, 10, 15, 20].map(point) }));
  const page = renderReport({
    ...sampleResults(levels),
    measure: "micro-F1",
    verdict: judge(levels, { measure: "micro-F1" }),
  });

  test("every heading, axis and sentence says what it is", () => {
    expect(page).toContain("<h2>Micro-F1 against sparsity</h2>");
    expect(page).toContain("test micro-F1 differs by");
    expect(page).toContain("a lower micro-F1 by no more than 0.5 points");
    expect(page).toContain("Differences of test micro-F1 in percentage points");
    for (const part of ["validation", "test"]) expect(page).not.toContain(`${part} accuracy`);
  });

  test("measures over epochs are drawn, of training texts where they were measured", () => {
    for (const id of ["validation-micro-precision", "training-micro-recall", "training-micro-f1", "training-loss"])
      expect(figure(page, `${id}-curves`)).toContain("<path");
    const line = /<path class="curve" d="([^"]+)"/.exec(figure(page, "training-micro-f1-curves"))![1]!;
    expect(line.match(/[ML]/g)).toEqual(["M", "L"]); // two points, joined
    expect(renderReport(sampleResults(run([1], 1)))).not.toContain("More measures during training");
  });
});

test("arms have Korean names, but those that are names", () => {
  const english = ARMS.filter((arm) => /[a-z]{2}/i.test(ko.arm(arm).replace(/SNIP|GraSP|SynFlow|ThiNet/, "")));
  expect(english).toEqual(["early-bird", "set", "rigl"]);
});

test("a Korean page's own words are Korean: Latin letters are names, units, and what the run says", () => {
  const moved = { count: 4, distance: 5, relative: 0.5, mean: 0.25, grew: 0.75, keptSign: 0.5 };
  const levels = run([1, 2], 3).map((level) => ({
    ...level,
    tensors: level.tensors.map((tensor) => ({ ...tensor, parts: [{ part: "filters", empty: 1, of: 4 } as const] })),
  }));
  const results = sampleResults(levels, {
    title: "제목",
    kicker: ["이름"],
    dataset: "자료",
    settings: [["설정", "값"]],
    warning: "경고",
    audit: [{ check: "검사", passed: true, detail: "내용" }],
    uses: { "linear.weight": 2 },
    inspections: [
      {
        ...{ arm: "winning-ticket", seed: 1, round: 1, node: "0", accuracy: 0.9, overlaps: [] },
        ...{ movement: { all: moved, tensors: {} }, layers: [] },
      },
    ],
  });
  const page = renderReport(results, { language: "ko" })
    .replace(/<head>.*<\/head>/s, "")
    .replaceAll(/<script>.*?<\/script>|<style>.*?<\/style>/gs, "");
  const labels = Array.from(page.matchAll(/ (?:aria-label|title)="([^"]*)"/g), ([, words]) => words);
  const words = `${page.replaceAll(/<[^>]*>/g, " ")} ${labels.join(" ")}`.match(/[A-Za-z]{2,}/g) ?? [];
  const papers = ["Carbin", "Frankle", "ICLR", "Zhang", "al", "et"];
  const ofTheRun = ["bias", "embedding", "linear", "precision", "recall", "weight"];
  const entities = ["amp", "lt"];
  const own = [...new Set(words)].filter((word) => ![...papers, ...ofTheRun, ...entities].includes(word));
  expect(own.sort()).toEqual(["LSTM", "csv", "ltt", "metrics"]);
});
