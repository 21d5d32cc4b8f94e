import { expect, test } from "vitest";
import { sampleLevel, sampleResults } from "./sample.ts";
import { renderTable } from "./table.ts";

test("the terminal's table, to the character", () => {
  const levels = [
    sampleLevel({ arm: "dense", round: 0 }),
    sampleLevel({ arm: "winning-ticket", round: 1, testAccuracy: 0.881 }),
    sampleLevel({ arm: "winning-ticket", round: 2, validationAccuracy: 0.5, earlyStopStep: 1200 }),
    sampleLevel({ arm: "random-reinit", round: 1, validationAccuracy: 0.8, earlyStopStep: 400, censored: true }),
  ];
  const kicker = ["imdb-cnn", "profile quick"];
  expect(renderTable(sampleResults(levels, { kicker, notes: ["made up"] }))).toBe(`imdb-cnn · profile quick · seed 1

                      winning ticket   random re-initialisation
round  sparsity   valid   test  stop         valid   test  stop
dense       0 %   88.00  87.00   300         88.00  87.00   300
    1      20 %   88.00  88.10   300         80.00  87.00  ≥400
    2      36 %   50.00  87.00  1200

One run, no claim: no sparsity is shown to have a winning ticket: 2 of 2 undecided, 0 refuted.
At 20 %, the most accurate, test accuracy differs by +1.10 points against the dense network
(undecided), +1.10 points against random re-initialisation (undecided).
Its lowest validation loss comes as early as the dense network's: step 300 against 300.
“Matches” means less accurate by no more than 0.5 points. ± bounds what other test examples would
change (95 %, for all 2 sparsities of a comparison at once), not what another seed would (seed 1 was
run), nor another split.
Note: made up
`);
});

test("columns stand under each other whatever the names and numbers", () => {
  const levels = [1, 2].flatMap((seed) => [
    sampleLevel({ arm: "dense", round: 0, seed, testAccuracy: seed / 2 }),
    ...["winning-ticket", "an arm with a name that is longer than its columns"].flatMap((arm) =>
      [1, 2, 12].map((round) => sampleLevel({ arm, round, seed, earlyStopStep: 10 ** round })),
    ),
  ]);
  const lines = renderTable(sampleResults(levels)).split("\n");
  const table = lines.slice(2, 8);
  expect(new Set(table.map((line) => line.length)).size).toBe(1);
});

test("without any results there is still a table and a verdict", () => {
  expect(renderTable(sampleResults([]))).toContain("No verdict: there is no dense network to compare with.");
});

test("escape sequences in names do not reach the terminal", () => {
  const levels = [sampleLevel({ arm: "dense", round: 0 }), sampleLevel({ arm: "\u001b[31mred\u0007", round: 1 })];
  const table = renderTable(sampleResults(levels, { kicker: ["a\u001b]0;b"], notes: ["c\u009bd\ne"] }));
  expect(table.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
});

test("where the arms do not fit beside each other, each has a table of its own, and sentences are divided between words", () => {
  const levels = [
    sampleLevel({ arm: "dense", round: 0 }),
    ...["winning-ticket", "random-reinit", "late-rewinding"].map((arm) =>
      sampleLevel({ arm, round: 1, testAccuracy: 0.881 }),
    ),
  ];
  const results = sampleResults(levels, { notes: ["made up"] });
  const [wide, narrow] = [100, 80].map((width) => renderTable(results, { width }));
  expect(wide!.split("\n").slice(2, 4)).toEqual([
    "                      winning ticket   random re-initialisation       late rewinding",
    "round  sparsity   valid   test  stop         valid   test  stop   valid   test  stop",
  ]);
  expect(narrow!.split("\n").slice(2, 12)).toEqual([
    "                      winning ticket",
    "round  sparsity   valid   test  stop",
    "dense       0 %   88.00  87.00   300",
    "    1      20 %   88.00  88.10   300",
    "",
    "                  random re-initialisation",
    "round  sparsity         valid   test  stop",
    "dense       0 %         88.00  87.00   300",
    "    1      20 %         88.00  88.10   300",
    "",
  ]);
  for (const line of narrow!.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  const words = (text: string) => text.slice(text.lastIndexOf("\n\n")).split(/\s+/);
  expect(words(narrow!)).toEqual(words(wide!));
});

test("without a limit no sentence is divided", () => {
  const note = "word ".repeat(100).trimEnd();
  expect(renderTable(sampleResults([], { notes: [note] }), { width: Infinity })).toContain(`Note: ${note}\n`);
});

test("more than seven arms have a line each, with as many rounds as fit", () => {
  const arms = ["winning-ticket", "one-shot", "snip", "grasp", "synflow", "constant", "continued", "late-rewinding"];
  const levels = [
    sampleLevel({ arm: "dense", round: 0 }),
    ...arms.flatMap((arm) =>
      Array.from({ length: 9 }, (_, i) => sampleLevel({ arm, round: i + 1, testAccuracy: 0.88 - i / 100 })),
    ),
  ];
  const [wide, narrow] = [108, 52].map((width) => renderTable(sampleResults(levels), { width }).split("\n"));
  expect(wide!.slice(2, 5)).toEqual([
    "test accuracy, %, by round",
    "                               dense       1       2       3       4       5       6       7       8       9",
    "winning ticket                 87.00   88.00   87.00   86.00   85.00   84.00   83.00   82.00   81.00   80.00",
  ]);
  expect(narrow!.slice(3, 5)).toEqual([
    "                               dense       5       9",
    "winning ticket                 87.00   84.00   80.00",
  ]);
});
