import fc from "fast-check";
import { expect, test } from "vitest";
import { wrap } from "./wrap.ts";

test("lines are divided at blanks, and a longer word has its own", () => {
  expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
  expect(wrap("an incomprehensible word", 8)).toEqual(["an", "incomprehensible", "word"]);
});

test("what fits stays as it is, blanks at its start too", () => {
  expect(wrap("    1      50 %", 15)).toEqual(["    1      50 %"]);
  expect(wrap("a  b", Infinity)).toEqual(["a  b"]);
});

test("words stay in order, and no line of several words is too long", () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1 });
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 30 }), (all, width) => {
      const lines = wrap(all.join(" "), width);
      expect(lines.join(" ")).toBe(all.join(" "));
      for (const line of lines) expect(line.length <= width || !line.includes(" ")).toBe(true);
    }),
  );
});
