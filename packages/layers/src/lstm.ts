import {
  type Cube,
  type FinalStates,
  type LstmOutput,
  type LstmWeights,
  lstm,
  type Rng,
  type TokenMatrix,
  textLstm,
  type WeightMatrix,
  type WeightVector,
} from "@ltt/core";
import {
  callable,
  checkOptions,
  checkRng,
  checkTensor,
  checkTokens,
  flag,
  type Kinds,
  object,
  positive,
  probability,
} from "@ltt/core/arguments";
import { type Context, checkContext } from "./context.ts";
import { Dropout } from "./dropout.ts";
import { Embedding } from "./embedding.ts";
import { type Initialiser, parameter } from "./initialiser.ts";
import { uniform } from "./initialisers.ts";
import { Module } from "./module.ts";

export interface LstmOptions {
  readonly inputs: number;
  readonly hidden: number;
  /** Default 1. */
  readonly layers?: number;
  /** Default false. */
  readonly bidirectional?: boolean;
  /** Between layers, while training. Default 0. */
  readonly dropout?: number;
  /** While training, compute gates again instead of keeping them: the same bits in less memory, see `lstm` of @ltt/core. Default false. */
  readonly recompute?: boolean;
  /** Default, as in PyTorch: all uniform on ±1/√hidden. `bias` makes both biases. */
  readonly initialisers?: {
    readonly weightIh?: Initialiser;
    readonly weightHh?: Initialiser;
    readonly bias?: Initialiser;
  };
}

const OPTIONS: Kinds<LstmOptions> = {
  inputs: positive,
  hidden: positive,
  layers: positive,
  bidirectional: flag,
  dropout: probability,
  recompute: flag,
  initialisers: object,
};

const INPUT = {
  embedding: { words: "an Embedding", accepts: (value: unknown) => value instanceof Embedding },
  dropout: { words: "a Dropout", accepts: (value: unknown) => value instanceof Dropout },
};

/**
 * A stack of LSTM layers over whole sequences, `[batch, time, inputs]`; see `lstm` of @ltt/core.
 *
 * Its weights are fields with PyTorch's names: for layer k `weight_ih_lk [4·hidden, inputs]`, `weight_hh_lk [4·hidden, hidden]`,
 * `bias_ih_lk` and `bias_hh_lk [4·hidden]`, and the same with `_reverse`; gates in the order i, f, g, o.
 */
export class Lstm extends Module {
  readonly [weight: `weight_${string}`]: WeightMatrix;
  readonly [bias: `bias_${string}`]: WeightVector;
  readonly layers: number;
  readonly bidirectional: boolean;
  readonly dropout: Dropout;
  readonly recompute: boolean;

  /**
   * @throws {TypeError} if an option is unknown or of the wrong kind, or there is no stream.
   * @throws {RangeError} if a size is not an integer from 1, or the dropout is no probability.
   */
  constructor(options: LstmOptions, rng: Rng) {
    super();
    const checked = checkOptions("Lstm", options, OPTIONS, ["inputs", "hidden"]);
    const { inputs, hidden, layers = 1, bidirectional = false, dropout = 0, recompute = false } = checked;
    const { initialisers = {} } = checked;
    checkOptions("Lstm: initialisers", initialisers, { weightIh: callable, weightHh: callable, bias: callable });
    checkRng("Lstm", "rng", rng);
    this.layers = layers;
    this.bidirectional = bidirectional;
    this.dropout = new Dropout({ p: dropout });
    this.recompute = recompute;

    const limit = 1 / Math.sqrt(hidden);
    const usual = uniform({ low: -limit, high: limit });
    const { weightIh = usual, weightHh = usual, bias = usual } = initialisers;
    for (const { layer, suffix } of directionsOf(this).flat()) {
      const width = layer === 0 ? inputs : hidden * (bidirectional ? 2 : 1);
      const make = (name: string, shape: readonly number[], initialiser: Initialiser) => ({
        [name + suffix]: parameter(shape, initialiser, rng.split(name + suffix)),
      });
      Object.assign(
        this,
        make("weight_ih", [4 * hidden, width], weightIh),
        make("weight_hh", [4 * hidden, hidden], weightHh),
        make("bias_ih", [4 * hidden], bias),
        make("bias_hh", [4 * hidden], bias),
      );
    }
  }

  /** Every step's hidden states, and the final ones. */
  forward(x: Cube, context: Context = {}): LstmOutput {
    checkTensor("Lstm", "x", x, 3);
    checkContext("Lstm", context);
    const { lengths, training } = context;
    const { recompute } = this;
    return lstm(x, stackOf(this), { lengths, dropout: dropoutOf(this.dropout, training), recompute });
  }

  /**
   * The final states alone, of texts of ids `[batch, time]`; see `textLstm` of @ltt/core. The same as embedding, dropout and `forward`, at
   * less cost.
   *
   * @param input - What the ids go through before.
   */
  forwardTexts(
    texts: TokenMatrix,
    input: { embedding: Embedding; dropout: Dropout },
    context: Context = {},
  ): FinalStates {
    checkTokens("Lstm", "texts", texts, 2);
    checkOptions("Lstm: input", input, INPUT, ["embedding", "dropout"]);
    checkContext("Lstm", context);
    const { embedding, dropout } = input;
    const { lengths, training } = context;
    return textLstm(embedding.weight, texts, stackOf(this), {
      lengths,
      paddingId: embedding.paddingId,
      inputDropout: dropoutOf(dropout, training),
      dropout: dropoutOf(this.dropout, training),
      recompute: this.recompute,
    });
  }
}

function dropoutOf({ p }: Dropout, training: Context["training"]): { p: number; rng: Rng } | undefined {
  return training && { p, rng: training.rng };
}

function stackOf(layer: Lstm): LstmWeights[][] {
  return directionsOf(layer).map((directions) => directions.map(({ suffix }) => weightsOf(layer, suffix)));
}

function weightsOf(layer: Lstm, suffix: string): LstmWeights {
  return {
    weightIh: layer[`weight_ih${suffix}`]!,
    weightHh: layer[`weight_hh${suffix}`]!,
    biasIh: layer[`bias_ih${suffix}`]!,
    biasHh: layer[`bias_hh${suffix}`]!,
  };
}

/** Layer by layer its directions, with the endings of their weights' names. */
export function directionsOf({ layers, bidirectional }: Lstm): { layer: number; suffix: string }[][] {
  const endings = bidirectional ? ["", "_reverse"] : [""];
  return Array.from({ length: layers }, (_, layer) =>
    endings.map((ending) => ({ layer, suffix: `_l${layer}${ending}` })),
  );
}
