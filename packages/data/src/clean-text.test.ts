import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanText, textKey } from "./clean-text.ts";

describe("cleanText", () => {
  test.each([
    ["IMDb's line break", "end.<br /><br />Start", "end.  Start"],
    ["tags in any case, with attributes", '<A HREF="http://x.com/a?b">Reuters</A>', " Reuters "],
    ["tags written as entities", "&lt;b&gt;bold&lt;/b&gt;", " bold "],
    ["a comment and a doctype", "a<!-- b - c -->d<!DOCTYPE html>e", "a d e"],
    ["what only looks like a tag", "I <3 it, a < b > c, <sigh> <bravo>", "I <3 it, a < b > c, <sigh> <bravo>"],
    ["a number after a # in prose", "ranked #39; then  #36; and #151;", "ranked #39; then  #36; and #151;"],
    [
      "what only looks like a reference",
      "AT amp;T quot; & lt; &#39 &amp #x27;",
      "AT amp;T quot; & lt; &#39 &amp #x27;",
    ],
    ["references", "AT&amp;T&#39;s &quot;&#x20AC;5&quot;", 'AT&T\'s "€5"'],
    ["numeric entities", "&#345;&#x2019;&#38;", "ř’&"],
    ["an entity decoded once", "&amp;lt;i&amp;gt;", "&lt;i&gt;"],
    ["an unknown entity", "AT&T; R&B", "AT&T; R&B"],
    ["no character at all", "&#0;&#xd800;&#1114112;&#129;", "\ufffd\ufffd\ufffd\ufffd"],
    ["backslashes", "C:\\film \\o/", "C:\\film \\o/"],
    ["windows-1252 read as Latin-1", "film\x97whether \x91Conan' before\x85 :\x8d", "film—whether ‘Conan' before… :"],
    ["other control characters", "\b\x10own \xadCarrie\x7f\x1b", "own Carrie"],
    ["decomposed letters", "cafe\u0301", "café"],
    ["tabs and line ends", "a\t\r\nb", "a\t\r\nb"],
  ])("%s", (_, text, clean) => {
    expect(cleanText(text)).toBe(clean);
  });

  test("plain text is left alone", () => {
    const plain = fc.string({ unit: fc.constantFrom(..."abc XYZ 019 .,;:!?'\"()[]-_/\\#+*=%$@~^|{}".split("")) });
    fc.assert(
      fc.property(plain, (text) => {
        expect(cleanText(text)).toBe(text);
      }),
    );
  });

  test.each(["<a ", "<!--", "&#", " #1", "<", "&lt", "<br", "<!-- -", "&#x1", "<a<!--"])(
    "%j repeated takes linear time",
    (part) => {
      const text = part.repeat(500_000);
      const started = performance.now();
      cleanText(text);
      expect(performance.now() - started).toBeLessThan(2000);
    },
  );
});

describe("textKey", () => {
  test.each([
    ["blanks", "a  b\tc ", " a b c"],
    ["case", "Oil PRICES", "oil prices"],
    ["markup", "good<br /><br />film", "good film"],
    ["references", "it&#39;s", "it's"],
    ["windows-1252 read as Latin-1", "it\x92s", "it’s"],
    ["composition", "cafe\u0301", "café"],
  ])("texts that differ in %s only are one", (_, a, b) => {
    expect(textKey(a)).toBe(textKey(b));
  });

  test("texts of other words are two", () => {
    expect(textKey("5 stars")).not.toBe(textKey("6 stars"));
    expect(textKey("yes!")).not.toBe(textKey("yes."));
  });
});
