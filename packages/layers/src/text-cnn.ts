import {
  add,
  type Cube,
  concat,
  conv1d,
  dense,
  type Matrix,
  maxOverTime,
  type Rng,
  relu,
  ShapeError,
  type TokenMatrix,
  type TokenVector,
  textConvolution,
  tokens as tokensOf,
} from "@ltt/core";
import {
  check,
  checkOptions,
  checkRng,
  checkTensor,
  checkTokens,
  finite,
  type Kinds,
  list,
  object,
  positive,
  probability,
} from "@ltt/core/arguments";
import { type Context, checkContext } from "./context.ts";
import { Conv1d } from "./conv1d.ts";
import { Dropout } from "./dropout.ts";
import { EMBEDDING_OPTIONS, Embedding, type EmbeddingOptions } from "./embedding.ts";
import { xavierNormal, zeros } from "./initialisers.ts";
import { dimensions, filters1d, readByLinear } from "./layer-units.ts";
import { Linear } from "./linear.ts";
import type { Model } from "./model.ts";
import { Module } from "./module.ts";
import { PADDING_ID, UNKNOWN_ID } from "./text-ids.ts";
import type { UnitGroup, UnitModel } from "./units.ts";

export interface TextCnnOptions {
  /** Rows of the embedding: the vocabulary with its unknown word and its padding. */
  readonly rows: number;
  /** 1 for two classes, else one a class. */
  readonly outputs: number;
  /** Default 100. */
  readonly dim?: number;
  /** Widths of the kernels. Default 3, 4, 5. */
  readonly widths?: readonly number[];
  /** Of each width. Default 100. */
  readonly filters?: number;
  /** Before the linear layer. Default 0.5. */
  readonly dropout?: number;
  /** The embedding's initial values, pre-trained vectors for example, and whether it keeps them. Default N(0, 1), trained. */
  readonly embedding?: Pick<EmbeddingOptions, "initialisers" | "frozen">;
  /** The padding's row gets no gradient. Default: it is trained like the others. */
  readonly paddingId?: number | undefined;
}

const OPTIONS: Kinds<TextCnnOptions> = {
  rows: positive,
  outputs: positive,
  dim: positive,
  widths: list,
  filters: positive,
  dropout: probability,
  embedding: object,
  paddingId: finite,
};

/**
 * Kim's network: embedding → convolutions of several widths → ReLU → maximum over time → dropout → linear.
 *
 * The embedding starts N(0, 1) unless told, the rows of unknown words (id 0) and padding (id 1) at 0; the other weights Xavier-normal,
 * biases 0.
 *
 * @see Kim, “Convolutional Neural Networks for Sentence Classification”, EMNLP 2014, §2; one channel, no norm constraint.
 */
export class TextCnn extends Module implements Model, UnitModel {
  readonly embedding: Embedding;
  readonly convs: readonly Conv1d[];
  readonly dropout: Dropout;
  readonly linear: Linear;

  /**
   * @throws {TypeError} if an option is unknown or of the wrong kind, or there is no stream.
   * @throws {RangeError} if a size is not an integer from 1, or there are no widths.
   */
  constructor(options: TextCnnOptions, rng: Rng) {
    super();
    const checked = checkOptions("TextCnn", options, OPTIONS, ["rows", "outputs"]);
    const {
      rows,
      outputs,
      dim = 100,
      widths = [3, 4, 5],
      filters = 100,
      dropout = 0.5,
      embedding,
      paddingId,
    } = checked;
    for (const [i, width] of widths.entries()) check("TextCnn", `widths[${i}]`, width, positive);
    checkOptions("TextCnn: embedding", embedding ?? {}, EMBEDDING_OPTIONS);
    checkRng("TextCnn", "rng", rng);
    if (widths.length === 0) throw new RangeError("TextCnn: there are no widths");
    const initialisers = { weight: xavierNormal(), bias: zeros() };
    const zeroRows = [UNKNOWN_ID, PADDING_ID];
    this.embedding = new Embedding({ ...embedding, rows, dim, paddingId, zeroRows }, rng.split("embedding"));
    this.convs = widths.map(
      (width, i) => new Conv1d({ width, channels: dim, filters, initialisers }, rng.split("convs", i)),
    );
    this.dropout = new Dropout({ p: dropout });
    this.linear = new Linear({ inputs: filters * widths.length, outputs, initialisers }, rng.split("linear"));
  }

