import type { Criterion } from "../criterion.ts";
import { layersOf } from "../inside/layers-of.ts";

/**
 * `max(0, L(w; layer ← w0) − L(w)) · wT² / Σ_layer wT²`: what the network loses if the weight's layer is put back to its first weights,
 * shared among the layer's weights by their squares. Layers that have learnt nothing that is needed lose most where weights of all layers
 * are one pool. The importance is that of Zhang, Bengio & Singer (arXiv 1902.01996), §3, measured by the training loss; pruning by it is
 * ours. A loss is computed for each layer.
 */
export const layerImportanceCriterion: Criterion = {
  name: "layer-importance",
  version: 2,
  score: async ({ trained, initial, lossOf }) => {
    const [weights, first] = [await trained(), await initial()];
    const whole = await lossOf(weights);
    const scores = new Map<string, Float32Array>();
    for (const tensors of layersOf(weights.keys()).values()) {
      const back = tensors.map((name) => [name, first.get(name)!] as const);
      const lost = Math.max(0, (await lossOf(new Map([...weights, ...back]))) - whole);
      const squares = tensors.reduce((sum, name) => weights.get(name)!.reduce((part, w) => part + w * w, sum), 0);
      for (const name of tensors)
        scores.set(
          name,
          weights.get(name)!.map((w) => (squares === 0 ? 0 : (lost * w * w) / squares)),
        );
    }
    return scores;
  },
};
