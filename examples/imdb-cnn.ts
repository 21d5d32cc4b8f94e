// IMDb reviews and Kim's CNN: a small lottery on the first look's scale. For the real one, profile "corrected".
//
//     npm run example imdb-cnn
//
// The reviews are looked for in $LTT_DATA, then where `npm run ltt -- data get imdb` puts them.
import { runExample } from "./run-example.ts";

await runExample({
  pair: "imdb-cnn",
  profile: "quick",
  trainSize: 2000,
  maxLength: 100,
  rounds: 3,
  arms: ["winning-ticket", "random-reinit", "shuffled-init", "late-rewinding"],
  seeds: [1],
});
