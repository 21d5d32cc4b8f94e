import { checkModule } from "./check-module.ts";
import type { Module } from "./module.ts";
import type { UnitGroup, UnitModel } from "./units.ts";

/**
 * The units of a model, as it is.
 *
 * @throws {TypeError} if the model is no `Module`, contains itself, or does not say what its units are.
 */
export function unitsOf(model: Module): readonly UnitGroup[] {
  return unitsFor("unitsOf", model);
}

/** `unitsOf` for a function whose name is what messages begin with. */
export function unitsFor(caller: string, model: Module): readonly UnitGroup[] {
  checkModule(caller, model);
  if ("units" in model && typeof model.units === "function") return (model as UnitModel).units();
  throw new TypeError(
    `${caller}: ${model.constructor.name} does not say what can be removed from it; give it a method units()`,
  );
}
