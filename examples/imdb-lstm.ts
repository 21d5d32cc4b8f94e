// IMDb reviews and a bidirectional LSTM of two layers over GloVe's vectors, which stay as they are: a small lottery on the first look's scale, 64 units
// in place of 256. For the real one, profile "corrected".
//
//     npm run example imdb-lstm
//
// Reviews and vectors are looked for in $LTT_DATA, then where `npm run ltt -- data get imdb glove` puts them; vectors that are in neither are fetched.
import { runExample } from "./run-example.ts";

await runExample({
  pair: "imdb-lstm",
  profile: "quick",
  embedding: "glove",
  freezeEmbedding: true,
  rounds: 3,
  arms: ["winning-ticket", "random-reinit", "shuffled-init", "late-rewinding"],
  seeds: [1],
});
