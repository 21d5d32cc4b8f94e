import { readFile } from "node:fs/promises";
import { check } from "@ltt/core/arguments";
import { convertIndexedToRgb, type DecodedPng, decode } from "fast-png";
import { DataError, explainFileError } from "./data-error.ts";
import { path as pathKind } from "./path.ts";

/** A picture, grey or in red, green and blue, its colours one after the other. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** Brightness from 0 to 255: `[channels, height, width]`. */
  readonly pixels: Uint8Array;
}

/** Pixels of an image at most: more is no image to train on, but would fill the memory. */
const MOST_PIXELS = 2 ** 24;

/**
 * Decodes a PNG: grey or colour, with a palette or without, of 1 to 16 bits, which become 8. Opaque transparency is passed over.
 *
 * @param where - For messages.
 * @throws {DataError} if it is no PNG, damaged, or partly transparent.
 */
export function readPng(bytes: Uint8Array, where: string): Picture {
  checkHeader(bytes, where);
  const { width, height, channels, values } = samplesOf(decoded(bytes, where), where);
  const plane = width * height;
  const colours = channels < 3 ? 1 : 3;
  if (channels === 2 || channels === 4) {
    for (let i = channels - 1; i < values.length; i += channels) {
      if (values[i] !== 255) throw transparent(where);
    }
  }
  const pixels = new Uint8Array(colours * plane);
  for (let colour = 0; colour < colours; colour++)
    for (let i = 0; i < plane; i++) pixels[colour * plane + i] = values[i * channels + colour]!;
  return { width, height, channels: colours, pixels };
}

/**
 * Reads a PNG file, as `readPng` does its bytes.
 *
 * @throws {DataError} if it cannot be read, is no PNG, damaged, or partly transparent.
 */
export async function readPicture(path: string): Promise<Picture> {
  check("readPicture", "path", path, pathKind);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw explainFileError(cause, path);
  });
  return readPng(bytes, path);
}

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

/** Sizes stand in the first 24 bytes, so that what is no picture is not decoded. */
function checkHeader(bytes: Uint8Array, where: string): void {
  if (SIGNATURE.some((byte, i) => bytes[i] !== byte)) {
    const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
    const named = /\.png$/i.test(where) ? ", whatever its name says" : "";
    throw new DataError(`${where}: is no PNG${isJpeg ? ", but a JPEG" : ""}${named}; convert it`);
  }
  if (bytes.length < 33) throw new DataError(`${where}: ends after ${bytes.length} bytes; it is cut off`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (width * height > 0 && width * height <= MOST_PIXELS) return;
  throw new DataError(`${where}: says that it has ${width} × ${height} pixels; images have 1 to ${MOST_PIXELS}`);
}

function decoded(bytes: Uint8Array, where: string): DecodedPng {
  try {
    const png = decode(bytes, { checkCrc: true });
    const samples = png.depth < 8 ? Math.ceil((png.width * png.depth) / 8) : png.width * png.channels;
    if (png.data.length === samples * png.height) return png;
    throw new Error(`${png.data.length} of ${samples * png.height} samples`);
  } catch (error) {
    throw new DataError(`${where}: is damaged: ${(error as Error).message}`, { cause: error });
  }
}

/** Samples of 8 bits, pixel by pixel. */
function samplesOf(
  png: DecodedPng,
  where: string,
): { width: number; height: number; channels: number; values: Uint8Array } {
  const { width, height, depth, channels, data, palette, transparency } = png;
  if (palette !== undefined) return { width, height, channels: palette[0]!.length, values: indexed(png, where) };
  if (transparency !== undefined && transparency.length > 0) throw transparent(where);
  if (depth === 16)
    return { width, height, channels, values: Uint8Array.from(data, (value) => Math.round(value / 257)) };
  if (depth === 8) return { width, height, channels, values: Uint8Array.from(data) };
  return { width, height, channels, values: unpacked(png) };
}

function indexed(png: DecodedPng, where: string): Uint8Array {
  try {
    return convertIndexedToRgb(png);
  } catch (error) {
    throw new DataError(`${where}: is damaged: ${(error as Error).message}`, { cause: error });
  }
}

/** Grey of 1, 2 or 4 bits, from rows that begin with a new byte. */
function unpacked({ width, height, depth, data }: DecodedPng): Uint8Array {
  const values = new Uint8Array(width * height);
  const stride = Math.ceil((width * depth) / 8);
  const most = 2 ** depth - 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      const byte = data[y * stride + (bit >> 3)]!;
      values[y * width + x] = (((byte >> (8 - depth - (bit & 7))) & most) * 255) / most;
    }
  }
  return values;
}

function transparent(where: string): DataError {
  return new DataError(`${where}: is partly transparent; put it on a background first`);
}
