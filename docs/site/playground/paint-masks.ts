import type { Mask } from "./messages.ts";

/** Pixels of a picture at most: of a longer side several weights share one. */
const [MOST_WIDE, MOST_HIGH] = [784, 300];
/** The ticket's colour. */
const [RED, GREEN, BLUE] = [0x00, 0x72, 0xb2];

/** Weights left in each row. */
export function keptByRow({ rows, columns, positions }: Mask): Int32Array {
  const kept = new Int32Array(rows);
  for (const at of positions) kept[Math.floor(at / columns)]!++;
  return kept;
}

/** Weights left in each column. */
export function keptByColumn({ columns, positions }: Mask): Int32Array {
  const kept = new Int32Array(columns);
  for (const at of positions) kept[at % columns]!++;
  return kept;
}

/** Counts as brightness, a picture of so many pixels a row. */
export function paintKept(canvas: HTMLCanvasElement, kept: Int32Array, side: number): void {
  const most = kept.reduce((largest, count) => Math.max(largest, count), 1);
  const pixels = new Uint8ClampedArray(4 * kept.length);
  for (const [i, count] of kept.entries()) pixels.set(shade(count / most), 4 * i);
  put(canvas, pixels, side, kept.length / side);
}

/** The mask, its longer side across; where weights share a pixel it shows which part of them is left. */
export function paintMask(canvas: HTMLCanvasElement, { rows, columns, positions }: Mask): void {
  const isHigh = rows > columns;
  const [long, short] = isHigh ? [rows, columns] : [columns, rows];
  const [across, down] = [Math.ceil(long / MOST_WIDE), Math.ceil(short / MOST_HIGH)];
  const [width, height] = [Math.ceil(long / across), Math.ceil(short / down)];
  const kept = new Float32Array(width * height);
  for (const at of positions) {
    const [row, column] = [Math.floor(at / columns), at % columns];
    const [x, y] = isHigh ? [row, column] : [column, row];
    kept[Math.floor(y / down) * width + Math.floor(x / across)]!++;
  }
  const pixels = new Uint8ClampedArray(4 * kept.length);
  for (const [i, count] of kept.entries()) pixels.set(shade(count / (across * down)), 4 * i);
  put(canvas, pixels, width, height);
}

/** Transparent where nothing is left. */
function shade(share: number): [red: number, green: number, blue: number, alpha: number] {
  return [RED, GREEN, BLUE, 255 * Math.sqrt(share)];
}

function put(canvas: HTMLCanvasElement, pixels: Uint8ClampedArray<ArrayBuffer>, width: number, height: number): void {
  Object.assign(canvas, { width, height });
  canvas.getContext("2d")!.putImageData(new ImageData(pixels, width, height), 0, 0);
}
