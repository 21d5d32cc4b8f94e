import { stream } from "@ltt/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanText, textKey } from "./clean-text.ts";
import { type Corpus, corpusOf } from "./corpus.ts";
import type { Example } from "./example.ts";
import { splitCorpus, subset } from "./split.ts";

function corpus(
  sizes: readonly number[],
  options: { test?: readonly Example[]; text?: (i: number) => string } = {},
): Corpus {
  const labels = sizes.flatMap((size, label) => new Array<number>(size).fill(label));
  const train = labels.map((label, i) => ({ text: options.text?.(i) ?? `text ${i}`, label }));
  const base = { name: "toy", classes: sizes.map(String), train };
  return corpusOf(options.test === undefined ? base : { ...base, test: options.test });
}

const counts = (examples: readonly Example[], classes: number) =>
  Array.from({ length: classes }, (_, label) => examples.filter((example) => example.label === label).length);

describe("splitCorpus", () => {
  test("IMDb's shape: 28,000, 12,000 and 10,000, half of each positive", () => {
    const split = splitCorpus(corpus([25_000, 25_000]), { seed: 1 });
    expect(counts(split.train, 2)).toEqual([14_000, 14_000]);
    expect(counts(split.validation, 2)).toEqual([6000, 6000]);
    expect(counts(split.test, 2)).toEqual([5000, 5000]);
  });

  test("a published test part stays what it is, and its repeats are counted", () => {
    const published = [
      { text: "text 3", label: 0 },
      { text: "new", label: 1 },
    ];
    const split = splitCorpus(corpus([50, 50], { test: published }), { seed: 1 });
    expect(split.test).toEqual(published);
    expect(split.repeatsInTest).toBe(1);
    expect([split.train.length, split.validation.length]).toEqual([70, 30]);
  });

  test("a published validation part stays what it is", () => {
    const validation = [{ text: "new", label: 1 }];
    const whole = corpusOf({ ...corpus([50, 50]), validation });
    const split = splitCorpus(whole, { seed: 1 });
    expect(split.validation).toEqual(validation);
    expect([split.train.length, split.test.length]).toEqual([80, 20]);
    expect(whole.digest).not.toBe(corpus([50, 50]).digest);
  });

  test("folds have no example in common, are all of them together, each class in proportion; the first is the part made without one", () => {
    const whole = corpus([503, 402], { text: (i) => `text ${i % 900}` }); // five texts stand twice
    const folds = Array.from({ length: 10 }, (_, k) => splitCorpus(whole, { seed: 1, testFraction: 0.1, fold: k + 1 }));
    expect(new Set(folds.flatMap(({ test }) => test)).size).toBe(905);
    expect(folds.reduce((sum, { test }) => sum + test.length, 0)).toBe(905);
    for (const { train, validation, test } of folds) {
      expect(Math.abs(test.length - 90.5)).toBeLessThan(3);
      expect(Math.abs(counts(test, 2)[0]! - 50.3)).toBeLessThan(3);
      expect(train.length + validation.length + test.length).toBe(905);
      const texts = new Set(test.map(({ text }) => text));
      expect([...train, ...validation].some(({ text }) => texts.has(text))).toBe(false);
    }
    expect(splitCorpus(whole, { seed: 1, testFraction: 0.1 })).toEqual(folds[0]);
  });

  test("there are as many folds as test parts; a published one has none", () => {
    expect(() => splitCorpus(corpus([50, 50]), { seed: 1, testFraction: 0.1, fold: 11 })).toThrow(
      new RangeError(
        "splitCorpus: fold is 11, but a testFraction of 0.1 makes 10; leave it out or choose one from 1 to 10",
      ),
    );
    const test = [{ text: "new", label: 1 }];
    expect(() => splitCorpus(corpus([50, 50], { test }), { seed: 1, fold: 2 })).toThrow(
      "splitCorpus: fold is 2, but the corpus has a test part; leave it out or choose one from 1 to 1",
    );
  });

  test("texts that are one after cleaning stay in one part, and count as repeats in a published test part", () => {
    const spellings = ["It&#39;s  #GOOD", "it's<br />#good", "it's #good ", "It\u0027s\t#good"];
    const text = (i: number) => (i % 3 === 0 ? `${spellings[Math.floor(i / 36)]} ${i % 36}` : `${i}`);
    const all = corpus([60, 60], { text, test: [{ text: "IT'S #GOOD 0", label: 0 }] });
    for (let seed = 0; seed < 20; seed++) {
      const { train, validation, repeatsInTest } = splitCorpus(all, { seed });
      const trained = new Set(train.map((example) => cleanText(example.text).replace(/\s/g, "").toLowerCase()));
      const again = validation.filter((example) =>
        trained.has(cleanText(example.text).replace(/\s/g, "").toLowerCase()),
      );
      expect(again).toEqual([]);
      expect(repeatsInTest).toBe(1);
    }
  });

  const anyCorpus = fc
    .tuple(fc.array(fc.integer({ min: 5, max: 40 }), { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 5 }))
    .map(([sizes, often]) => ({
      sizes,
      corpus: corpus(sizes, { text: (i) => (i % 7 === 0 ? `same ${Math.floor(i / often)}` : `${i}`) }),
    }));

  test("every example is in exactly one part, in the corpus's order, and no text in two", () => {
    fc.assert(
      fc.property(anyCorpus, fc.nat(), ({ corpus: all }, seed) => {
        const { train, validation, test: tested, repeatsInTest } = splitCorpus(all, { seed });
        const place = new Map(all.train.map((example, i) => [example, i]));
        for (const part of [train, validation, tested]) {
          const places = part.map((example) => place.get(example)!);
          expect(places).toEqual(places.toSorted((a, b) => a - b));
        }
        expect(new Set([...train, ...validation, ...tested]).size).toBe(all.train.length);
        expect(train.length + validation.length + tested.length).toBe(all.train.length);
        expect(repeatsInTest).toBe(0);
        const trained = new Set(train.map(({ text }) => text));
        expect(validation.some(({ text }) => trained.has(text))).toBe(false);
      }),
    );
  });

  test("without repeats, sizes are exact and classes within one of their share", () => {
    const sizes = fc.array(fc.integer({ min: 5, max: 60 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sizes, fc.nat(), (perClass, seed) => {
        const all = corpus(perClass);
        const n = all.train.length;
        const split = splitCorpus(all, { seed });
        expect(split.test.length).toBe(Math.round(0.2 * n));
        expect(split.validation.length).toBe(Math.round(0.3 * (n - split.test.length)));
        for (const [label, count] of counts(split.test, perClass.length).entries()) {
          expect(Math.abs(count - (perClass[label]! * split.test.length) / n)).toBeLessThan(1);
        }
      }),
    );
  });

  test("keys that are known already give the same split, and are not made again", () => {
    const twice = corpus([40, 40], { text: (i) => `Text ${i % 60}` });
    const keys = new Map(twice.train.map((example) => [example, textKey(example.text)]));
    expect(splitCorpus(twice, { seed: 1, keys })).toEqual(splitCorpus(twice, { seed: 1 }));
    const apart = new Map(twice.train.map((example, i) => [example, String(i)]));
    expect(splitCorpus(twice, { seed: 1, keys: apart })).not.toEqual(splitCorpus(twice, { seed: 1 }));
  });

  test("a seed gives the same split again, another seed another", () => {
    const all = corpus([100, 100]);
    expect(splitCorpus(all, { seed: 3 })).toEqual(splitCorpus(all, { seed: 3 }));
    expect(splitCorpus(all, { seed: 3 }).test).not.toEqual(splitCorpus(all, { seed: 4 }).test);
  });

  test("sizes limit their part only, its classes in proportion", () => {
    const all = corpus([300, 100]);
    const full = splitCorpus(all, { seed: 1 });
    const small = splitCorpus(all, { seed: 1, trainSize: 20, validationSize: 8 });
    expect(counts(small.train, 2)).toEqual([15, 5]);
    expect(counts(small.validation, 2)).toEqual([6, 2]);
    expect(small.test).toEqual(full.test);
    expect(small.train.every((example) => full.train.includes(example))).toBe(true);
  });

  test("a text that fills the corpus stays in one part", () => {
    const all = corpus([20], { text: (i) => (i < 15 ? "same" : `${i}`) });
    const { train, validation, test: tested } = splitCorpus(all, { seed: 1 });
    const places = [train, validation, tested].filter((part) => part.some(({ text }) => text === "same"));
    expect(places.length).toBe(1);
    expect(train.length + validation.length + tested.length).toBe(20);
  });

  test("what cannot be is refused", () => {
    expect(() => splitCorpus(corpus([3]), { seed: 1, testFraction: 0 })).toThrow(
      "splitCorpus: testFraction is 0; it is a fraction between 0 and 1",
    );
    expect(() => splitCorpus(corpus([3]), { seed: 1, validationFraction: Number.NaN })).toThrow(
      "splitCorpus: validationFraction is NaN; it is a fraction between 0 and 1",
    );
    expect(() => splitCorpus(corpus([1]), { seed: 1 })).toThrow("toy: 1 examples leave none for");
    expect(() => splitCorpus(corpus([100]), { seed: 1, trainSize: 57 })).toThrow(
      "train: 57 examples are asked for, there are 56; ask for fewer",
    );
    expect(() => subset("train", corpus([9]).train, -1, stream(1))).toThrow(
      "subset: size is -1; it is an integer from 1",
    );
    expect(() => subset("train", corpus([9]).train, 1.5, stream(1))).toThrow(RangeError);
  });
});
