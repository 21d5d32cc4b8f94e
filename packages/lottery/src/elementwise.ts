import { callable, check } from "@ltt/core/arguments";
import { checkValues, type Values } from "./pattern.ts";

/**
 * A function of corresponding elements: `yᵢ = f(aᵢ, bᵢ, …)`, rounded to float32, tensor by tensor.
 *
 *     elementwise((t, i) => Math.abs(t - i), await evidence.trained(), await evidence.initial());
 *
 * @param values - As many as the function takes numbers, with the same tensors, of the same lengths.
 * @throws {TypeError} if they are no maps of numbers.
 * @throws {RangeError} if there are none, or tensors or lengths differ.
 */
export function elementwise(f: (...numbers: number[]) => number, ...values: readonly Values[]): Values {
  check("elementwise", "f", f, callable);
  if (values.length === 0) throw new RangeError("elementwise: there are no values");
  for (const [i, each] of values.entries()) checkValues("elementwise", `values[${i}]`, each);
  const [first, ...others] = values as [Values, ...Values[]];
  return new Map(
    Array.from(first, ([name, numbers]) => {
      const columns = others.map((other, i) => {
        const column = other.get(name);
        if (column?.length === numbers.length) return column;
        throw new RangeError(
          `elementwise: values[0] has ${numbers.length} numbers for "${name}", values[${i + 1}] has ${column?.length ?? "none"}`,
        );
      });
      return [name, numbers.map((number, at) => f(number, ...columns.map((column) => column[at]!)))];
    }),
  );
}
