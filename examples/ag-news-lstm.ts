// AG News descriptions and a bidirectional LSTM of two layers, which starts from GloVe's vectors and trains them, its gradients clipped: a small lottery
// on the first look's scale, 64 units in place of 256.
//
//     npm run example ag-news-lstm
//
// News and vectors are looked for in $LTT_DATA, then where `npm run ltt -- data get ag-news glove` puts them; vectors that are in neither are fetched.
import { runExample } from "./run-example.ts";

await runExample({
  pair: "ag-news-lstm",
  profile: "quick",
  embedding: "glove",
  clipNorm: 5,
  rounds: 3,
  arms: ["winning-ticket", "random-reinit", "shuffled-init", "late-rewinding"],
  seeds: [1],
});
