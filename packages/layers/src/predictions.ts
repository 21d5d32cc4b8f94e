import { type Matrix, noGrad, scope, slice, type TokenMatrix, type TokenVector, tokens } from "@ltt/core";
import {
  callable,
  check,
  checkOptions,
  checkTensor,
  describe,
  floats,
  integers,
  object,
  positive,
} from "@ltt/core/arguments";
import { areIterable, type Batch, checkBatch, checkClasses } from "./batch.ts";
import { blameBatch, blameRead, DivergenceError } from "./divergence.ts";
import { classificationLoss, type Loss } from "./losses.ts";
import { answer, type Model, modelKind } from "./model.ts";
import { turns } from "./turns.ts";

/** What a model says of examples, in the order of the batches. */
export interface Predictions {
  /** `[examples, outputs]`, row-major. */
  readonly logits: Float32Array;
  readonly outputs: number;
  /** `[examples]`, or `[examples, outputs]` where several classes may hold. */
  readonly targets: Int32Array;
  /** The mean over examples, not over batches. */
  readonly loss: number;
}

/**
 * What a model says, kept whole: so that measures and statistics need not ask it again. Without dropout, and nothing is recorded.
 *
 * @param options.loss - Default `classificationLoss`.
 * @throws {TypeError} if there is no model, or a batch is none.
 * @throws {RangeError} if there are no examples, or batches differ in their outputs or in the shape of their targets.
 * @throws {DivergenceError} if a loss is not finite: it names the batch, and what of it is not finite, or else the weights that are not
 *   or, if all are, the largest.
 */
export async function predict<Input>(
  model: Model<Input>,
  batches: Iterable<Batch<Input>> | AsyncIterable<Batch<Input>>,
  options: { loss?: Loss } = {},
): Promise<Predictions> {
  return predictFor("predict", model, batches, options);
}

/** `predict` for a function whose name is what messages begin with. */
export async function predictFor<Input>(
  caller: string,
  model: Model<Input>,
  batches: Iterable<Batch<Input>> | AsyncIterable<Batch<Input>>,
  options: { loss?: Loss },
): Promise<Predictions> {
  check(caller, "model", model, modelKind);
  const { loss: lossOf = classificationLoss } = checkOptions(caller, options, { loss: callable });
  if (!areIterable(batches))
    throw new TypeError(`${caller}: batches is ${describe(batches)}; it is an array of batches, or iterable`);
  const parts: { logits: Float32Array; targets: Int32Array; outputs: number; examples: number }[] = [];
  let totalLoss = 0;
  const turn = turns();
  let groups = 0;
  for await (const batch of batches) {
    const where = `${caller}: batch ${groups}`;
    checkBatch(where, batch);
    checkClasses(where, batch.targets);
    const { targets } = batch;
    const { outputs, reading } = scope(() =>
      noGrad(() => {
        const logits = answer(where, model, batch);
        const losses = groupsOf(logits, targets, batch.group).map(async ([logits, targets]) => {
          const loss = lossOf(logits, targets);
          checkTensor(caller, "what loss gave", loss);
          return { loss: await loss.item(), examples: logits.shape[0] };
        });
        return { outputs: logits.shape[1], reading: Promise.all([Promise.all(losses), logits.read()]) };
      }),
    );
    const [losses, logits] = await reading;
    await turn();
    for (const { loss, examples } of losses) {
      if (!Number.isFinite(loss)) {
        const given = await blameBatch(batch);
        if (given !== undefined) throw new DivergenceError(`${caller}: batch ${groups}: the loss is ${loss}: ${given}`);
        const fault = await blameRead(model);
        throw new DivergenceError(
          `${caller}: batch ${groups}: the loss is ${loss}${fault === undefined ? "" : `: ${fault}`}; ` +
            "train with a smaller learning rate, or with clipNorm",
        );
      }
      totalLoss += loss * examples;
      groups++;
    }
    const examples = logits.length / outputs;
    parts.push({ logits, targets: Int32Array.from(targets.data), outputs, examples });
    const first = parts[0]!;
    if (outputs !== first.outputs || targets.size * first.examples !== first.targets.length * examples)
      throw new RangeError(`${where}: it has other outputs or targets than batch 0`);
  }
  if (parts.length === 0) throw new RangeError(`${caller}: there are no examples`);
  const examples = parts.reduce((sum, part) => sum + part.examples, 0);
  return {
    logits: joined(parts.map(({ logits }) => logits)),
    outputs: parts[0]!.outputs,
    targets: joined(parts.map(({ targets }) => targets)),
    loss: totalLoss / examples,
  };
}

/** Logits and targets of so many examples in turn. */
function groupsOf(
  logits: Matrix,
  targets: TokenVector | TokenMatrix,
  group: number | undefined,
): readonly (readonly [Matrix, TokenVector | TokenMatrix])[] {
  const [examples, outputs] = logits.shape;
  if (group === undefined || group >= examples) return [[logits, targets]];
  return Array.from({ length: Math.ceil(examples / group) }, (_, i) => {
    const [from, to] = [i * group, Math.min((i + 1) * group, examples)];
    return [slice(logits, [from, 0], [to, outputs]), rowsOf(targets, from, to)];
  });
}

function rowsOf({ data, shape }: TokenVector | TokenMatrix, from: number, to: number): TokenVector | TokenMatrix {
  const [, columns] = shape as readonly number[];
  if (columns === undefined) return tokens(data.subarray(from, to), [to - from]);
  return tokens(data.subarray(from * columns, to * columns), [to - from, columns]);
}

/**
 * The class that is said of each example: that of the largest logit, the first of equals; with one output 1 where the logit is above 0.
 *
 * @throws {RangeError} if examples may have several classes.
 */
export function classes(predictions: Predictions): Int32Array {
  check("classes", "predictions", predictions, object);
  const { logits, outputs, targets } = predictions;
  check("classes", "logits", logits, floats);
  check("classes", "outputs", outputs, positive);
  check("classes", "targets", targets, integers);
  const examples = logits.length / outputs;
  if (targets.length !== examples)
    throw new RangeError(`classes: ${examples} examples have ${targets.length} targets; one class an example`);
  return Int32Array.from({ length: examples }, (_, example) => {
    const from = example * outputs;
    if (outputs === 1) return Number(logits[from]! > 0);
    let largest = 0;
    for (let i = 1; i < outputs; i++) if (logits[from + i]! > logits[from + largest]!) largest = i;
    return largest;
  });
}

function joined<A extends Float32Array | Int32Array>(parts: readonly A[]): A {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = new (parts[0]!.constructor as new (length: number) => A)(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
