import { expect, test } from "vitest";
import { corpusOf } from "./corpus.ts";

const base = { name: "a", classes: ["x", "y"], train: [{ text: "one", label: 0 }] };

test("the same examples have the same digest", () => {
  expect(corpusOf(base).digest).toMatch(/^[0-9a-f]{64}$/);
  expect(corpusOf(structuredClone(base)).digest).toBe(corpusOf(base).digest);
});

test("a change of a text, a label, the order, a part or a boundary changes it", () => {
  const [a, b] = [
    { text: "one", label: 0 },
    { text: "two", label: 1 },
  ];
  const corpora = [
    base,
    { ...base, test: [] },
    { ...base, train: [{ text: "One", label: 0 }] },
    { ...base, train: [{ text: "one", label: 1 }] },
    { ...base, train: [a, b] },
    { ...base, train: [b, a] },
    { ...base, train: [a], test: [b] },
    { ...base, train: [{ text: "one\n1 3\ntwo", label: 0 }] },
  ];
  expect(new Set(corpora.map((corpus) => corpusOf(corpus).digest)).size).toBe(corpora.length);
});
