import { isWeight, storedPositions, storedValues, type Weight } from "@ltt/core";
import { isBuffer } from "./buffer.ts";

/**
 * What has weights: a layer, or a model made of layers.
 *
 * The weights are fields. `parametersOf` finds them by walking the object's own fields: a `Tensor` or a `Sparse` is a
 * parameter under the field's name, unless `buffer` marked it; a `Module` or an array of them is walked further, everything else is left
 * alone. So a new layer is its fields and one `forward`:
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
export abstract class Module {
  static {
    // What Node's console.log looks for. Beside the type: whatever has a `forward` may stand in for a model.
    const value = function (this: Module) {
      return this.toString();
    };
    Object.defineProperty(Module.prototype, Symbol.for("nodejs.util.inspect.custom"), { value });
  }

  /**
   * Layers, options and shapes, in the order of the fields, and how many parameters there are; as Node's `console.log` shows it, too:
   *
   *     Classifier(
   *       (hidden): Linear(weight [300,784] 23520 stored, bias [300])
   *       (dropout): Dropout(p=0.5)
   *       (output): Linear(weight [10,300], bias [10])
   *     )
   *     238,510 parameters, 26,830 stored (11.2 %)
   */
  toString(): string {
    return `${described(this, [])}\n${counted(this)}`;
  }
}

/** Every tensor of a module, parameters and buffers, by its name: once, under the first. */
export function eachTensor(model: Module, found: (name: string, tensor: Weight) => void): void {
  const seen = new Set<unknown>();
  const visit = (value: unknown, name: string): void => {
    const isTensor = isWeight(value);
    if (!(isTensor || value instanceof Module || Array.isArray(value)) || seen.has(value)) return;
    seen.add(value);
    if (isTensor) found(name, value);
    else for (const [field, part] of Object.entries(value)) visit(part, name === "" ? field : `${name}.${field}`);
  };
  visit(model, "");
}

/** Columns after which what a layer holds stands in lines of its own. */
const WIDE = 100;

/** `Linear(weight [2,3], bias [2])`; with layers inside, or much to say, in lines. */
function described(module: Module, above: readonly Module[]): string {
  // Printing is how one finds such a mistake, so it is no error here.
  if (above.includes(module)) return `${module.constructor.name}, which contains this`;
  const path = [...above, module];
  const [options, tensors, inside]: [string[], string[], string[]] = [[], [], []];
  for (const [field, value] of Object.entries(module)) {
    if (isWeight(value)) tensors.push(`${field} ${shapeOf(value)}`);
    else if (value instanceof Module) inside.push(`(${field}): ${described(value, path)}`);
    else if (Array.isArray(value) && value.some((part) => isWeight(part) || part instanceof Module))
      inside.push(`(${field}): ${listed(value, path)}`);
    else if (typeof value === "function" && value.name !== "") inside.push(`(${field}): ${value.name}`);
    else if (["number", "boolean", "string"].includes(typeof value)) options.push(`${field}=${value}`);
  }
  const name = module.constructor.name;
  const inLine = `${name}(${[...tensors, ...options].join(", ")})`;
  if (inside.length === 0 && inLine.length <= WIDE) return inLine;
  const lines = [...(options.length === 0 ? [] : [options.join(", ")]), ...tensors, ...inside];
  return `${name}(\n${indented(lines)}\n)`;
}

function listed(values: readonly unknown[], path: readonly Module[]): string {
  const lines = values.map((value, i) => {
    const said = isWeight(value) ? shapeOf(value) : value instanceof Module ? described(value, path) : String(value);
    return `(${i}): ${said}`;
  });
  return `[\n${indented(lines)}\n]`;
}

function indented(lines: readonly string[]): string {
  return lines.join("\n").replaceAll(/^/gm, "  ");
}

function shapeOf(tensor: Weight): string {
  const shape = `[${tensor.shape.join(",")}]`;
  if (isBuffer(tensor)) return `${shape} buffer`;
  const frozen = storedValues(tensor).requiresGrad ? "" : " frozen";
  return `${shape}${storedPositions(tensor) === undefined ? "" : ` ${storedValues(tensor).size} stored`}${frozen}`;
}

/** The last line: all parameters, of which so many are stored, and what is no parameter. */
function counted(model: Module): string {
  let [all, stored, frozen, buffers] = [0, 0, 0, 0];
  eachTensor(model, (_, tensor) => {
    const values = storedValues(tensor);
    if (isBuffer(tensor)) buffers += tensor.size;
    else {
      all += tensor.size;
      stored += values.size;
      if (!values.requiresGrad) frozen += values.size;
    }
  });
  const grouped = (count: number) => count.toLocaleString("en-US");
  return [
    `${grouped(all)} parameters`,
    ...(stored < all ? [`${grouped(stored)} stored (${((100 * stored) / all).toFixed(1)} %)`] : []),
    ...(frozen > 0 ? [`${grouped(frozen)} frozen`] : []),
    ...(buffers > 0 ? [`${grouped(buffers)} values in buffers`] : []),
  ].join(", ");
}
