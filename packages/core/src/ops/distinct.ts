/** Which place an id has among those that occur, 0 between calls: a new array of a vocabulary's size at every step would be felt. */
let ranks = new Int32Array(0);

/**
 * Which ids occur, ascending, and for each place which of them stands there. Only places from every `b·step` up to `reach[b]` are looked at.
 *
 * @param range - Ids are below it.
 */
export function distinctIds(
  ids: Int32Array,
  range: number,
  { step, reach }: { readonly step: number; readonly reach: Int32Array },
): { distinct: Int32Array; which: Int32Array } {
  // Plain loops: tens of thousands of tokens at every step are where a callback each is felt.
  if (ranks.length < range) ranks = new Int32Array(range);
  const rank = ranks;
  let count = 0;
  for (let b = 0; b < reach.length; b++) {
    for (let i = b * step; i < reach[b]!; i++) {
      if (rank[ids[i]!] === 0) count++;
      rank[ids[i]!] = 1;
    }
  }
  const distinct = new Int32Array(count);
  for (let id = 0, found = 0; found < count; id++) {
    if (rank[id] === 0) continue;
    distinct[found] = id;
    rank[id] = found++;
  }
  const which = new Int32Array(ids.length);
  for (let b = 0; b < reach.length; b++) {
    for (let i = b * step; i < reach[b]!; i++) which[i] = rank[ids[i]!]!;
  }
  for (let r = 0; r < count; r++) rank[distinct[r]!] = 0;
  return { distinct, which };
}
