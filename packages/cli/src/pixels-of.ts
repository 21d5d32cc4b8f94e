import { DataError, readPicture } from "@ltt/data";
import type { ImageShape } from "./architecture.ts";

/**
 * An image as a network takes it: brightness from 0 to 1, `[channels, height, width]`. A grey one has the same brightness in each colour.
 *
 * @throws {DataError} if the file cannot be read or is no PNG, or the image has another size, or colours that the network does not know.
 */
export async function pixelsOf(path: string, [channels, height, width]: ImageShape): Promise<Float32Array> {
  const picture = await readPicture(path);
  if (picture.width !== width || picture.height !== height)
    throw new DataError(
      `${path}: has ${picture.width} × ${picture.height} pixels; this network takes ${width} × ${height}: scale or cut it`,
    );
  if (picture.channels > channels)
    throw new DataError(`${path}: is in colour; this network takes grey images: convert it`);
  const plane = width * height;
  return Float32Array.from({ length: channels * plane }, (_, i) => picture.pixels[i % picture.pixels.length]! / 255);
}
