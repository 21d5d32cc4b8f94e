import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanText } from "./clean-text.ts";

describe("cleanText", () => {
  test.each([
    ["IMDb's line break", "end.<br /><br />Start", "end.  Start"],
    ["tags in any case, with attributes", '<A HREF="http://x.com/a?b">Reuters</A>', " Reuters "],
    ["tags written as entities", "&lt;b&gt;bold&lt;/b&gt;", " bold "],
    ["a comment and a doctype", "a<!-- b - c -->d<!DOCTYPE html>e", "a d e"],
    ["what only looks like a tag", "I <3 it, a < b > c, <sigh> <bravo>", "I <3 it, a < b > c, <sigh> <bravo>"],
    ["AG News' apostrophes", "Apple #39;s", "Apple's"],
    ["AG News' names", " quot;So, quot; said AT amp;T  gt; us, not gt;", '"So," said AT&T > us, not>'],
    ["AG News' dollars, with the space before them kept", "the  #36;10 million", "the $10 million"],
    ["numbers that are no residue", "my #50; film is #12; here", "my #50; film is #12; here"],
    ["windows-1252 in AG News", "war #151;and #147;peace #148;", "war—and“peace”"],
    ["numeric entities", "&#345;&#x2019;&#38;", "ř’&"],
    ["an entity decoded once", "&amp;lt;i&amp;gt;", "&lt;i&gt;"],
    ["an unknown entity", "AT&T; R&B", "AT&T; R&B"],
    ["no character at all", "&#0;&#xd800;&#1114112;&#129;", "\ufffd\ufffd\ufffd\ufffd"],
    ["line breaks as backslashes", "a second\\team", "a second team"],
    ["windows-1252 read as Latin-1", "film\x97whether \x91Conan' before\x85 :\x8d", "film—whether ‘Conan' before… :"],
    ["other control characters", "\b\x10own \xadCarrie\x7f\x1b", "own Carrie"],
    ["decomposed letters", "cafe\u0301", "café"],
    ["tabs and line ends", "a\t\r\nb", "a\t\r\nb"],
  ])("%s", (_, text, clean) => {
    expect(cleanText(text)).toBe(clean);
  });

  test("plain text is left alone", () => {
    const plain = fc.string({ unit: fc.constantFrom(..."abc XYZ 019 .,;:!?'\"()[]-_/+*=%$@~^|{}".split("")) });
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
