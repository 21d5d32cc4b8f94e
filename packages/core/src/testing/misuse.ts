/** A call that is right. */
export interface Call {
  readonly call: (...args: readonly never[]) => unknown;
  readonly args: readonly unknown[];
}

export const callOf = (call: (...args: never[]) => unknown, ...args: readonly unknown[]): Call => ({ call, args });

/** What the engine says where nobody has looked at a value before it is used. */
const UNCHECKED = /^Cannot |is not a function|is not iterable|\(reading '|^Invalid |^Do not know/;

/**
 * Makes a call wrong in one place at a time. Each wrong call must be accepted, other values being right too, or be refused by name.
 *
 * @param make - The call, anew each time.
 * @param beginnings - What messages may begin with, before a colon.
 * @returns what was refused otherwise, with what was said.
 */
export async function refusedOtherwise(make: () => Call, beginnings: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const count = [...misuses(make().args)].length;
  for (let i = 0; i < count; i++) {
    const { call, args } = make();
    const misuse = [...misuses(args)][i]!;
    try {
      await call(...(misuse.args as readonly never[]));
    } catch (error) {
      const { message } = error as Error;
      const isNamed = beginnings.some((beginning) => message.startsWith(`${beginning}: `));
      if (!isNamed || UNCHECKED.test(message)) found.push(`${misuse.where}: ${message}`);
    }
  }
  return found;
}

/** What untyped code hands over: what JSON, a form or a mistake gives. */
const JUNK: readonly unknown[] = [
  undefined,
  null,
  "2",
  Number.NaN,
  -1,
  1.5,
  true,
  3n,
  Symbol("s"),
  {},
  { length: 2 },
  [],
  ["2"],
  [null],
  new Map([["a", 1]]),
  () => "2",
  Promise.resolve(1),
];

/**
 * The arguments of a call that is right, made wrong in one place at a time: each argument, each element of an array,
 * each value of a map and each property of an object is replaced by other things, and every object gets a property too
 * many.
 *
 * @param args - Plain objects, arrays and maps in them are gone through; everything else is replaced whole.
 */
function* misuses(args: readonly unknown[]): Generator<{ where: string; args: readonly unknown[] }> {
  for (const [i, argument] of args.entries()) {
    for (const { where, value } of misusesOf(argument, `argument ${i}`)) yield { where, args: args.with(i, value) };
  }
}

function* misusesOf(value: unknown, where: string): Generator<{ where: string; value: unknown }> {
  for (const junk of JUNK) yield { where: `${where} is ${shown(junk)}`, value: junk };
  if (Array.isArray(value)) {
    for (const [i, part] of value.entries()) {
      for (const one of misusesOf(part, `${where}[${i}]`)) yield { where: one.where, value: value.with(i, one.value) };
    }
  } else if (value instanceof Map) {
    for (const [key, part] of value) {
      for (const one of misusesOf(part, `${where}.get("${key}")`))
        yield { where: one.where, value: new Map(value).set(key, one.value) };
    }
  } else if (isPlain(value)) {
    yield { where: `${where} has an unknown property`, value: { ...value, nonsense: 1 } };
    for (const [key, part] of Object.entries(value)) {
      for (const one of misusesOf(part, `${where}.${key}`))
        yield { where: one.where, value: { ...value, [key]: one.value } };
    }
  }
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function shown(junk: unknown): string {
  if (junk instanceof Map) return "a Map";
  if (junk instanceof Promise) return "a Promise";
  return typeof junk === "object" ? JSON.stringify(junk) : String(junk);
}
