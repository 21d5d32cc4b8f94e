/**
 * The tensors of each layer, by its name: `fc1` has `fc1.weight` and `fc1.bias`, `lstm.l0_reverse` the four of this layer and direction.
 */
export function layersOf(tensors: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const layers = new Map<string, string[]>();
  for (const tensor of tensors) {
    const layer = layerOf(tensor);
    layers.set(layer, [...(layers.get(layer) ?? []), tensor]);
  }
  return layers;
}

function layerOf(tensor: string): string {
  const lstm = /^(.*\.)?(?:weight|bias)_[ih]h_(l\d+(?:_reverse)?)$/.exec(tensor);
  if (lstm !== null) return `${lstm[1] ?? ""}${lstm[2]}`;
  const dot = tensor.lastIndexOf(".");
  return dot === -1 ? tensor : tensor.slice(0, dot);
}
