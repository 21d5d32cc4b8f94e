// Reuters-21578 and Kim’s CNN: newswire with several topics each, measured by micro-F1; precision and recall over epochs are in the report.
//
//     npm run example reuters-cnn
//
// The files are looked for in $LTT_DATA, then where `npm run ltt -- data get reuters` puts them.
import { runExample } from "./run-example.ts";

await runExample({
  pair: "reuters-cnn",
  profile: "quick",
  topics: 10,
  trainSize: 2000,
  maxLength: 80,
  rounds: 3,
  arms: ["winning-ticket", "random-reinit", "shuffled-init", "late-rewinding"],
  seeds: [1],
});
