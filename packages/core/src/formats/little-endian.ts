/**
 * Turns the file's little-endian elements of `width` bytes into this machine's order, in place, or back.
 *
 * Whole bytes move, never numbers: reading a float and writing it again could change the bits of a NaN.
 */
export function fromLittleEndian(bytes: Uint8Array, width: number, littleEndian: boolean = hostIsLittleEndian()): void {
  if (littleEndian || width === 1) return;
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

function hostIsLittleEndian(): boolean {
  return new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
}
