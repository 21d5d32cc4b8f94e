import { check, type Kind } from "@ltt/core/arguments";
import { Module } from "./module.ts";

const moduleKind: Kind = { words: "a Module", accepts: (value) => value instanceof Module };

/**
 * For every function that walks a model: a module may stand in two places, but not inside itself, where its weights would have infinitely
 * many names.
 *
 * @throws {TypeError} unless it is a `Module`; if it contains itself, or a module or an array in it does.
 */
export function checkModule(where: string, model: Module): void {
  check(where, "model", model, moduleKind);
  checkTree(where, model);
}

/** @throws {TypeError} if it, or a module or an array inside it, contains itself. */
export function checkTree(where: string, model: unknown): void {
  const above = new Map<unknown, string>();
  const checked = new Set<unknown>();
  const visit = (value: unknown, name: string): void => {
    if (!(value instanceof Module || Array.isArray(value)) || checked.has(value)) return;
    const container = above.get(value);
    if (container !== undefined) {
      const what = container === "" ? "the model itself" : `"${container}"`;
      throw new TypeError(
        `${where}: "${name}" is ${what}, which contains it; a module's fields lead to its parts only: leave this one out`,
      );
    }
    above.set(value, name);
    for (const [field, part] of Object.entries(value)) visit(part, name === "" ? field : `${name}.${field}`);
    above.delete(value);
    checked.add(value);
  };
  visit(model, "");
}
