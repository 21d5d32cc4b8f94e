import {
  crossEntropy,
  decodeSafetensors,
  encodeSafetensors,
  gradients,
  type Shape,
  scope,
  stream,
  type Tensor,
  tensor,
  tokens,
} from "@ltt/core";
import {
  Adam,
  AdamW,
  loadStateDict,
  type Model,
  type Optimiser,
  Rmsprop,
  Sgd,
  stateDict,
  TextCnn,
  TextLstm,
  trainable,
} from "../src/index.ts";

/** Values as make.py prints them. */
interface Printed {
  readonly shape: number[];
  readonly data: number[];
}

export interface OptimiserCase {
  readonly optimiser: string;
  readonly options: Readonly<Record<string, number | boolean | number[]>>;
  readonly start: Printed;
  readonly gradients: number[][];
  readonly values: number[][];
}

export interface TrajectoryCase {
  readonly model: string;
  readonly adam: { readonly lr: number };
  readonly start: Readonly<Record<string, Printed>>;
  readonly steps: { ids: number[][]; lengths: number[]; targets: number[]; loss: number }[];
  readonly end: Readonly<Record<string, Printed>>;
}

/** Chooses the backend before a case, and what it was before after it. */
export type SetUp = <T>(body: () => Promise<T>) => Promise<T>;

/** Runs an optimiser on the golden gradients: the largest error of any step, relative to that step's largest value. */
export async function runOptimiser(golden: OptimiserCase, setUp: SetUp): Promise<number> {
  return setUp(async () => {
    const weights = tensor(golden.start.data, golden.start.shape, { requiresGrad: true });
    const optimiser = makeOptimiser(golden, [weights]);
    let error = 0;
    for (const [step, gradient] of golden.gradients.entries()) {
      scope(() => optimiser.step([tensor(gradient, golden.start.shape)]));
      error = Math.max(error, relativeError(await weights.read(), golden.values[step]!));
    }
    return error;
  });
}

/** Trains a model as the golden run did: the largest relative errors of its losses and of its final weights. */
export async function runTrajectory(golden: TrajectoryCase, setUp: SetUp): Promise<{ loss: number; end: number }> {
  return setUp(async () => {
    const model = makeModel(golden);
    // as a user has it from PyTorch: `save_file(model.state_dict(), path)`
    const file = encodeSafetensors(
      new Map(Object.entries(golden.start).map(([name, { shape, data }]) => [name, entry(shape, data)])),
    );
    loadStateDict(model, decodeSafetensors(file, `${golden.model}.safetensors`).tensors);
    const optimiser = new Adam(trainable(model), { learningRate: golden.adam.lr });

    const losses: number[] = [];
    for (const { ids, lengths, targets } of golden.steps) {
      const batch = tokens(ids.flat(), [ids.length, ids[0]!.length]);
      // The golden CNN pools over padding too, as plain PyTorch does; the golden LSTM skips it.
      const context = model instanceof TextLstm ? { lengths: tokens(lengths, [lengths.length]) } : {};
      const { reading } = scope(() => {
        const loss = crossEntropy(model.forward(batch, context), tokens(targets, [targets.length]));
        optimiser.step(gradients(loss, optimiser.parameters));
        return { reading: loss.item() };
      });
      losses.push(await reading);
    }
    const wanted = golden.steps.map(({ loss }) => loss);
    const loss = Math.max(...losses.map((value, i) => Math.abs(value - wanted[i]!) / Math.abs(wanted[i]!)));

    const end = await stateDict(model);
    const errors = Object.entries(golden.end).map(([name, { data }]) => {
      const found = end.get(name);
      if (found?.dtype !== "F32") throw new Error(`golden: the model has no "${name}"`);
      return relativeError(found.data, data);
    });
    return { loss, end: Math.max(...errors) };
  });
}

function makeOptimiser({ optimiser, options }: OptimiserCase, weights: Tensor[]): Optimiser {
  const number = (name: string) => options[name] as number;
  for (const name of ["maximize", "amsgrad", "centered"]) {
    if (options[name] === true) throw new Error(`golden: ${optimiser} with ${name}, which we do not have`);
  }
  const common = { learningRate: number("lr"), weightDecay: number("weight_decay") };
  const adam = () => ({ ...common, betas: options.betas as [number, number], epsilon: number("eps") });
  switch (optimiser.split("-")[0]) {
    case "sgd": {
      const nesterov = options.nesterov as boolean;
      return new Sgd(weights, { ...common, momentum: number("momentum"), dampening: number("dampening"), nesterov });
    }
    case "adam":
      return new Adam(weights, adam());
    case "adamw":
      return new AdamW(weights, adam());
    case "rmsprop": {
      const momentum = number("momentum");
      return new Rmsprop(weights, { ...common, alpha: number("alpha"), epsilon: number("eps"), momentum });
    }
    default:
      throw new Error(`golden: no optimiser "${optimiser}"`);
  }
}

/** All sizes come from the golden weights. */
function makeModel({ model, start }: TrajectoryCase): Model {
  const size = (name: string, axis: number) => {
    const found = start[name]?.shape[axis];
    if (found === undefined) throw new Error(`golden: ${model} has no axis ${axis} of "${name}"`);
    return found;
  };
  const sizes = {
    rows: size("embedding.weight", 0),
    dim: size("embedding.weight", 1),
    outputs: size("linear.weight", 0),
  };
  const rng = stream(0, "golden");
  if (model === "text-cnn") {
    const convs = Object.keys(start).filter((name) => /^convs\.\d+\.weight$/.test(name));
    const widths = convs.map((name) => size(name, 2));
    return new TextCnn({ ...sizes, widths, filters: size("convs.0.weight", 0), dropout: 0 }, rng);
  }
  if (model === "text-lstm") {
    const layers = Object.keys(start).filter((name) => /^lstm\.weight_hh_l\d+$/.test(name)).length;
    const bidirectional = "lstm.weight_hh_l0_reverse" in start;
    const dropouts = { inputDropout: 0, layerDropout: 0, outputDropout: 0 };
    return new TextLstm({ ...sizes, ...dropouts, hidden: size("lstm.weight_hh_l0", 1), layers, bidirectional }, rng);
  }
  throw new Error(`golden: no model "${model}"`);
}

function entry(shape: Shape, data: number[]): { dtype: "F64"; shape: Shape; data: Float64Array } {
  return { dtype: "F64", shape, data: Float64Array.from(data) };
}

/** The largest difference, relative to the largest value. NaN if anything is. */
function relativeError(found: ArrayLike<number>, wanted: readonly number[]): number {
  if (found.length !== wanted.length) throw new Error(`golden: ${found.length} values, ${wanted.length} wanted`);
  const largest = Math.max(...wanted.map(Math.abs));
  return Math.max(...wanted.map((value, i) => Math.abs(found[i]! - value))) / largest;
}
