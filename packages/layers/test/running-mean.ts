import {
  dense,
  type Matrix,
  mean,
  mul,
  noGrad,
  ones,
  sgdUpdate,
  stream,
  sub,
  type Vector,
  type WeightVector,
  zeros,
} from "@ltt/core";
import { buffer, type Context, Linear, Module } from "../src/index.ts";

/** `(x − mean) · weight` by channel, `[batch, channels]`: the batch's mean while training, else the running one. A batch normalisation without its variance. */
export class RunningMean extends Module {
  readonly weight: WeightVector;
  readonly running_mean: Vector;
  readonly momentum = 0.25;

  constructor({ channels }: { channels: number }) {
    super();
    this.weight = ones([channels], { requiresGrad: true });
    this.running_mean = buffer(zeros([channels]));
  }

  forward(x: Matrix, { training }: Context = {}): Matrix {
    if (training === undefined) return mul(sub(x, this.running_mean), dense(this.weight));
    const ofBatch = mean(x, { axis: 0 });
    noGrad(() =>
      sgdUpdate(this.running_mean, sub(this.running_mean, ofBatch), {}, { ...STEP, learningRate: this.momentum }),
    );
    return mul(sub(x, ofBatch), dense(this.weight));
  }
}

const STEP = { momentum: 0, dampening: 0, nesterov: false, weightDecay: 0, first: true };

/** Two classes of numbers, `[batch, 3] → [batch, 2]`. */
export class Normalised extends Module {
  readonly norm: RunningMean;
  readonly linear: Linear;

  constructor(seed = 1) {
    super();
    this.norm = new RunningMean({ channels: 3 });
    this.linear = new Linear({ inputs: 3, outputs: 2 }, stream(seed, "init"));
  }

  forward(x: Matrix, context: Context = {}): Matrix {
    return this.linear.forward(this.norm.forward(x, context));
  }
}
