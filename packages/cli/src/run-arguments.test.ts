import { expect, test } from "vitest";
import { planRun, runPair } from "./run.ts";
import type { RunOptions } from "./run-options.ts";

const run = (change: object) => () => runPair({ pair: "spam-cnn", ...change } as RunOptions);

test.each<[() => Promise<unknown>, string]>([
  [() => runPair(undefined as never), "runPair: options is undefined; it is an object of pair, texts"],
  [run({ pair: "imdb" }), 'runPair: pair is "imdb" (string); it is "imdb-cnn" or'],
  [run({ pair: undefined }), "runPair: pair is undefined; it is"],
  [run({ profile: "fast" }), 'runPair: profile is "fast" (string); it is "quick" or "corrected" or "published-2020"'],
  [run({ learning_rate: 0.1 }), 'runPair: unknown option "learning_rate"; did you mean "learningRate"?'],
  [run({ lr: 0.1 }), 'runPair: unknown option "lr"; did you mean "learningRate"?'],
  [run({ seed: 1 }), 'runPair: unknown option "seed"; did you mean "seeds"?'],
  [run({ seeds: ["1"] }), 'runPair: seeds[0] is "1" (string); it is an integer from 0'],
  [run({ arms: [1] }), "runPair: arms[0] is 1; it is a string"],
  [run({ arms: ["random"] }), '--arms: there is no "random"; arms are all, or some of winning-ticket, random-reinit, '],
  [run({ criterion: "best" }), '--criterion: there is no "best"; criteria are magnitude, magnitude-increase, '],
  [run({ pool: "layer" }), 'runPair: pool is "layer" (string); it is "tensor" or "group" or "all"'],
  [run({ faults: ["none"] }), 'runPair: faults[0] is "none" (string); it is "reinit-keeps'],
  [run({ plugins: ["nowhere.js"] }), "--plugin nowhere.js: there is no such file"],
  [run({ fold: 0 }), "runPair: fold is 0; it is an integer from 1"],
  [run({ phrases: true }), "phrases is true, but spam-cnn has none: only sst2-cnn has"],
  [run({ topics: 10 }), "topics is 10, but spam-cnn has no choice of them: only reuters-cnn and reuters-lstm have"],
  [run({ topics: 20 }), "runPair: topics is 20; it is 10 or 90"],
  [run({ epochs: "3" }), 'runPair: epochs is "3" (string); it is an integer from 1'],
  [run({ backend: "cuda" }), 'runPair: backend is "cuda" (string); it is "wasm-fma" or'],
  [run({ data: 3 }), "runPair: data is 3; it is a string"],
  [
    () => runPair({ pair: "spam-cnn" }, { onprogress: () => {} } as object),
    'runPair: listener: unknown option "onprogress"; did you mean "onProgress"?',
  ],
  [() => planRun({ pair: "spam-cnn", rounds: -1 }), "planRun: rounds is -1; it is an integer from 0"],
])("before anything is read, message %#", async (wrong, message) => {
  await expect(wrong()).rejects.toThrow(message);
});
