/**
 * The k-th largest of some numbers, of any sign, without NaN; k from 1. −0 and 0 are equal, and either may be the answer.
 *
 * Two histograms of 16 bits each find it, of bits that are in the order of the numbers: a sort of a million takes twenty times as long.
 */
export function kthLargest(values: Float32Array, k: number): number {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const counts = new Uint32Array(1 << 16);
  for (let i = 0; i < bits.length; i++) counts[ordered(bits[i]!) >>> 16]!++;
  const [high, left] = binOf(counts, k);
  counts.fill(0);
  for (let i = 0; i < bits.length; i++) {
    const key = ordered(bits[i]!);
    if (key >>> 16 === high) counts[key & 0xffff]!++;
  }
  const key = ((high << 16) | binOf(counts, left)[0]) >>> 0;
  return new Float32Array(Uint32Array.of(key >>> 31 === 1 ? key ^ SIGN : ~key).buffer)[0]!;
}

const SIGN = 0x80000000;

/** The bits of a number as an integer from 0 to 2³² − 1 that is greater where the number is. */
function ordered(bits: number): number {
  return (bits >>> 31 === 1 ? ~bits : bits ^ SIGN) >>> 0;
}

/** The bin that holds the k-th largest, and which one of the bin's largest it is. */
function binOf(counts: Uint32Array, k: number): readonly [bin: number, left: number] {
  let left = k;
  for (let bin = counts.length - 1; ; bin--) {
    if (counts[bin]! >= left) return [bin, left];
    left -= counts[bin]!;
  }
}
