// npm run example NAME [-- --data DIR]: runs examples/NAME.ts or examples/library/NAME.ts.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "@ltt/data";

const programs = (folder: string, ending: RegExp) =>
  readdirSync(join(import.meta.dirname, folder))
    .filter((file) => ending.test(file))
    .map((file) => [file.slice(0, -".ts".length), `./${folder}/${file}`] as const);
const files = new Map([
  ...programs(".", /-(cnn|lstm|lenet|data)\.ts$/),
  ...programs("library", /(?<!places|\.test)\.ts$/), // places.ts is what they share
]);
const name = process.argv[2];
const file = files.get(name ?? "");
if (file === undefined) {
  console.error(
    `example: ${name === undefined ? "name one" : `there is no "${name}"`}: ${[...files.keys()].join(", ")}`,
  );
  process.exitCode = 1;
} else {
  await import(file).catch((error: unknown) => {
    if (!(error instanceof DataError)) throw error;
    console.error(error.message); // one line that a person can act on
    process.exitCode = 1;
  });
}
