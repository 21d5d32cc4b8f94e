// AG News descriptions and Kim’s CNN: four classes, short texts.
//
//     npm run example ag-news-cnn
//
// The news are looked for in $LTT_DATA, then where `npm run ltt -- data get ag-news` puts them.
import { runExample } from "./run-example.ts";

await runExample({
  pair: "ag-news-cnn",
  profile: "quick",
  trainSize: 2000,
  maxLength: 40,
  rounds: 3,
  arms: ["winning-ticket", "random-reinit", "shuffled-init", "late-rewinding"],
  seeds: [1],
});
