import { type ReadonlyFloat32Array, storedValues, Tensor } from "@ltt/core";
import type { Batch } from "./batch.ts";
import { Module } from "./module.ts";
import { parametersOf } from "./parameters.ts";

/** Training went where numbers end: a loss, a norm of gradients or a weight is NaN or infinite. */
export class DivergenceError extends Error {
  override readonly name = "DivergenceError";
  /** The step that could not be made; `undefined` where weights were only evaluated, which do not know how many steps made them. */
  readonly step: number | undefined;

  constructor(message: string, step?: number) {
    super(message);
    this.step = step;
  }
}

/** A value where storage is synchronous; `undefined` where only `read` will do. */
export function valueNow(x: Tensor): number | undefined {
  return x.backend.view(x.storage)?.[0];
}

/**
 * Where it began, of what can be seen now: weights that are not finite; or, where the loss is not, the largest weight; or else the gradient
 * that is not finite and is nearest to the loss, from where NaN spreads to all that come before. Only for a step that failed: it reads
 * everything.
 */
export function blame(
  model: object,
  parameters: readonly Tensor[],
  loss: Tensor,
  gradients: readonly Tensor[],
): string {
  const names = namesIn(model, parameters);
  const weights = parameters.map(({ data }) => data);
  const isLossFinite = allFinite(loss.data);
  if (!isLossFinite || !weights.every(allFinite)) return blameWeights(names, weights);
  const bad = gradients.flatMap((gradient, i) => (allFinite(gradient.data) ? [] : [i]));
  if (bad.length === 0) return "every gradient is finite: together they overflow";
  const before = bad.length === 1 ? "" : `, and then those of ${bad.length - 1} more`;
  return `the gradient of ${names[bad.at(-1)!]} is not finite${before}`;
}

/**
 * The weights that are not finite, or if all are the largest, read from any backend; `undefined` if there are none.
 *
 * @param parameters - Default: all of the model's.
 */
export async function blameRead(
  model: object,
  parameters: readonly Tensor[] = [...namesOf(model).keys()],
): Promise<string | undefined> {
  if (parameters.length === 0) return undefined;
  return blameWeights(namesIn(model, parameters), await Promise.all(parameters.map((parameter) => parameter.read())));
}

/** The first value of a batch that is no finite number, read from any backend: then neither the weights nor the rate are to blame. */
export async function blameBatch({ input, targets }: Batch<unknown, unknown>): Promise<string | undefined> {
  for (const [name, x] of Object.entries({ input, targets })) {
    if (!(x instanceof Tensor)) continue;
    const values = await x.read();
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at < 0) continue;
    const shape: readonly number[] = x.shape;
    let rest = at;
    const place = shape.map((_, axis) => {
      const below = shape.slice(axis + 1).reduce((size, length) => size * length, 1);
      const i = Math.floor(rest / below);
      rest %= below;
      return i;
    });
    return `${name}[${place.join(", ")}] is ${values[at]}: mend the data`;
  }
  return undefined;
}

function blameWeights(names: readonly string[], weights: readonly ReadonlyFloat32Array[]): string {
  const ruined = names.filter((_, i) => !allFinite(weights[i]!));
  if (ruined.length > 0) {
    const listed =
      ruined.length <= 3 ? ruined.join(", ") : `${ruined.slice(0, 2).join(", ")} and ${ruined.length - 2} more`;
    return `${listed} ${ruined.length === 1 ? "is" : "are"} not finite any more`;
  }
  const largest = weights.map((values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  const at = largest.indexOf(Math.max(...largest));
  return `every weight is finite, the largest, ${largest[at]!.toPrecision(2)}, in ${names[at]}: the forward pass overflows`;
}

function namesIn(model: object, parameters: readonly Tensor[]): string[] {
  const names = namesOf(model);
  return parameters.map((parameter, i) => names.get(parameter) ?? `parameter ${i}`);
}

function namesOf(model: object): Map<Tensor, string> {
  if (!(model instanceof Module)) return new Map();
  return new Map(Array.from(parametersOf(model), ([name, weight]) => [storedValues(weight), `"${name}"`]));
}

function allFinite(values: ReadonlyFloat32Array): boolean {
  return values.every(Number.isFinite);
}
