/**
 * Scratch memory kept between calls, as large as the largest vocabulary, since allocating it at every step costs time:
 * a bit for each id, all 0 between calls.
 */
let occurs = new Int32Array(0);
/** The rank of an id among those that occur. */
let ranks = new Int32Array(0);

/**
 * The distinct ids, ascending, and for each position the index of its id among them, as NumPy's `unique` with `return_inverse`. Only
 * the positions `b·step … reach[b] − 1` of each row b are read; at others `inverse` is 0.
 *
 * @param range - All ids are below it.
 */
export function uniqueIds(
  ids: Int32Array,
  range: number,
  { step, reach }: { readonly step: number; readonly reach: Int32Array },
): { unique: Int32Array; inverse: Int32Array } {
  // Plain loops that set bits without testing them: a callback or a mispredicted branch for each of tens of thousands of tokens costs time.
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