  /**
   * `[batch, time] → [batch, outputs]`. Texts shorter than the widest kernel are padded to it.
   *
   * @param context.lengths - From 0 to time: only windows inside a text can win, or its first window if the kernel is wider
   *   than the text; so a text's logits never depend on the padding of its batch. Without it every position counts.
   * @throws {ShapeError} if there is not one length a text.
   * @throws {RangeError} if a length is outside 0…time.
   */
  forward(tokens: TokenMatrix, context: Context = {}): Matrix {
    checkTokens("TextCnn", "tokens", tokens, 2);
    checkContext("TextCnn", context);
    if (context.lengths !== undefined) checkLengths(context.lengths, tokens);
    const widest = Math.max(...this.convs.map((conv) => conv.weight.shape[0]));
    const long = padded(tokens, widest, this.embedding.paddingId ?? PADDING_ID);
    const filters = this.convs.map(({ weight, bias }) => ({ kernel: weight, bias }));
    const { lengths } = context;
    const features = textConvolution(this.embedding.weight, long, filters, {
      lengths,
      paddingId: this.embedding.paddingId,
    });
    return this.classify(features, context);
  }

  /**
   * The same from embedded texts on, at least as long as the widest kernel: `[batch, time, dim] → [batch, outputs]`. In operations whose
   * gradient can be differentiated again; slower, and added in another order.
   */
  forwardEmbedded(x: Cube, context: Context = {}): Matrix {
    checkTensor("TextCnn", "x", x, 3);
    checkContext("TextCnn", context);
    const { lengths } = context;
    // Bias and ReLU come after the maximum: both are monotone, so the values are the same bits, and there is `time` times less to do.
    const features = this.convs.map((conv) => {
      const largest = maxOverTime(conv1d(x, conv.weight), lengths && windows(lengths, conv.weight.shape[0]));
      return relu(conv.bias === undefined ? largest : add(largest, dense(conv.bias)));
    });
    return this.classify(concat(features, { axis: 1 }), context);
  }

  /** The dimensions of the embedding, and the filters of every width. */
  units(): readonly UnitGroup[] {
    const reads = this.convs.map((_, i) => ({ tensor: `convs.${i}.weight`, axis: 1 }));
    let column = 0;
    const convs = this.convs.map((conv, i) => {
      const reader = readByLinear("linear", this.linear, column);
      column += conv.weight.shape[2];
      return filters1d(`convs.${i}`, conv, [reader]);
    });
    return [dimensions("embedding", this.embedding, reads), ...convs];
  }

  private classify(features: Matrix, { training }: Context): Matrix {
    return this.linear.forward(this.dropout.forward(features, { training }));
  }
}

/** How many windows lie inside each text; at least one. */
function windows(lengths: TokenVector, width: number): TokenVector {
  return tokensOf(
    lengths.data.map((length) => Math.max(1, length - width + 1)),
    lengths.shape,
  );
}

function checkLengths(lengths: TokenVector, { shape: [batch, time] }: TokenMatrix): void {
  if (lengths.size !== batch) throw new ShapeError(`TextCnn: ${lengths.size} lengths for ${batch} texts`);
  const wrong = lengths.data.findIndex((length) => length < 0 || length > time);
  if (wrong >= 0)
    throw new RangeError(`TextCnn: length ${wrong} is ${lengths.data[wrong]}; texts have 0–${time} tokens`);
}

/** Padding appended to texts shorter than `least`. */
function padded(tokens: TokenMatrix, least: number, paddingId: number): TokenMatrix {
  const [batch, time] = tokens.shape;
  if (time >= least) return tokens;
  const longer = new Int32Array(batch * least).fill(paddingId);
  for (let text = 0; text < batch; text++) {
    longer.set(tokens.data.subarray(text * time, (text + 1) * time), text * least);
  }
  return tokensOf(longer, [batch, least]);
}
