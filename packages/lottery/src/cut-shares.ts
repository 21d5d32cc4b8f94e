import { check, type Kind, list, object, text } from "@ltt/core/arguments";
import type { CutOptions, Pool } from "./cut.ts";
import { checkEach, share } from "./kinds.ts";

/**
 * How much of which tensors a cut removes. Keys of `rates` and names in `exclude` are those of tensors, or of groups of
 * tensors, or patterns of either, in which `*` is any text: `lstm.weight_hh_*`.
 */
export interface CutShares {
  /** The fraction of what is left that goes, in `[0,1]`. */
  readonly rate: number;
  /**
   * Other fractions: a tensor's own, else that of the pattern of its name, else that of its group, or of the pattern of
   * its group. Default: none.
   */
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
 * What `cut` takes for these tensors.
 *
 * @throws {RangeError} if a key matches nothing, or two patterns with different rates match one name.
 */
export function cutShares(
  where: string,
  { rate, rates = {}, exclude = [], pool = "tensor" }: CutShares,
  tensors: Iterable<string>,
  group: (tensor: string) => string,
): Pick<CutOptions, "rate" | "exclude"> {
  const names = [...tensors];
  const groups = [...new Set(names.map(group))];
  const isOne = (of: readonly string[]) => (key: string) => of.some((name) => isNamed(key, name));
  const matches = isOne([...names, ...groups]);
  for (const [what, keys] of [
    ["rates", Object.keys(rates)],
    ["exclude", exclude],
  ] as const) {
    const wrong = keys.find((key) => !(what === "rates" && pool === "group" ? isOne(groups) : matches)(key));
    if (wrong === undefined) continue;
    const also = what === "rates" && pool === "group" ? "" : `tensors are ${names.join(", ")}; `;
    throw new RangeError(`${where}: ${what}: "${wrong}" matches nothing; ${also}groups are ${groups.join(", ")}`);
  }
  const rateOf = (name: string) =>
    rateNamed(where, rates, name) ?? (pool === "tensor" ? rateNamed(where, rates, group(name)) : undefined) ?? rate;
  for (const name of pool === "group" ? groups : names) rateOf(name);
  const isExcluded = (name: string) => exclude.some((key) => isNamed(key, name) || isNamed(key, group(name)));
  return {
    rate: Object.keys(rates).length === 0 ? rate : rateOf,
    ...(exclude.length === 0 ? {} : { exclude: isExcluded }),
  };
}

/** Whether a name is a key, or fits its pattern. */
function isNamed(key: string, name: string): boolean {
  if (!key.includes("*")) return key === name;
  const [first, ...rest] = key.split("*") as [string, ...string[]];
  const last = rest.pop()!;
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= name.length - last.length;
}

/** The rate of a name, or of the pattern that it fits. */
function rateNamed(where: string, rates: Readonly<Record<string, number>>, name: string): number | undefined {
  if (Object.hasOwn(rates, name)) return rates[name];
  const fitting = Object.keys(rates).filter((key) => key.includes("*") && isNamed(key, name));
  const other = fitting.find((key) => rates[key] !== rates[fitting[0]!]);
  if (other === undefined) return fitting.length === 0 ? undefined : rates[fitting[0]!];
  throw new RangeError(`${where}: rates: "${fitting[0]}" and "${other}" both match "${name}", with different rates`);
}
