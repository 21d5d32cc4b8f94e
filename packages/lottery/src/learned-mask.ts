import {
  add,
  detach,
  div,
  greater,
  maximum,
  mean,
  mul,
  type Rng,
  record,
  Sparse,
  sigmoid,
  storedPositions,
  type Tensor,
  tensor,
  type Weight,
  zeros,
} from "@ltt/core";
import { buffersOf, type Context, isFrozen, type Model, Module, parametersOf, withParameters } from "@ltt/layers";

/**
 * A model whose weights stay, and whose masks are trained: supermasks of Zhou et al. 2019 (arXiv 1905.01067), §5.1.
 * Each tensor of two axes or more has logits `s`, which begin at 0. In training a mask is drawn, `m ~ Bernoulli(σ(s))`,
 * and the model computes with `w ⊙ m · |m| / Σm`; the gradient passes the draw as if `m` were `σ(s)`. Else the mask is
 * what is likelier than not, `s > 0`. Vectors are whole.
 */
export class MaskedModel<Input> extends Module implements Model<Input> {
  /** Its weights are frozen. */
  readonly network: Model<Input>;
  /** The logits of each masked tensor, in their order. */
  readonly logits: readonly Tensor[];

  /** @throws {RangeError} if a weight is sparse, or was frozen before. */
  constructor(network: Model<Input>) {
    super();
    const weights = parametersOf(network);
    for (const [name, weight] of weights) {
      const isSparse = storedPositions(weight) !== undefined;
      if (isSparse || isFrozen(weight))
        throw new RangeError(
          `MaskedModel: "${name}" is ${isSparse ? "sparse" : "frozen"}; masks are learnt of whole tensors that are trained`,
        );
    }
    this.network = withParameters(
      network,
      new Map(Array.from(weights, ([name, weight]) => [name, detach(weight as Tensor)])),
    );
    this.logits = Array.from(masked(this.network), ([, { shape }]) => zeros(shape, { requiresGrad: true }));
  }

  forward(input: Input, context: Context = {}): ReturnType<Model<Input>["forward"]> {
    const weights = new Map<string, Weight>([...parametersOf(this.network), ...buffersOf(this.network)]);
    for (const [i, [name, weight]] of [...masked(this.network)].entries())
      weights.set(name, scaled(weight, this.#mask(i, context.training?.rng.split("supermask", i))));
    return withParameters(this.network, weights).forward(input, context);
  }

  /** The network that is left: at its masks the weights that it computes with. */
  async ticket(): Promise<Map<string, Weight>> {
    const found = new Map<string, Weight>();
    for (const [name, weight] of parametersOf(this.network)) {
      const values = await (weight as Tensor).read();
      found.set(name, tensor(values, weight.shape, { requiresGrad: true }));
    }
    for (const [i, [name, weight]] of [...masked(this.network)].entries()) {
      const logits = await this.logits[i]!.read();
      const values = await scaled(weight, this.#mask(i)).read();
      const positions = Int32Array.from(logits.keys()).filter((at) => logits[at]! > 0);
      const kept = Float32Array.from(positions, (at) => values[at]!);
      found.set(name, new Sparse(weight.shape, positions, tensor(kept, [kept.length], { requiresGrad: true })));
    }
    return found;
  }

  /** 1 and 0, in the shape of the i-th masked tensor: drawn where there is a stream. */
  #mask(i: number, rng?: Rng): Tensor {
    const logits = this.logits[i]!;
    if (rng === undefined) return greater(logits, 0);
    const likely = sigmoid(logits);
    const drawn = greater(likely, tensor(rng.uniforms(logits.size), logits.shape));
    // straight through: the gradient of the draw is that of its probability
    return record("supermask", add(detach(drawn), 0), [likely], (dy) => [() => dy]);
  }
}

/** `w ⊙ m · |m| / Σm`; all 0 where the mask is. */
function scaled(weight: Tensor, mask: Tensor): Tensor {
  const share = maximum(detach(mean(mask)), 1 / mask.size);
  return mul(weight, div(mask, share));
}

function masked(network: Model<never>): Map<string, Tensor> {
  return new Map([...parametersOf(network)].filter((entry): entry is [string, Tensor] => entry[1].shape.length > 1));
}
