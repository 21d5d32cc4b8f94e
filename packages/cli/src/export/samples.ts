import { stream } from "@ltt/core";
import { type ImageShape, type Network, networkOf } from "../architecture.ts";
import { imageLogits, textLogits } from "../classifier.ts";
import type { TrainedNetwork } from "../trained-network.ts";
import { range, sizeOf } from "./host-tensor.ts";

/** Inputs, and what the network says of them: whoever reads an export elsewhere compares with these. */
export interface Samples {
  /** Ids of texts, or brightness of pixels times 255. */
  readonly inputs: readonly (readonly number[])[];
  readonly logits: readonly (readonly number[])[];
}

/** Lengths of the sample texts: shorter than every filter, and longer. */
const LENGTHS = [1, 2, 3, 5, 8, 21, 40, 13] as const;

/** @returns the samples, and the shape of images. */
export async function samplesOf({
  architecture,
  weights,
  place,
}: TrainedNetwork): Promise<{ samples: Samples; shape: ImageShape | undefined }> {
  const network = networkOf(architecture, weights, place);
  const inputs = sampleInputs(network, "rows" in architecture ? architecture.rows : 256);
  const logits =
    network.takes === "texts"
      ? await textLogits(network, inputs)
      : await imageLogits(
          network,
          inputs.map((bytes) => bytes.map((byte) => byte / 255)),
        ); // prettier-ignore
  return { samples: { inputs, logits }, shape: network.shape };
}

function sampleInputs(network: Network, below: number): number[][] {
  const rng = stream(1, "samples");
  const lengths = network.takes === "texts" ? LENGTHS : LENGTHS.map(() => sizeOf(network.shape));
  return lengths.map((length, i) => {
    const own = rng.split("input", i);
    return range(length).map(() => own.uint32() % below);
  });
}
