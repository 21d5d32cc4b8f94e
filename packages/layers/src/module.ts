import { Sparse, Tensor, type Weight } from "@ltt/core";

/**
 * What has weights: a layer, or a model made of layers.
 *
 * The weights are fields. `parametersOf` finds them by walking the object's own fields: a `Tensor` or a `Sparse` is a
 * parameter under the field's name, unless `buffer` marked it; a `Module` or an array of them is walked further, everything else is left alone. So a new
 * layer is its fields and one `forward`:
 *
 *     class Scale extends Module {
 *       readonly weight: WeightVector;
 *       constructor({ channels }: { channels: number }) {
 *         super();
 *         this.weight = ones([channels], { requiresGrad: true });
 *       }
 *       forward(x: Matrix): Matrix {
 *         return mul(x, dense(this.weight));
 *       }
 *     }
 *
 * `withParameters` copies modules field by field, so state must not hide in `#private` fields or closures.
 */
export abstract class Module {}

/** Every tensor of a module, parameters and buffers, by its name: once, under the first. */
export function eachTensor(model: Module, found: (name: string, tensor: Weight) => void): void {
  const seen = new Set<Weight>();
  visit(model, "", (name, tensor) => {
    if (!seen.has(tensor)) found(name, tensor);
    seen.add(tensor);
  });
}

function visit(value: unknown, name: string, found: (name: string, tensor: Weight) => void): void {
  const inside = (part: string | number) => (name === "" ? `${part}` : `${name}.${part}`);
  if (isWeight(value)) found(name, value);
  else if (Array.isArray(value)) for (const [i, part] of value.entries()) visit(part, inside(i), found);
  else if (value instanceof Module) {
    for (const [field, part] of Object.entries(value)) visit(part, inside(field), found);
  }
}

export function isWeight(value: unknown): value is Weight {
  return value instanceof Tensor || value instanceof Sparse;
}

/** What is in memory of a tensor: itself, of a `Sparse` its values. */
export function storedOf(tensor: Weight): Tensor {
  return tensor instanceof Sparse ? tensor.values : tensor;
}
