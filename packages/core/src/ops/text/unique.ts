/** Kept between calls, as large as the largest vocabulary: new arrays at every step would be felt. A bit for each id, 0 between calls. */
let occurs = new Int32Array(0);
/** Which place an id has among those that occur. */
let ranks = new Int32Array(0);

/**
 * Which ids occur, ascending, and for each place which of them stands there. Only places from every `b·step` up to `reach[b]` are looked at.
 *
 * @param range - Ids are below it.
 */
export function uniqueIds(
  ids: Int32Array,
  range: number,
  { step, reach }: { readonly step: number; readonly reach: Int32Array },
): { unique: Int32Array; inverse: Int32Array } {
  // Plain loops, and a bit set rather than asked for: tens of thousands of tokens at every step are where a callback, or a branch guessed wrong, each is felt.
  if (ranks.length < range) [occurs, ranks] = [new Int32Array((range + 31) >>> 5), new Int32Array(range)];
  const [bits, rank] = [occurs, ranks];
  for (let b = 0; b < reach.length; b++) {
    for (let i = b * step; i < reach[b]!; i++) bits[ids[i]! >>> 5]! |= 1 << ids[i]!;
  }
  const found = new Int32Array(Math.min(range, ids.length));
  let count = 0;
  for (let word = 0; word < bits.length; word++) {
    for (let left = bits[word]!; left !== 0; left &= left - 1) {
      const id = (word << 5) + 31 - Math.clz32(left & -left);
      rank[id] = count;
      found[count++] = id;
    }
    bits[word] = 0;
  }
  const inverse = new Int32Array(ids.length);
  for (let b = 0; b < reach.length; b++) {
    for (let i = b * step; i < reach[b]!; i++) inverse[i] = rank[ids[i]!]!;
  }
  return { unique: found.slice(0, count), inverse };
}
