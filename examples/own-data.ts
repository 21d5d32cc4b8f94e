// Texts of your own: a small lottery on a table, here 60 made-up weather reports in a Parquet file. For the real thing, name your file, its columns, and profile "corrected".
//
//     npm run example own-data
//
// CSV, TSV and JSON lines (each with gzip or without) do as well. Labels are any words: two make one sigmoid output, more a softmax.
import { fileURLToPath } from "node:url";
import { runExample } from "./run-example.ts";

await runExample({
  texts: fileURLToPath(new URL("../packages/data/test/forecasts.parquet", import.meta.url)),
  text: "forecast",
  label: "sky",
  model: "cnn",
  profile: "quick",
  title: "Lottery tickets in weather reports",
});
