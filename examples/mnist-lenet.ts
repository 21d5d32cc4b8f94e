// MNIST and LeNet-300-100: where lottery tickets were first found (Frankle & Carbin 2019), on a tenth of the images and of the steps. For the real one,
// profile "paper": 50,000 steps, 20 rounds, five seeds.
//
//     npm run example mnist-lenet
//
// The digits are looked for in $LTT_DATA, then where `npm run ltt -- data get mnist` puts them.
import { runExample } from "./run-example.ts";

await runExample({
  pair: "mnist-lenet",
  profile: "quick",
  rounds: 3,
  arms: ["winning-ticket", "random-reinit", "shuffled-init"],
  seeds: [1],
});
