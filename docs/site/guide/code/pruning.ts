import { stream } from "@ltt/core";
import { parametersOf, snapshot, withParameters } from "@ltt/layers";
import { cut, elementwise, patternOf, sparseWeights, sparsityOf, valuesAt } from "@ltt/lottery";
import { model } from "./spirals.ts";

const dense = model(1);
const weights = parametersOf(dense); // by name, as PyTorch names them
const values = await snapshot(weights);

// Score every weight, remove the lower half of each tensor; of equal scores, which go is drawn by the seed.
const scores = elementwise(Math.abs, values);
const pattern = cut(patternOf(weights), scores, { rate: 0.5, rng: stream(1, "ties") });

// The same model, whose weights are what is left.
const pruned = withParameters(dense, sparseWeights(weights, pattern, valuesAt(values, pattern)));
console.log(String(pruned));
console.log(sparsityOf(parametersOf(pruned)).sparsity.toFixed(3));
