import { expect, test } from "vitest";
import { NumberedWords } from "./numbered-words.ts";
import { createTokeniser } from "./tokenise.ts";
import { buildVocabulary } from "./vocabulary.ts";

const texts = [
  "I don't <br />know: it's not well-known, don't ask.",
  "It's U.S. news &amp; more news, don't you know?",
  "",
  "An antidisestablishmentarianistically-long-word-of-more-than-thirty-two-characters, known.",
];

test("numbers stand for the tokens of the tokeniser, and their vocabulary is that of the texts that are counted", () => {
  const words = new NumberedWords();
  const numbers = texts.map((text) => words.numbersOf(text));
  const again = texts.map((text) => words.numbersOf(text));
  expect(again).toEqual(numbers);

  const tokens = texts.map(createTokeniser());
  const counted = [tokens[0]!, tokens[3]!];
  const { vocabulary, idOf } = words.vocabularyOf([numbers[0]!, numbers[3]!], { maxSize: 8 });
  expect(vocabulary.words).toEqual(buildVocabulary(counted, { maxSize: 8 }).words);
  expect(vocabulary.size).toBe(10);
  for (const [i, text] of tokens.entries()) {
    expect(numbers[i]!.map((number) => idOf[number]!)).toEqual(vocabulary.encode(text));
  }
});

test("a text is read up to its length, in the middle of a word too", () => {
  const tokens = createTokeniser()(texts[0]!);
  for (let maxLength = 1; maxLength <= tokens.length + 1; maxLength++) {
    const words = new NumberedWords({ maxLength });
    const numbers = [words.numbersOf(texts[0]!)];
    const { vocabulary, idOf } = words.vocabularyOf(numbers);
    expect(vocabulary.words).toEqual(buildVocabulary([tokens], { maxLength }).words);
    expect(numbers[0]!.map((number) => idOf[number]!)).toEqual(vocabulary.encode(tokens.slice(0, maxLength)));
  }
});

test("a wrong argument is named", () => {
  expect(() => new NumberedWords({ maxLength: 0 })).toThrow("NumberedWords: maxLength is 0");
  expect(() => new NumberedWords().numbersOf(["a"] as unknown as string)).toThrow("NumberedWords: text is an array");
});
