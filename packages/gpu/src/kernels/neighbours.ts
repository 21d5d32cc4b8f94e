import type { Variant } from "../device.ts";

/** A kernel for each variant. */
export function inVariants<K>(make: (variant: Variant) => K): Readonly<Record<Variant, K>> {
  return { one: make("one"), four: make("four"), packed: make("packed") };
}

/** Text of a kernel whose thread computes one value, or four neighbours. In it x, indices and lengths count groups of so many. */
export interface Neighbours {
  /** What the kernel is to be told of them. */
  readonly settings: { readonly together: 1 | 4; readonly packed: boolean };
  /** Reads what every one of them has in a group of `array` into variables: `name0` … */
  read(name: string, array: string, group: string): string;
  /** A statement for every one. */
  each(statement: (i: number) => string): string;
  /** The result, of the value of every one. */
  result(value: (i: number) => string): string;
}

export function neighbours(variant: Variant): Neighbours {
  const together = variant === "one" ? 1 : 4;
  const packed = variant === "packed";
  const all = Array.from({ length: together }, (_, i) => i);
  const each = (statement: (i: number) => string) => all.map(statement).join("\n");
  return {
    settings: { together, packed },
    read: (name, array, group) =>
      packed
        ? `const ${name} = ${array}[${group}];\n${each((i) => `const ${name}${i} = ${name}[${i}];`)}`
        : each((i) => `const ${name}${i} = ${array}[(${group}) * ${together} + ${i}];`),
    each,
    result: (value) => (together === 1 ? value(0) : `[${all.map(value).join(", ")}]`),
  };
}
