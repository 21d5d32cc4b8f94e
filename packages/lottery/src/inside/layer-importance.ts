import { check, object } from "@ltt/core/arguments";
import { type Batch, isFrozen, type Model, parametersOf, restore, snapshot, stateOf } from "@ltt/layers";
import { checkValues, type Values } from "../pattern.ts";
import { checkModel, type Measure } from "../task.ts";
import { accuracyOf } from "./accuracy-of.ts";
import { layersOf } from "./layers-of.ts";

export interface LayerImportance {
  readonly layer: string;
  /** Weights that it stores. */
  readonly stored: number;
  /** The accuracy, in `[0,1]`, with this layer put back, by what it was put back to. */
  readonly accuracy: Readonly<Record<string, number>>;
}

/**
 * Which layer matters: the accuracy of a trained network one of whose layers has other weights, its first ones
 * (*re-initialisation robustness*) or fresh ones (*re-randomisation robustness*). A layer that can be put back at no
 * loss has learnt nothing that the network needs. Zhang, Bengio & Singer (arXiv 1902.01996), §3; buffers stay those of
 * the trained network.
 *
 * @param model - The trained network, whose frozen tensors are no layers: it has its weights again at the end.
 * @param others - Values of all parameters, at the network's mask, by what they are called: `initial`, `fresh`.
 * @throws {RangeError} if a tensor is missing, or has another number of values.
 */
export async function layerImportance<Input>(
  model: Model<Input>,
  others: Readonly<Record<string, Values>>,
  batches: () => Iterable<Batch<Input>>,
  measure: Measure,
): Promise<LayerImportance[]> {
  checkModel("layerImportance", "model", model);
  check("layerImportance", "others", others, object);
  for (const [name, values] of Object.entries(others)) checkValues("layerImportance", `others.${name}`, values);
  const parameters = new Map([...parametersOf(model)].filter(([, weight]) => !isFrozen(weight)));
  const state = stateOf(model);
  const trained = await snapshot(state);
  const accuracyWith = async (changed: ReadonlyMap<string, Float32Array>) => {
    restore(state, new Map([...trained, ...changed]));
    return accuracyOf("layerImportance", model, batches, measure);
  };
  const found: LayerImportance[] = [];
  try {
    for (const [layer, tensors] of layersOf(parameters.keys())) {
      const accuracy: Record<string, number> = {};
      for (const [name, values] of Object.entries(others)) {
        const back = tensors.map((tensor) => [tensor, valuesOf(name, values, tensor)] as const);
        accuracy[name] = await accuracyWith(new Map(back));
      }
      const stored = tensors.reduce((sum, tensor) => sum + trained.get(tensor)!.length, 0);
      found.push({ layer, stored, accuracy });
    }
  } finally {
    restore(state, trained);
  }
  return found;
}

function valuesOf(what: string, values: Values, tensor: string): Float32Array {
  const found = values.get(tensor);
  if (found !== undefined) return found;
  throw new RangeError(`layerImportance: others.${what} has no "${tensor}"`);
}
