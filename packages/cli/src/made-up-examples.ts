import { type Matrix, noGrad, scope, stream, type TokenMatrix, tensor, tokens } from "@ltt/core";
import { LeNet300, type Model, multiplications } from "@ltt/layers";
import type { Network } from "./architecture.ts";

/** A network with examples of its kind that were made up. What is measured on them is time and work, never accuracy. */
export interface Trial {
  /** Multiplications of one example. */
  readonly macs: number;
  /** A forward pass of so many examples, without gradients; `read` gives its logits. */
  readonly pass: (count: number) => Pass;
}

export interface Pass {
  readonly run: () => void;
  readonly read: () => Float32Array;
}

const TOKENS = 64;

/** Texts of 64 tokens, every word in turn, or images of random brightness. */
export function trialOf(network: Network): Trial {
  if (network.takes === "texts") {
    const { module } = network;
    return trial(module, (count) => texts(count, module.embedding.weight.shape[0]));
  }
  const { module, shape } = network;
  if (module instanceof LeNet300) {
    const pixels = module.fc1.weight.shape[1];
    return trial(module, (count) => tensor(brightness(count * pixels), [count, pixels]));
  }
  const [channels, height, width] = shape;
  return trial(module, (count) => tensor(brightness(count * channels * height * width), [count, ...shape]));
}

function trial<Input>(model: Model<Input>, examples: (count: number) => Input): Trial {
  return {
    macs: multiplications(model, examples(1)),
    pass(count) {
      const input = examples(count);
      const forward = (): Matrix => noGrad(() => model.forward(input));
      return {
        run() {
          scope(() => {
            forward();
          });
        },
        read: () => Float32Array.from(scope(() => ({ data: forward().data.slice() })).data),
      };
    },
  };
}

function texts(count: number, rows: number): TokenMatrix {
  const ids = Int32Array.from({ length: count * TOKENS }, (_, i) => i % rows);
  return tokens(ids, [count, TOKENS]);
}

function brightness(pixels: number): Float32Array {
  return stream(0, "examples").uniforms(pixels);
}
