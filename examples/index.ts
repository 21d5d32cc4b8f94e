// npm run example NAME: runs examples/NAME.ts.
import { readdirSync } from "node:fs";

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith("-cnn.ts") || file.endsWith("-lstm.ts"))
  .map((file) => file.slice(0, -".ts".length));
const name = process.argv[2];
if (name === undefined || !names.includes(name)) {
  console.error(`example: ${name === undefined ? "name one" : `there is no "${name}"`}: ${names.join(", ")}`);
  process.exitCode = 1;
} else {
  await import(`./${name}.ts`);
}
