/** What an array's numbers are, by the name that a packed text gives it. */
const ARRAYS = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
} as const;
type ArrayName = keyof typeof ARRAYS;
type AnyArray = InstanceType<(typeof ARRAYS)[ArrayName]>;

const MAGIC = Buffer.from("LTTDATA1");
const ALIGNMENT = 8;

/**
 * Data of objects, arrays, strings, numbers and typed arrays as bytes: `LTTDATA1`, the length of a JSON text (uint32), the text, then the
 * typed arrays, little-endian, each at a multiple of eight; in the text stands `{"$array": NAME, "at": BYTES, "length": N}` in the place of
 * each. The same data gives the same bytes.
 *
 * @throws {TypeError} for what is none of these.
 */
export function pack(data: unknown): Uint8Array {
  const arrays: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  let size = 0;
  const replaced = (value: unknown): unknown => {
    if (ArrayBuffer.isView(value)) {
      const name = value.constructor.name as ArrayName;
      if (!(name in ARRAYS))
        throw new TypeError(`pack: there is a ${name}; typed arrays are ${Object.keys(ARRAYS).join(", ")}`);
      const at = size;
      arrays.push({ at, bytes: new Uint8Array(value.buffer, value.byteOffset, value.byteLength) });
      size += Math.ceil(value.byteLength / ALIGNMENT) * ALIGNMENT;
      return { $array: name, at, length: (value as AnyArray).length };
    }
    if (Array.isArray(value)) return value.map(replaced);
    if (typeof value === "object" && value !== null) {
      if (Object.getPrototypeOf(value) !== Object.prototype || "$array" in value) {
        throw new TypeError(
          `pack: there is ${"$array" in value ? "a field $array" : `a ${value.constructor?.name}`}, which cannot be packed`,
        );
      }
      const told = Object.entries(value).filter(([, field]) => field !== undefined);
      return Object.fromEntries(told.map(([key, field]) => [key, replaced(field)]));
    }
    if (typeof value === "function" || typeof value === "bigint" || typeof value === "symbol") {
      throw new TypeError(`pack: there is a ${typeof value}, which cannot be packed`);
    }
    return value;
  };
  const text = Buffer.from(JSON.stringify(replaced(data)));
  const start = startOf(text.length);
  const packed = new Uint8Array(start + size);
  packed.set(MAGIC);
  new DataView(packed.buffer).setUint32(MAGIC.length, text.length, true);
  packed.set(text, MAGIC.length + 4);
  for (const { at, bytes } of arrays) packed.set(bytes, start + at);
  return packed;
}

/**
 * The data in packed bytes.
 *
 * @throws {RangeError} if they are none.
 */
export function unpack(packed: Uint8Array): unknown {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const isPacked = packed.length >= MAGIC.length + 4 && MAGIC.equals(packed.subarray(0, MAGIC.length));
  const length = isPacked ? view.getUint32(MAGIC.length, true) : 0;
  const start = startOf(length);
  if (!isPacked || start > packed.length) throw new RangeError("unpack: these bytes are no packed data");
  const text = Buffer.from(packed.subarray(MAGIC.length + 4, MAGIC.length + 4 + length)).toString("utf8");
  return JSON.parse(text, (key, value: unknown) => {
    if (key === "__proto__") throw new RangeError("unpack: a field is called __proto__");
    if (typeof value !== "object" || value === null || !("$array" in value)) return value;
    const { $array, at, length } = value as { $array: ArrayName; at: number; length: number };
    const Kind = Object.hasOwn(ARRAYS, $array) ? ARRAYS[$array] : undefined;
    const bytes = length * (Kind?.BYTES_PER_ELEMENT ?? 0);
    const isInside = Number.isSafeInteger(at) && Number.isSafeInteger(bytes) && at >= 0 && bytes >= 0;
    if (Kind === undefined || !isInside || start + at + bytes > packed.length) {
      throw new RangeError(`unpack: an array ${$array} of ${length} at ${at} is not in these bytes`);
    }
    return new Kind(Uint8Array.from(packed.subarray(start + at, start + at + bytes)).buffer); // a Buffer's slice is no copy
  });
}

function startOf(textLength: number): number {
  return Math.ceil((MAGIC.length + 4 + textLength) / ALIGNMENT) * ALIGNMENT;
}
