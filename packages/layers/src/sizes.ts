/** @throws {RangeError} unless every size is an integer from 1. */
export function checkSizes(layer: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new RangeError(`${layer}: ${name} is ${size}; it is an integer from 1`);
    }
  }
}
