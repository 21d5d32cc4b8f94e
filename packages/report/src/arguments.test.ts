import { describe, expect, test } from "vitest";
import {
  publishedCurves,
  renderCsv,
  renderLatencyCsv,
  renderReport,
  renderTable,
  renderTensorsCsv,
  sparsityPercent,
  verdictWords,
  wrap,
} from "./index.ts";
import type { ReportInput } from "./input.ts";
import { sampleLevel, sampleResults } from "./sample.ts";

const untyped = (value: unknown) => value as never;

const levels = [1, 2].flatMap((seed) => [
  sampleLevel({ arm: "dense", round: 0, seed }),
  sampleLevel({ arm: "winning-ticket", round: 1, seed, testAccuracy: 0.88 }),
  sampleLevel({ arm: "random-reinit", round: 1, seed, testAccuracy: 0.8 }),
  sampleLevel({ arm: "late-rewinding", round: 1, seed }),
]);
const input = (): ReportInput =>
  sampleResults(levels, {
    notes: ["A note."],
    warning: "A warning.",
    published: [{ arm: "winning-ticket", label: "published", points: [{ sparsity: 0.2, testAccuracy: 0.9 }] }],
    audit: [{ check: "A check", passed: true, detail: "8 networks" }],
  });

/** The same after a journey through JSON, with what stands at a path left out or put in place of something else. */
function parsed(path: readonly string[], value?: unknown): never {
  const root = JSON.parse(JSON.stringify(input()));
  let at = root;
  for (const key of path.slice(0, -1)) at = at[key];
  if (path.length > 0) at[path.at(-1)!] = value;
  return untyped(JSON.parse(JSON.stringify(root), (_, found) => found));
}

/** Every path of the value, by keys; of arrays the last element. */
function* pathsOf(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (path.length > 0) yield path;
  if (Array.isArray(value)) {
    if (value.length > 0) yield* pathsOf(value.at(-1), [...path, String(value.length - 1)]);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, part] of Object.entries(value)) yield* pathsOf(part, [...path, key]);
  }
}

/** `["levels", "3", "arm"]` as messages write it: `levels[3].arm`. */
const written = (path: readonly string[]) =>
  path
    .map((key) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`))
    .join("")
    .slice(1);

describe.each([
  ["renderReport", renderReport],
  ["renderTable", renderTable],
] as const)("%s of results that came as JSON", (name, render) => {
  test("gives the same, where nothing is missing", () => {
    expect(render(parsed([]))).toBe(render(input()));
  });

  test.each([undefined, null, "2", -1, {}, [null]])("names whatever is %j instead", (junk) => {
    for (const path of pathsOf(JSON.parse(JSON.stringify(input())))) {
      let message: string | undefined;
      try {
        render(parsed(path, junk));
      } catch (error) {
        ({ message } = error as Error);
      }
      // What is accepted is optional, right, or not looked at; what is refused names the place, or the kind that it is a part of.
      if (message === undefined || message.includes("there are two results for")) continue;
      const said = message.slice(name.length + 2).split(" is ")[0]!;
      expect(message.startsWith(`${name}: `), `${written(path)}: ${message}`).toBe(true);
      expect(
        `${written(path)}.`.startsWith(said) || said.startsWith(written(path)),
        `${written(path)}: ${message}`,
      ).toBe(true);
    }
  });
});

const withLevel = (change: object) => [...levels.slice(0, 3), untyped({ ...levels[3], ...change })];
const withVerdict = (change: object) => ({ ...input(), verdict: untyped({ ...input().verdict, ...change }) });

test.each<[() => unknown, string]>([
  [
    () => renderReport({ ...input(), levels: withLevel({ testAccuracy: undefined }) }),
    "renderReport: levels[3].testAccuracy is undefined; it is a fraction in [0, 1]",
  ],
  [
    () => renderReport({ ...input(), levels: withLevel({ testAccuracy: Number.NaN }) }),
    "renderReport: levels[3].testAccuracy is NaN; it is a fraction in [0, 1]",
  ],
  [
    () => renderReport({ ...input(), levels: withLevel({ curve: [{ step: 1 }] }) }),
    "renderReport: levels[3].curve[0].trainLoss is undefined; it is a finite number, or null",
  ],
  [
    () => renderReport({ ...input(), levels: withLevel({ tensors: [{ name: "w" }] }) }),
    "renderReport: levels[3].tensors[0].group is undefined; it is a string",
  ],
  [
    () => renderReport({ ...input(), levels: withLevel({ measures: { recall: "0.5" } }) }),
    "renderReport: levels[3].measures is an object; it is an object of finite numbers",
  ],
  [
    () => renderReport(untyped({ ...input(), note: "x" })),
    'renderReport: unknown option "note"; did you mean "notes"?',
  ],
  [() => renderReport(untyped(levels)), "renderReport: options is an array of 8; it is an object of title, kicker"],
  [() => renderReport(withVerdict({ winner: null })), "renderReport: verdict.winner is null; it is an object"],
  [
    () => renderReport({ ...input(), settings: [untyped(["epochs", 4])] }),
    "renderReport: settings[0] is an array of 2; it is an array of a name and a value, both strings",
  ],
  [() => renderTable(withVerdict({ basis: "all" })), 'renderTable: verdict.basis is "all" (string); it is "seeds" or'],
  [() => renderTable(input(), untyped({ columns: 80 })), 'renderTable: unknown option "columns"; options are width'],
  [() => renderTable(input(), { width: 0 }), "renderTable: width is 0; it is a number above 0, or Infinity"],
  [
    () => renderCsv(withLevel({ steps: undefined })),
    "renderCsv: levels[3].steps is undefined; it is an integer from 0",
  ],
  [() => renderCsv(untyped({ levels })), "renderCsv: levels is an object; it is an array"],
  [
    () => renderTensorsCsv(withLevel({ tensors: undefined })),
    "renderTensorsCsv: levels[3].tensors is undefined; it is",
  ],
  [() => renderLatencyCsv(untyped({})), "renderLatencyCsv: latencies is an object; it is an array"],
  [
    () => renderLatencyCsv(untyped([{ machine: "m" }])),
    "renderLatencyCsv: latencies[0].backend is undefined; it is a string",
  ],
  [() => verdictWords(untyped(undefined)), "verdictWords: verdict is undefined; it is an object"],
  [() => sparsityPercent(untyped("0.5")), 'sparsityPercent: fraction is "0.5" (string); it is a finite number'],
  [() => wrap("text", untyped("80")), 'wrap: width is "80" (string); it is a number above 0, or Infinity'],
  [() => wrap(untyped(["text"]), 80), "wrap: text is an array of 1; it is a string"],
  [
    () => publishedCurves("{}", untyped({ pair: "imdb-cnn", arms: {}, file: "f" })),
    "publishedCurves: arms is an object; it is a Map",
  ],
])("message %#", (wrong, message) => {
  expect(wrong).toThrow(message);
});
