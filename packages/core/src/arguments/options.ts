import { describe, tagOf } from "./describe.ts";
import { check, type Kind } from "./kinds.ts";

/** A kind for each option that there is. */
export type Kinds<T> = { readonly [Name in keyof T]-?: Kind };

/**
 * The options, each of its kind or left out.
 *
 * @param required - Those that may not be left out.
 * @throws {TypeError} if an option is unknown, with the nearest that is known: `Adam: unknown option "lr"; did you mean "learningRate"?`
 * @throws {TypeError | RangeError} if one is not of its kind.
 */
export function checkOptions<T extends object>(
  where: string,
  options: T,
  kinds: Kinds<T>,
  required: readonly (keyof T & string)[] = [],
): T {
  if (!isObject(options))
    throw new TypeError(
      `${where}: options is ${describe(options)}; it is an object of ${Object.keys(kinds).join(", ")}`,
    );
  for (const name in options) {
    if (!Object.hasOwn(kinds, name)) throw new TypeError(`${where}: unknown option "${name}"; ${hint(name, kinds)}`);
    if (options[name] !== undefined) check(where, name, options[name], kinds[name]);
  }
  for (const name of required) if (options[name] === undefined) check(where, name, undefined, kinds[name]);
  return options;
}

/** Not an array, a tensor, a promise, …; a literal is told apart without asking for its tag, for small operations are called often. */
function isObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.getPrototypeOf(value) === Object.prototype || tagOf(value) === "Object";
}

function hint(name: string, kinds: object): string {
  const known = Object.keys(kinds);
  const nearest = nearestName(name, known);
  return nearest === undefined ? `options are ${known.join(", ")}` : `did you mean "${nearest}"?`;
}

/** What PyTorch calls it, without its underscores, and what we do, where the letters do not show it. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  lr: ["learningRate"],
  eps: ["epsilon"],
  beta1: ["betas"],
  beta2: ["betas"],
  rho: ["alpha"],
  wd: ["weightDecay"],
  l2: ["weightDecay"],
  dim: ["axis", "dimensions"],
  infeatures: ["inputs"],
  inputsize: ["inputs"],
  outfeatures: ["outputs"],
  numclasses: ["outputs"],
  numembeddings: ["rows"],
  vocabsize: ["rows", "maxSize"],
  embeddingdim: ["dim"],
  inchannels: ["channels"],
  outchannels: ["filters"],
  numfilters: ["filters"],
  kernelsize: ["width", "widths"],
  kernelsizes: ["widths"],
  filtersizes: ["widths"],
  hiddensize: ["hidden"],
  numlayers: ["layers"],
  numthreads: ["threads"],
  dropout: ["p", "outputDropout"],
  dropoutrate: ["p", "dropout"],
  rate: ["p", "learningRate"],
  std: ["standardDeviation"],
  mode: ["fan"],
  gamma: ["factor"],
  stepsize: ["every"],
  tmax: ["steps"],
  totaliters: ["steps"],
  etamin: ["final"],
  maxnorm: ["clipNorm"],
  criterion: ["loss"],
  tolerance: ["minDelta"],
  maxfeatures: ["maxSize"],
  numwords: ["maxSize"],
  minfreq: ["minFrequency"],
  mindf: ["minFrequency"],
  maxlen: ["maxLength"],
  tokenizer: ["tokenise"],
  randomstate: ["seed"],
  lower: ["lowercase"],
  timeout: ["stallTimeout"],
  retry: ["retries"],
  root: ["data"],
};

/** The known name that is meant: an alias, or one that differs in no more than a third of its letters. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, "");
  const alias = Object.hasOwn(ALIASES, plain) ? ALIASES[plain]!.find((one) => known.includes(one)) : undefined;
  if (alias !== undefined) return alias;
  const distances = known.map((one) => editDistance(plain, one.toLowerCase()));
  const least = Math.min(...distances);
  return least <= Math.max(1, Math.floor(plain.length / 3)) ? known[distances.indexOf(least)] : undefined;
}

/** How many letters must be put in, left out or replaced to make `b` of `a` (Levenshtein), row by row. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row.push(Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + Number(a[i - 1] !== b[j - 1])));
    }
    above = row;
  }
  return above[b.length]!;
}
