import { type Kernel, kernel } from "../kernel.ts";

/**
 * A computation with several results: on WebGL one kernel, which writes up to four textures at once. On WebGPU gpu.js gives a kernel one result, so it is a kernel for each, which
 * computes anew what they have in common.
 */
export interface Several<Arrays extends string, Scalars extends string, Results extends string> {
  readonly together: Kernel<Arrays, Scalars>;
  readonly apart: readonly Kernel<Arrays, Scalars>[];
  readonly results: readonly Results[];
}

/**
 * @param of.body - What the results have in common.
 * @param of.results - The text of each one's value.
 */
export function several<
  const Arrays extends string,
  const Results extends string,
  const Scalars extends string = never,
>({
  name,
  body,
  results,
  ...settings
}: {
  name: string;
  arrays: readonly Arrays[];
  integers?: readonly Scalars[];
  numbers?: readonly Scalars[];
  body: string;
  results: Readonly<Record<Results, string>>;
}): Several<Arrays, Scalars, Results> {
  const names = Object.keys(results) as Results[];
  const [first, ...others] = names.map((of) => results[of]);
  const further = others.map((value, i) => `result${i + 1}(${value});`).join("\n");
  return {
    together: kernel({ name, ...settings, results: names.length, body: `${body}\n${further}\nreturn ${first};` }),
    apart: names.map((of) => kernel({ name: `${name} ${of}`, ...settings, body: `${body}\nreturn ${results[of]};` })),
    results: names,
  };
}
