import { expect, test } from "vitest";
import { codeBlocks } from "./code-blocks.ts";

const markdown = (...lines: string[]) => lines.join("\n");

test("sh, js and ts blocks are run, other languages only read", () => {
  const found = codeBlocks(
    markdown("# A", "```sh", "ls", "pwd", "```", "```json", "{}", "```", "", "```ts", "1;", "```", "```js", "2;", "```"),
  );
  expect(found).toEqual([
    { language: "sh", code: "ls\npwd\n", line: 2, output: undefined, notRun: undefined },
    { language: "ts", code: "1;\n", line: 10, output: undefined, notRun: undefined },
    { language: "js", code: "2;\n", line: 13, output: undefined, notRun: undefined },
  ]);
});

test("a comment before the fence says why a block is not run, and only that block", () => {
  const found = codeBlocks(markdown("<!-- not run: takes hours -->", "", "```sh", "a", "```", "```sh", "b", "```"));
  expect(found.map(({ notRun }) => notRun)).toEqual(["takes hours", undefined]);
});

test("a comment belongs to the next fence only where nothing stands between", () => {
  const found = codeBlocks(markdown("<!-- not run: takes hours -->", "Some text.", "```sh", "a", "```"));
  expect(found[0]!.notRun).toBeUndefined();
});

test("the block under an output comment is what the block before must print", () => {
  const found = codeBlocks(
    markdown("```ts", "1;", "```", "It prints", "<!-- output -->", "```text", "1", "", "2", "```"),
  );
  expect(found.map(({ output }) => output)).toEqual(["1\n\n2\n"]);
});

test("a longer fence holds shorter ones", () => {
  const found = codeBlocks(markdown("````md", "```sh", "rm", "```", "````", "```sh", "ls", "```"));
  expect(found.map(({ code }) => code)).toEqual(["ls\n"]);
});

test("what cannot be meant is an error with its line", () => {
  expect(() => codeBlocks(markdown("a", "```sh", "ls"))).toThrow("line 2: the fence is not closed");
  expect(() => codeBlocks(markdown("<!-- output -->", "```text", "1", "```"))).toThrow("line 2: output of no block");
  expect(() => codeBlocks(markdown("<!-- not run: -->", "```sh", "ls", "```"))).toThrow(
    "line 2: not run, but no reason",
  );
});
