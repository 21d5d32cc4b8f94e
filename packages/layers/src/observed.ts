import type { Tensor } from "@ltt/core";
import { callable, check } from "@ltt/core/arguments";
import { checkModule } from "./check-module.ts";
import { Module } from "./module.ts";

/**
 * The same model, with the same tensors, whose layers tell what they are given before they compute:
 *
 *     observed(model, (layer, input) => inputs.set(layer, input)).forward(x);
 *
 * Parts of a model that it computes in one operation with others, as the convolutions of `TextCnn`, are not called and tell nothing.
 *
 * @param see - Called with a layer's name, its input and the layer itself.
 * @throws {TypeError} if the model is no `Module`, or contains itself, or there is nobody to tell.
 */
export function observed<M extends Module>(model: M, see: (layer: string, input: Tensor, of: Module) => void): M {
  checkModule("observed", model);
  check("observed", "see", see, callable);
  return telling(model, "", see) as M;
}

function telling(value: unknown, name: string, see: (layer: string, input: Tensor, of: Module) => void): unknown {
  const inside = (part: string | number) => (name === "" ? `${part}` : `${name}.${part}`);
  if (Array.isArray(value)) return value.map((part, i) => telling(part, inside(i), see));
  if (!(value instanceof Module)) return value;
  const fields = Object.entries(value).map(([field, part]) => [field, telling(part, inside(field), see)]);
  const copy: Module = Object.assign(Object.create(Object.getPrototypeOf(value)), Object.fromEntries(fields));
  if (!("forward" in copy) || typeof copy.forward !== "function") return copy;
  const forward = copy.forward.bind(copy) as (...args: unknown[]) => unknown;
  const told = (...args: unknown[]) => {
    see(name, args[0] as Tensor, value);
    return forward(...args);
  };
  return Object.defineProperty(copy, "forward", { value: told }); // not enumerable: no field of the module
}
