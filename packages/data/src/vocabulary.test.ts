import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DataError } from "./data-error.ts";
import {
  buildVocabulary,
  countWords,
  PADDING,
  parseVocabulary,
  UNKNOWN,
  Vocabulary,
  vocabularyOf,
} from "./vocabulary.ts";

describe("buildVocabulary", () => {
  test("frequent words come first, equally frequent ones in the order of their code units", () => {
    const vocabulary = buildVocabulary([
      ["b", "a", "Z", "b"],
      ["é", "a", "b", "aa"],
    ]);
    expect(vocabulary.words).toEqual(["<unk>", "<pad>", "b", "a", "Z", "aa", "é"]);
    expect(vocabulary.size).toBe(7);
  });

  test("the order of the texts does not matter", () => {
    const texts = fc.array(fc.array(fc.constantFrom("a", "b", "c", "__proto__", "é")), { maxLength: 10 });
    fc.assert(
      fc.property(texts, (all) => {
        expect(buildVocabulary(all.toReversed()).words).toEqual(buildVocabulary(all).words);
      }),
    );
  });

  test("limits on size and frequency", () => {
    const texts = [["a", "a", "a", "b", "b", "c"]];
    expect(buildVocabulary(texts, { maxSize: 2 }).words.slice(2)).toEqual(["a", "b"]);
    expect(buildVocabulary(texts, { minFrequency: 2 }).words.slice(2)).toEqual(["a", "b"]);
    expect(buildVocabulary(texts, { minFrequency: 4 }).size).toBe(2);
    expect(() => buildVocabulary(texts, { maxSize: 0 })).toThrow(
      "buildVocabulary: maxSize is 0; it is an integer from 1",
    );
    expect(() => buildVocabulary(texts, { minFrequency: 1.5 })).toThrow(
      "buildVocabulary: minFrequency is 1.5; it is an integer from 1",
    );
  });

  test("words counted text by text give the same, and the counts stay as they are", () => {
    const texts = [["b", "<pad>", "a"], ["a"]];
    const counts = new Map<string, number>();
    for (const tokens of texts) countWords(tokens, counts);
    expect(vocabularyOf(counts, { maxSize: 1 }).words).toEqual(buildVocabulary(texts, { maxSize: 1 }).words);
    expect(counts.get("<pad>")).toBe(1);
  });

  test("of texts that are cut, the words before the cut count", () => {
    const texts = [
      ["a", "b", "c"],
      ["b", "d", "c"],
    ];
    expect(buildVocabulary(texts, { maxLength: 2 }).words.slice(2)).toEqual(["b", "a", "d"]);
    expect(() => buildVocabulary(texts, { maxLength: 0 })).toThrow(
      "buildVocabulary: maxLength is 0; it is an integer from 1",
    );
  });

  test("50,000 words make 50,002 ids", () => {
    const words = Array.from({ length: 60_000 }, (_, i) => `w${i}`);
    expect(buildVocabulary([words], { maxSize: 50_000 }).size).toBe(50_002);
  });
});

describe("encode", () => {
  test("gives known words their id and others UNKNOWN", () => {
    const vocabulary = new Vocabulary(["a", "b"]);
    expect([...vocabulary.encode(["b", "x", "a"])]).toEqual([3, UNKNOWN, 2]);
    expect(vocabulary.encode([]).length).toBe(0);
    expect([vocabulary.has("a"), vocabulary.has("x")]).toEqual([true, false]);
  });

  test("the names of Object.prototype are words", () => {
    const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
    expect([...new Vocabulary(["a"]).encode(names)]).toEqual([0, 0, 0, 0]);
    expect([...buildVocabulary([names]).encode(["__proto__", "constructor"])]).toEqual([2, 3]);
  });

  test("<pad> in a text is an unknown word, never padding", () => {
    const vocabulary = buildVocabulary([["<pad>", "<unk>", "a"]]);
    expect(vocabulary.words).toEqual(["<unk>", "<pad>", "a"]);
    expect([...vocabulary.encode(["<pad>", "<unk>"])]).toEqual([UNKNOWN, UNKNOWN]);
    expect(PADDING).toBe(1);
  });
});

describe("JSON", () => {
  test("a vocabulary read back is the same", () => {
    const words = fc.uniqueArray(
      fc.string({ unit: "grapheme", minLength: 1 }).filter((word) => !/^<(unk|pad)>$/.test(word)),
    );
    fc.assert(
      fc.property(words, (list) => {
        const vocabulary = new Vocabulary(["__proto__", ...list.filter((word) => word !== "__proto__")]);
        expect(parseVocabulary(vocabulary.toJson(), "v.json").words).toEqual(vocabulary.words);
      }),
    );
  });

  test.each([
    ["", "v.json: is not JSON ("],
    ["[]", "v.json: has no format and words"],
    ["null", "v.json: has no format and words"],
    ['{"format":"x","words":[]}', 'v.json: its format is "x", not "ltt-vocabulary-1"'],
    ['{"format":"ltt-vocabulary-1","words":{}}', "v.json: its words are not a list"],
    ['{"format":"ltt-vocabulary-1","words":["<unk>","<pad>",3]}', "v.json: word 2 is not a text"],
    ['{"format":"ltt-vocabulary-1","words":["<unk>","<pad>","a","a"]}', 'v.json: word 3, "a", is there twice'],
    ['{"format":"ltt-vocabulary-1","words":["<pad>","<unk>","a"]}', "v.json: its first words are not <unk> and <pad>"],
    ['{"format":"ltt-vocabulary-1","words":[]}', "v.json: its first words are not <unk> and <pad>"],
  ])("%s is refused", (json, message) => {
    expect(() => parseVocabulary(json, "v.json")).toThrow(DataError);
    expect(() => parseVocabulary(json, "v.json")).toThrow(message);
  });

  test("words given twice are refused", () => {
    expect(() => new Vocabulary(["b", "a", "a"])).toThrow(new RangeError('Vocabulary: words[1], "a", is there twice'));
    expect(() => new Vocabulary(["<pad>"])).toThrow(new RangeError('Vocabulary: words[0], "<pad>", is there twice'));
  });
});
