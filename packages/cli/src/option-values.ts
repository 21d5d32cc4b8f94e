import { REUTERS_TOPICS, type ReutersTopics } from "@ltt/data";
import { FAULTS, type Fault, type Moment } from "@ltt/lottery";
import { InvalidArgumentError } from "commander";
import { WIDTHS, type Width } from "./backends.ts";
import type { JobCount } from "./jobs.ts";

/** A path, which is never empty: an empty one would be the current folder, and is mostly a variable that is not set. */
export function pathOf(text: string): string {
  if (text.trim() === "")
    throw new InvalidArgumentError("It is empty; it is a path, such as . for the current folder.");
  return text;
}

export function integerFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`It is an integer from ${least}.`);
    }
    return value;
  };
}

export function positive(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+(e-?\d+)?$/i.test(text) || !(value > 0 && value < Infinity)) {
    throw new InvalidArgumentError("It is a number above 0.");
  }
  return value;
}

export function notNegative(text: string): number {
  if (/^0*\.?0+$/.test(text)) return 0;
  try {
    return positive(text);
  } catch {
    throw new InvalidArgumentError("It is a number from 0.");
  }
}

/** A fraction of what is left. */
export function rateOf(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || !(value > 0 && value < 1)) {
    throw new InvalidArgumentError("It is a fraction between 0 and 1, such as 0.2.");
  }
  return value;
}

/** `epoch:1` or `step:500`. */
export function momentOf(text: string): Moment {
  const [, unit, at] = /^(epoch|step):([1-9]\d*)$/.exec(text) ?? [];
  if (unit === undefined || !Number.isSafeInteger(Number(at))) {
    throw new InvalidArgumentError("It is a moment of training, such as epoch:1 or step:500.");
  }
  return unit === "epoch" ? { epoch: Number(at) } : { step: Number(at) };
}

/** Moments in ascending order, or none. */
export function momentsOf(text: string): readonly Moment[] {
  return text === "none" ? [] : text.split(",").map(momentOf);
}

/** A moment, or `none`: commander takes `null` for an option without a value. */
export function momentOrNone(text: string): Moment | "none" {
  return text === "none" ? text : momentOf(text);
}

/** Fractions by name, as `output=0.1,convolutions=0.15`, or none. */
export function ratesOf(text: string): Readonly<Record<string, number>> {
  if (text === "none") return {};
  const rates = text.split(",").map((part) => /^\s*([^=\s]+)=(\d*\.?\d+)\s*$/.exec(part) ?? []);
  const names = rates.map(([, name]) => name);
  if (rates.some(([, name, rate]) => name === undefined || Number(rate) > 1))
    throw new InvalidArgumentError("It is a list of fractions by name, as output=0.1,layer1.*=0.15, or none.");
  if (new Set(names).size < names.length) throw new InvalidArgumentError("Names must be distinct.");
  return Object.fromEntries(rates.map(([, name, rate]) => [name!, Number(rate)]));
}

/** Names of tensors, of groups, or patterns; or none. */
export function excludeOf(text: string): readonly string[] {
  if (text === "none") return [];
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("It is a list of names, as biases,layer1.*, or none.");
  return [...new Set(names)];
}

/** A fraction, both ends included. */
export function fractionOf(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+(e-\d+)?$/i.test(text) || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError("It is a fraction from 0 to 1.");
  return value;
}

/** A count of validations, or `none`: commander takes `null` for an option without a value. */
export function patienceOf(text: string): number | "none" {
  if (text === "none") return text;
  try {
    return integerFrom(1)(text);
  } catch {
    throw new InvalidArgumentError("It is an integer from 1, or none.");
  }
}

/** Bits of a vector. */
export function bitsOf(text: string): Width {
  const found = WIDTHS.find((width) => String(width) === text);
  if (found === undefined) throw new InvalidArgumentError(`It is ${WIDTHS.join(" or ")}.`);
  return found;
}

/** A count of processes, or `auto`. */
export function jobsOf(text: string): JobCount {
  if (text === "auto") return text;
  try {
    return integerFrom(1)(text);
  } catch {
    throw new InvalidArgumentError("It is an integer from 1, or auto.");
  }
}

/** How many topics of Reuters-21578. */
export function topicsOf(text: string): ReutersTopics {
  const topics = REUTERS_TOPICS.find((one) => String(one) === text);
  if (topics === undefined) throw new InvalidArgumentError(`It is ${REUTERS_TOPICS.join(" or ")}.`);
  return topics;
}

/** A text that is not empty. */
export function textOf(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("It is empty; it is a text.");
  return text;
}

/** What stands between labels: `\t` is a tab. */
export function separatorOf(text: string): string {
  if (text === "") throw new InvalidArgumentError("It is empty; it is what stands between labels, as ;.");
  return text.replaceAll("\\t", "\t");
}

/** Percentage points, as a fraction. */
export function pointsOf(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || !(value >= 0 && value < 100)) {
    throw new InvalidArgumentError("It is a number of percentage points from 0, below 100.");
  }
  return value / 100;
}

export function seedsOf(text: string): readonly number[] {
  const seeds = text.split(",").map(integerFrom(0));
  if (new Set(seeds).size < seeds.length) throw new InvalidArgumentError("Seeds must be distinct.");
  return seeds;
}

export function roundsOf(text: string): readonly number[] {
  const rounds = text.split(",").map(integerFrom(1));
  if (new Set(rounds).size < rounds.length) throw new InvalidArgumentError("Rounds must be distinct.");
  return rounds;
}

/** Names of arms: plugins may bring others than ours. */
export function armsOf(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("It is a list of names, as winning-ticket,random-reinit.");
  return names;
}

/** Names of faults, in any order; none is a list too. */
export function faultsOf(text: string): readonly Fault[] {
  const names = text === "none" ? [] : text.split(",");
  const unknown = names.find((name) => !FAULTS.some((fault) => fault === name));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`There is no "${unknown}"; faults are none, or some of ${FAULTS.join(", ")}.`);
  }
  return FAULTS.filter((fault) => names.includes(fault));
}

/** One more of a list of paths. */
export function pathsOf(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, pathOf(text)];
}
