import { check, type Kind, list, object, text } from "@ltt/core/arguments";
import type { CutOptions, Pool } from "./cut.ts";
import { checkEach, share } from "./kinds.ts";

/**
 * How much of which tensors a cut removes. Keys of `rates` and names in `exclude` are those of tensors, or of groups of tensors; in the settings of an experiment also patterns of
 * tensors' names, in which `*` stands for anything: `layer1.*.weight`.
 */
export interface CutShares {
  /** The fraction of what is left that goes, in `[0,1]`. */
  readonly rate: number;
  /** Other fractions: a tensor's own, else that of its group. Default: none. */
  readonly rates?: Readonly<Record<string, number>> | undefined;
  /** What is never cut, and competes with nothing: tensors, and whole groups. Default: nothing. */
  readonly exclude?: readonly string[] | undefined;
  /** Default `tensor`. Of `group` the keys of `rates` are groups; of `all` there is one rate. */
  readonly pool?: Pool | undefined;
}

/** Plain, as JSON holds it. */
const fractions: Kind = {
  words: "an object of fractions",
  accepts: (value) => object.accepts(value) && Object.getPrototypeOf(value) === Object.prototype,
};

/** @throws {TypeError | RangeError} if a rate is no fraction, a name no text, or rates stand beside one pool of all. */
export function checkShares(where: string, { rates = {}, exclude = [], pool }: Omit<CutShares, "rate">): void {
  check(where, "rates", rates, fractions);
  for (const [name, rate] of Object.entries(rates)) check(where, `rates.${name}`, rate, share);
  check(where, "exclude", exclude, list);
  checkEach(where, "exclude", exclude, text);
  const [first] = Object.keys(rates);
  if (pool === "all" && first !== undefined)
    throw new RangeError(`${where}: rates.${first} is of a part of all tensors, which are one pool: there is one rate`);
}

/**
 * The same with the names of tensors in the place of patterns. A tensor's own name comes before a pattern, a pattern before its group.
 *
 * @throws {RangeError} if patterns of different rates match one tensor. One that matches nothing stays.
 */
export function withoutPatterns(
  where: string,
  { rates, exclude, pool }: Omit<CutShares, "rate">,
  tensors: readonly string[],
): Pick<CutShares, "rates" | "exclude"> {
  const named = (key: string) => {
    const found = key.includes("*") ? tensors.filter((name) => patternOf(key).test(name)) : [];
    return found.length === 0 ? [key] : found;
  };
  const written: Record<string, number> = { ...rates };
  const by = new Map<string, string>();
  for (const [key, rate] of Object.entries(pool === "group" ? {} : (rates ?? {}))) {
    const names = named(key);
    if (names.length > 1 || names[0] !== key) delete written[key];
    for (const name of names) {
      if (rates![name] !== undefined) continue;
      const other = by.get(name);
      if (other !== undefined && written[name] !== rate)
        throw new RangeError(`${where}: rates: "${other}" and "${key}" both match ${name}, with different rates`);
      by.set(name, key);
      written[name] = rate;
    }
  }
  return {
    ...(rates === undefined ? {} : { rates: written }),
    ...(exclude === undefined ? {} : { exclude: [...new Set(exclude.flatMap(named))] }),
  };
}

/** `*` stands for anything. */
function patternOf(key: string): RegExp {
  const parts = key.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}

/**
 * What `cut` takes for these tensors.
 *
 * @throws {RangeError} if a key matches nothing.
 */
export function cutShares(
  where: string,
  { rate, rates = {}, exclude = [], pool = "tensor" }: CutShares,
  tensors: Iterable<string>,
  group: (tensor: string) => string,
): Pick<CutOptions, "rate" | "exclude"> {
  const names = [...tensors];
  const groups = [...new Set(names.map(group))];
  const matches: Kind["accepts"] = (key) => names.some((name) => name === key) || groups.some((one) => one === key);
  for (const [what, keys] of [
    ["rates", Object.keys(rates)],
    ["exclude", exclude],
  ] as const) {
    const wrong = keys.find((key) => (what === "rates" && pool === "group" ? !groups.includes(key) : !matches(key)));
    if (wrong === undefined) continue;
    const also = what === "rates" && pool === "group" ? "" : `tensors are ${names.join(", ")}; `;
    throw new RangeError(`${where}: ${what}: "${wrong}" matches nothing; ${also}groups are ${groups.join(", ")}`);
  }
  const has = Object.hasOwn;
  const rateOf = (name: string) => {
    if (has(rates, name)) return rates[name]!;
    const own = pool === "tensor" ? group(name) : name;
    return has(rates, own) ? rates[own]! : rate;
  };
  return {
    rate: Object.keys(rates).length === 0 ? rate : rateOf,
    ...(exclude.length === 0 ? {} : { exclude: (name) => exclude.includes(name) || exclude.includes(group(name)) }),
  };
}
