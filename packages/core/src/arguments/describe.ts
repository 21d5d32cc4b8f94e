const LONGEST = 40;

/** A value as it stands in messages: `"2" (string)`, `-1`, `null`, `an array of 3`, `a Tensor [2,3]`. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `${JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value)} (string)`;
    case "function":
      return [tagOf(value) === "Function" ? "a function" : withArticle(tagOf(value)), value.name].join(" ").trim();
    case "object":
      return value === null ? "null" : describeObject(value);
    case "number":
    case "undefined":
      return String(value);
    default:
      return `${String(value)} (${typeof value})`;
  }
}

/** The classes of this copy of the package, by name. */
const ours = new Map<string, abstract new (...args: never) => object>();

/** For a class whose objects are arguments: those of a second copy of the package, which has a class of its own, are then told apart in messages. */
export function ofThisCopy(made: abstract new (...args: never) => object): void {
  ours.set(made.name, made);
}

function describeObject(value: object): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  const tag = tagOf(value);
  const name = tag === "Object" ? (value.constructor?.name ?? tag) : tag;
  const own = ours.get(name);
  if (own !== undefined && !(value instanceof own)) {
    return `${withArticle(name)} of another copy of @ltt/core, whose classes are not this one's: load one copy only`;
  }
  const named = name === "Object" ? "an object" : withArticle(name);
  if ("shape" in value && Array.isArray(value.shape)) return `${named} [${value.shape.join(",")}]`;
  return ArrayBuffer.isView(value) && "length" in value ? `${named} of ${value.length}` : named;
}

function withArticle(name: string): string {
  return `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`;
}

/** `Array`, `Map`, `Promise`, `Float32Array`, …, whichever page or context made it; `Object` for what is of no such kind. */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}
