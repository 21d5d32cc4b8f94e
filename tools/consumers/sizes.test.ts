import { expect, test } from "vitest";
import { checkSizes } from "./sizes.ts";

const sizes = [
  { name: "all", minified: 1000, gzipped: 400 },
  { name: "some", minified: 100, gzipped: 40 },
];
const table = (...rows: string[]) => ["| bundle of | minified | gzip |", "| --- | --- | --- |", ...rows, ""].join("\n");

test("sizes within a tenth of the table pass", () => {
  expect(() => checkSizes(sizes, table("| all | 950 | 410 |", "| some | 100 | 40 |"))).not.toThrow();
});

test.each([
  ["all", table("| all | 800 | 400 |", "| some | 100 | 40 |")],
  ["some", table("| all | 1000 | 400 |", "| some | 100 | 60 |")],
  ["some", table("| all | 1000 | 400 |")],
  ["the table's rows", table("| all | 1000 | 400 |", "| some | 100 | 40 |", "| more | 1 | 1 |")],
])("a table that is off is an error that names %s", (name, wrong) => {
  expect(() => checkSizes(sizes, wrong)).toThrow(`${name}: not as measured: npm run consumers -- --write`);
});
