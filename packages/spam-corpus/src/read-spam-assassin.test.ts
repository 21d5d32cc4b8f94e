import { createHash } from "node:crypto";
import { createTokeniser, splitCorpus } from "@ltt/data";
import { expect, test } from "vitest";
import { readSpamAssassin } from "./read-spam-assassin.ts";

test("SpamAssassin comes with the package: 6,046 e-mails less 132 repeats, in the same order every time", () => {
  const corpus = readSpamAssassin();
  expect(corpus.classes).toEqual(["ham", "spam"]);
  expect(corpus.test).toBeUndefined();
  expect(corpus.repeats).toBe(132);
  expect(corpus.train.filter(({ label }) => label === 0).length).toBe(4108);
  expect(corpus.train.filter(({ label }) => label === 1).length).toBe(1806);
  expect(new Set(corpus.train.map(({ text }) => text.toLowerCase())).size).toBe(5914);
  expect(corpus.train.every(({ text }) => text === text.trim() && text !== "")).toBe(true);
  expect(corpus.train[0]!.text).toMatch(/^Re: New Sequences Window Date: Wed, 21 Aug 2002/);
  expect(readSpamAssassin().digest).toBe(corpus.digest);
  // The same on Node 20, 22 and 24.
  expect(corpus.digest).toBe("6b95841bf7cbe7fa786e4e6e238b6ca5d68083e57adf6f578114cd4fa6890fca");
});

test("the headers that tell spam from other mail are gone", () => {
  const { train } = readSpamAssassin();
  const withHeaders = train.filter(({ text }) => text.slice(0, 400).includes("Received: from"));
  expect(withHeaders.length).toBeLessThan(30); // mail about mail quotes some
  expect(train.filter(({ text }) => /<\/?(?:td|table|font|body)\b/i.test(text)).length).toBeLessThan(60);
});

test("no text is in two parts of a split, and the tokens are the same on Node 20, 22 and 24, whose Unicode tables differ", () => {
  const corpus = readSpamAssassin();
  const part = splitCorpus(corpus, { seed: 1, trainSize: 2000 });
  expect([part.train.length, part.validation.length, part.test.length]).toEqual([2000, 1419, 1183]);
  expect(part.repeatsInTest).toBe(0);
  const tokenise = createTokeniser();
  const { train, validation, test: tested } = splitCorpus(corpus, { seed: 1 });
  const hash = createHash("sha256");
  const texts = train.map(({ text }) => tokenise(text));
  for (const tokens of texts) hash.update(`${JSON.stringify(tokens)}\n`);
  expect(hash.digest("hex")).toBe("2dbd6be75a1e0080486aa8c4d477920b4437a4e9b9513dc723da9bc1fae69ce3");
  const trained = new Set(texts.map((tokens) => tokens.join(" ").toLowerCase()));
  const again = [...validation, ...tested].filter(({ text }) => trained.has(tokenise(text).join(" ").toLowerCase()));
  expect(again).toEqual([]);
});
