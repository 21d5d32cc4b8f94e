import { type Cube, concat, type Matrix, type Rng, reshape, slice, type TokenMatrix } from "@ltt/core";
import {
  checkOptions,
  checkRng,
  checkTensor,
  checkTokens,
  finite,
  flag,
  type Kinds,
  object,
  positive,
  probability,
} from "@ltt/core/arguments";
import { type Context, checkContext } from "./context.ts";
import { Dropout } from "./dropout.ts";
import { EMBEDDING_OPTIONS, Embedding, type EmbeddingOptions } from "./embedding.ts";
import { xavierNormal, zeros } from "./initialisers.ts";
import { dimensions, hiddenUnits } from "./layer-units.ts";
import { Linear } from "./linear.ts";
import { Lstm } from "./lstm.ts";
import type { Model } from "./model.ts";
import { Module } from "./module.ts";
import { orthogonal } from "./orthogonal.ts";
import { PADDING_ID, UNKNOWN_ID } from "./text-ids.ts";
import type { UnitGroup, UnitModel } from "./units.ts";

export interface TextLstmOptions {
  /** Rows of the embedding: the vocabulary with its unknown word and its padding. */
  readonly rows: number;
  /** 1 for two classes, else one a class. */
  readonly outputs: number;
  /** Default 100. */
  readonly dim?: number;
  /** Of each direction. Default 256. */
  readonly hidden?: number;
  /** Default 2. */
  readonly layers?: number;
  /** Default true. */
  readonly bidirectional?: boolean;
  /** After the embedding. Default 0.5. */
  readonly inputDropout?: number;
  /** Between the layers. Default 0.5. */
  readonly layerDropout?: number;
  /** Before the linear layer. Default 0.5. */
  readonly outputDropout?: number;
  /** While training, compute the LSTM's gates again instead of keeping them: the same bits in less memory. Default false. */
  readonly recompute?: boolean;
  /** The embedding's initial values, pre-trained vectors for example, and whether it keeps them. Default N(0, 1), trained. */
  readonly embedding?: Pick<EmbeddingOptions, "initialisers" | "frozen">;
  /** The padding's row gets no gradient. Default: it is trained like the others. */
  readonly paddingId?: number | undefined;
}

const OPTIONS: Kinds<TextLstmOptions> = {
  rows: positive,
  outputs: positive,
  dim: positive,
  hidden: positive,
  layers: positive,
  bidirectional: flag,
  inputDropout: probability,
  layerDropout: probability,
  outputDropout: probability,
  recompute: flag,
  embedding: object,
  paddingId: finite,
};

/**
 * Embedding → dropout → LSTM → the states with which its last layer ends, forward and backward → dropout → linear.
 *
 * The embedding starts N(0, 1) unless told, the rows of unknown words (id 0) and padding (id 1) at 0; `weight_hh` orthogonal, the other
 * weights Xavier-normal, biases 0.
 */
export class TextLstm extends Module implements Model, UnitModel<TokenMatrix> {
  readonly embedding: Embedding;
  readonly inputDropout: Dropout;
  readonly lstm: Lstm;
  readonly outputDropout: Dropout;
  readonly linear: Linear;

  /**
   * @throws {TypeError} if an option is unknown or of the wrong kind, or there is no stream.
   * @throws {RangeError} if a size is not an integer from 1, or a dropout is no probability.
   */
  constructor(options: TextLstmOptions, rng: Rng) {
    super();
    checkOptions("TextLstm", options, OPTIONS, ["rows", "outputs"]);
    checkOptions("TextLstm: embedding", options.embedding ?? {}, EMBEDDING_OPTIONS);
    checkRng("TextLstm", "rng", rng);
    const { rows, outputs, dim = 100, hidden = 256, layers = 2, bidirectional = true, embedding, paddingId } = options;
    const { inputDropout = 0.5, layerDropout = 0.5, outputDropout = 0.5, recompute = false } = options;
    const [xavier, bias] = [xavierNormal(), zeros()];
    const zeroRows = [UNKNOWN_ID, PADDING_ID];
    this.embedding = new Embedding({ ...embedding, rows, dim, paddingId, zeroRows }, rng.split("embedding"));
    this.inputDropout = new Dropout({ p: inputDropout });
    const initialisers = { weightIh: xavier, weightHh: orthogonal(), bias };
    this.lstm = new Lstm(
      { inputs: dim, hidden, layers, bidirectional, dropout: layerDropout, recompute, initialisers },
      rng.split("lstm"),
    );
    this.outputDropout = new Dropout({ p: outputDropout });
    const inputs = hidden * (bidirectional ? 2 : 1);
    this.linear = new Linear({ inputs, outputs, initialisers: { weight: xavier, bias } }, rng.split("linear"));
  }

  /**
   * `[batch, time] → [batch, outputs]`.
   *
   * @param context.lengths - From 1 to time: padding is not computed, and changes nothing. Without it every text is full.
   */
  forward(tokens: TokenMatrix, context: Context = {}): Matrix {
    checkTokens("TextLstm", "tokens", tokens, 2);
    checkContext("TextLstm", context);
    const { h } = this.lstm.forwardTexts(tokens, { embedding: this.embedding, dropout: this.inputDropout }, context);
    return this.classify(h, context);
  }

  /** The same from embedded texts on: `[batch, time, dim] → [batch, outputs]`. */
  forwardEmbedded(x: Cube, context: Context = {}): Matrix {
    checkTensor("TextLstm", "x", x, 3);
    checkContext("TextLstm", context);
    const { h } = this.lstm.forward(this.inputDropout.forward(x, context), context);
    return this.classify(h, context);
  }

  /** The dimensions of the embedding, and the hidden units of every layer and direction. */
  units(): readonly UnitGroup[] {
    const endings = this.lstm.bidirectional ? ["_l0", "_l0_reverse"] : ["_l0"];
    const reads = endings.map((ending) => ({ tensor: `lstm.weight_ih${ending}`, axis: 1 }));
    return [dimensions("embedding", this.embedding, reads), ...hiddenUnits("lstm", this.lstm, "linear")];
  }

  /**
   * The hidden states of a layer below the last, of `lstm.l0` and `lstm.l0_reverse` side by side: `[batch, time, directions · hidden]`, 0
   * where a text has ended.
   */
  unitValues(group: string, tokens: TokenMatrix, context: Context = {}): Cube | undefined {
    const layer = /^lstm\.l(\d+)(_reverse)?$/.exec(group)?.[1];
    if (layer === undefined || Number(layer) + 1 >= this.lstm.layers) return undefined;
    const lower: Lstm = Object.create(this.lstm, { layers: { value: Number(layer) + 1 } });
    return lower.forward(this.embedding.forward(tokens), context).output;
  }

  private classify(h: Cube, { training }: Context): Matrix {
    const [states, batch, hidden] = h.shape;
    const state = (at: number) => reshape(slice(h, [at, 0, 0], [at + 1, batch, hidden]), [batch, hidden]);
    const last = this.lstm.bidirectional ? [state(states - 2), state(states - 1)] : [state(states - 1)];
    return this.linear.forward(this.outputDropout.forward(concat(last, { axis: 1 }), { training }));
  }
}
