import { Sparse, type Tensor } from "@ltt/core";
import { Module } from "./module.ts";
import { parametersOf } from "./parameters.ts";

/** Training went where numbers end: a loss, a norm of gradients or a weight is NaN or infinite. */
export class DivergenceError extends Error {
  override readonly name = "DivergenceError";
}

/** A value where storage is synchronous; `undefined` where only `read` will do. */
export function valueNow(x: Tensor): number | undefined {
  return x.backend.view(x.storage)?.[0];
}

/**
 * Where it began, of what can be seen now: weights that are not finite; or, where the loss is not, the largest weight; or else the gradient that is not
 * finite and is nearest to the loss, from where NaN spreads to all that come before. Only for a step that failed: it reads everything.
 */
export function blame(
  model: object,
  parameters: readonly Tensor[],
  loss: Tensor,
  gradients: readonly Tensor[],
): string {
  const names = namesOf(model);
  const name = (i: number) => names.get(parameters[i]!) ?? `parameter ${i}`;
  const weights = parameters.flatMap((parameter, i) => (allFinite(parameter.data) ? [] : [i]));
  if (weights.length > 0) return saidOf(weights.map(name));
  if (!allFinite(loss.data)) {
    const largest = parameters.map(({ data }) => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
    const at = largest.indexOf(Math.max(...largest));
    return `every weight is finite, the largest, ${largest[at]!.toPrecision(2)}, in ${name(at)}: the forward pass overflows`;
  }
  const bad = gradients.flatMap((gradient, i) => (allFinite(gradient.data) ? [] : [i]));
  if (bad.length === 0) return "every gradient is finite: together they overflow";
  const before = bad.length === 1 ? "" : `, and then those of ${bad.length - 1} more`;
  return `the gradient of ${name(bad.at(-1)!)} is not finite${before}`;
}

/** The weights that are not finite, read from any backend; `undefined` if all are. */
export async function ruined(model: object, parameters: readonly Tensor[]): Promise<string | undefined> {
  const names = namesOf(model);
  const found: string[] = [];
  for (const [i, parameter] of parameters.entries()) {
    if (!allFinite(await parameter.read())) found.push(names.get(parameter) ?? `parameter ${i}`);
  }
  return found.length === 0 ? undefined : saidOf(found);
}

function namesOf(model: object): Map<Tensor, string> {
  if (!(model instanceof Module)) return new Map();
  return new Map(
    Array.from(parametersOf(model), ([name, weight]) => [
      weight instanceof Sparse ? weight.values : weight,
      `"${name}"`,
    ]),
  );
}

function saidOf(names: readonly string[]): string {
  const listed = names.length <= 3 ? names.join(", ") : `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`;
  return `${listed} ${names.length === 1 ? "is" : "are"} not finite any more`;
}

function allFinite(values: Float32Array): boolean {
  return values.every(Number.isFinite);
}
