import type { Refuse } from "./safetensors-error.ts";

/** A value of the header. Objects are maps: `__proto__` is a key like any other. A size is a `number`, any other number `NotASize`. */
export type Json = ReadonlyMap<string, Json> | readonly Json[] | string | number | NotASize | boolean | null;

export class NotASize {
  readonly literal: string;

  constructor(literal: string) {
    this.literal = literal;
  }
}

export function kind(value: Json): string {
  if (value === null) return "null";
  if (value instanceof Map) return "an object";
  if (Array.isArray(value)) return "an array";
  return typeof value === "string" ? "a string" : typeof value === "boolean" ? "a boolean" : "a number";
}

const MAX_DEPTH = 128; // serde_json's limit; deeper nesting would cost us the stack
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/**
 * The header's JSON object (RFC 8259), by a parser of our own: `JSON.parse` drops duplicate keys without a word, takes
 * `__proto__` apart from other keys, accepts half a surrogate pair and cannot tell `1.0` or `1e0` from `1`.
 */
export function parseJson(text: string, refuse: Refuse): ReadonlyMap<string, Json> {
  let at = 0;
  const skip = (): void => {
    while (" \t\n\r".includes(text.charAt(at)) && at < text.length) at++;
  };
  const unexpected = (wanted: string): never =>
    refuse(
      at >= text.length
        ? `it ends where ${wanted} should stand`
        : `${JSON.stringify(text[at])} at character ${at}, where ${wanted} should stand`,
    );
  const take = (sign: string): boolean => {
    skip();
    if (text[at] !== sign) return false;
    at++;
    return true;
  };

  const string = (): string => {
    const from = at;
    if (!take('"')) unexpected("a string");
    while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    at++;
    let value: string;
    try {
      value = JSON.parse(text.slice(from, at)) as string;
    } catch {
      return refuse(`the string at character ${from} is not closed, or holds a control character or a wrong escape`);
    }
    if (/\p{Surrogate}/u.test(value)) refuse(`the string at character ${from} holds half a surrogate pair`);
    return value;
  };

  const object = (depth: number): ReadonlyMap<string, Json> => {
    const map = new Map<string, Json>();
    if (take("}")) return map;
    do {
      skip();
      const key = string();
      if (map.has(key)) refuse(`the key ${JSON.stringify(key)} stands twice in one object`);
      if (!take(":")) unexpected('":"');
      map.set(key, value(depth));
    } while (take(","));
    if (!take("}")) unexpected('"," or "}"');
    return map;
  };

  const array = (depth: number): readonly Json[] => {
    const items: Json[] = [];
    if (take("]")) return items;
    do items.push(value(depth));
    while (take(","));
    if (!take("]")) unexpected('"," or "]"');
    return items;
  };

  const number = (): number | NotASize => {
    NUMBER.lastIndex = at;
    const literal = NUMBER.exec(text)?.[0] ?? unexpected("a value");
    at += literal.length;
    return /^[0-9]+$/.test(literal) && Number.isSafeInteger(Number(literal)) ? Number(literal) : new NotASize(literal);
  };

  const value = (depth: number): Json => {
    if (depth > MAX_DEPTH) refuse(`it is nested more than ${MAX_DEPTH} deep`);
    if (take("{")) return object(depth + 1);
    if (take("[")) return array(depth + 1);
    if (text[at] === '"') return string();
    for (const [word, meaning] of [
      ["true", true],
      ["false", false],
      ["null", null],
    ] as const) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return meaning;
      }
    }
    return number();
  };

  if (!take("{")) unexpected('"{"');
  const header = object(1);
  skip();
  if (at < text.length) unexpected("the end of the header");
  return header;
}
