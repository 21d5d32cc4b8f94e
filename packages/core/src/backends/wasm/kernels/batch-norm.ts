import type { BatchNormSize } from "../../../kernels/kernels.ts";
import type { Context, WasmKernels } from "./context.ts";

/** Batch normalisation. Threads split channels. */
export function batchNorm({ parallelFor }: Context): WasmKernels<"batchNorm" | "batchNormGradient"> {
  const split = (size: BatchNormSize) => ({ n: size.channels, work: workOf(size), scratch: size.batch * 4 });
  return {
    batchNorm: (x, gamma, beta, y, mean, variance, size) =>
      parallelFor("batchNorm", split(size), (begin, end, at) => {
        const [image, channel] = [begin * size.pixels * 4, begin * 4];
        const vectors = [mean.pointer + channel, variance.pointer + channel] as const;
        const given = [x.pointer + image, gamma.pointer + channel, beta.pointer + channel] as const;
        return [...given, y.pointer + image, ...vectors, ...sizesOf(size, end - begin), at];
      }),
    batchNormGradient: (dy, x, gamma, mean, variance, dx, dgamma, dbeta, size) =>
      parallelFor("batchNormGradient", split(size), (begin, end, at) => {
        const [image, channel] = [begin * size.pixels * 4, begin * 4];
        const vectors = [gamma.pointer + channel, mean.pointer + channel, variance.pointer + channel] as const;
        const results = [dx.pointer + image, dgamma.pointer + channel, dbeta.pointer + channel] as const;
        return [dy.pointer + image, x.pointer + image, ...vectors, ...results, ...sizesOf(size, end - begin), at];
      }),
  };
}

const workOf = ({ batch, channels, pixels }: BatchNormSize): number => batch * channels * pixels;

const sizesOf = ({ batch, channels, pixels, epsilon }: BatchNormSize, some: number) =>
  [batch, some, pixels, channels * pixels * 4, epsilon] as const;
