import type { BatchNormSize, NormalisedSize } from "../../../kernels/kernels.ts";
import type { Region } from "../memory.ts";
import type { Context, WasmKernels } from "./context.ts";

/** Batch normalisation. Threads split channels, or with given statistics the batch. */
export function batchNorm({
  exports,
  parallelFor,
}: Context): WasmKernels<"batchNorm" | "batchNormGradient" | "normalise"> {
  const split = (size: BatchNormSize) => {
    const scratch = (channels: number) => exports.batchNormScratch(size.batch, channels, size.pixels);
    return { n: size.channels, work: workOf(size), scratch };
  };
  return {
    batchNorm: (x, residual, gamma, beta, y, mean, variance, size) =>
      parallelFor("batchNorm", split(size), (begin, end, at) => {
        const [image, channel] = [begin * size.pixels * 4, begin * 4];
        const vectors = [mean.pointer + channel, variance.pointer + channel] as const;
        const given = [gamma.pointer + channel, beta.pointer + channel] as const;
        const images = [x.pointer + image, pointerIn(residual, image)] as const;
        const sizes = [...sizesOf(size, end - begin), Number(size.relu), size.epsilon] as const;
        return [...images, ...given, y.pointer + image, ...vectors, ...sizes, at];
      }),
    batchNormGradient: (dy, y, x, gamma, mean, variance, dx, dresidual, dgamma, dbeta, size) =>
      parallelFor("batchNormGradient", split(size), (begin, end, at) => {
        const [image, channel] = [begin * size.pixels * 4, begin * 4];
        const vectors = [gamma.pointer + channel, mean.pointer + channel, variance.pointer + channel] as const;
        const images = [dy.pointer + image, pointerIn(y, image), x.pointer + image] as const;
        const results = [dx.pointer + image, pointerIn(dresidual, image)] as const;
        const sums = [dgamma.pointer + channel, dbeta.pointer + channel] as const;
        return [...images, ...vectors, ...results, ...sums, ...sizesOf(size, end - begin), size.epsilon, at];
      }),
    normalise: (x, residual, mean, scale, shift, y, size) =>
      parallelFor("normalise", { n: size.batch, work: workOf(size) }, (begin, end) => {
        const { channels, pixels, relu } = size;
        const from = begin * channels * pixels * 4;
        const vectors = [mean.pointer, scale.pointer, shift.pointer] as const;
        const images = [x.pointer + from, pointerIn(residual, from)] as const;
        return [...images, ...vectors, y.pointer + from, end - begin, channels, pixels, Number(relu)];
      }),
  };
}

/** Of the compiled kernels, 0 where there is none. */
const pointerIn = (region: Region | undefined, offset: number): number =>
  region === undefined ? 0 : region.pointer + offset;

const workOf = ({ batch, channels, pixels }: NormalisedSize): number => batch * channels * pixels;

const sizesOf = ({ batch, channels, pixels }: BatchNormSize, some: number) =>
  [batch, some, pixels, channels * pixels * 4] as const;
