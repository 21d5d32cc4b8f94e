import type { Expectation } from "../expectation.ts";
import { type Check, firstTensor, samePositions } from "./check.ts";
import { valuesOf } from "./part.ts";

type Of<Kind extends Expectation["kind"]> = Check<Extract<Expectation, { readonly kind: Kind }>>;

export const transferredFrom: Of<"transferredFrom"> = {
  words: "Transferred tickets have the mask and the values of the other run's, and their own where it has none",
  fault: async (network, files, of) => {
    const given = await files.given(of.ticket);
    const own = await files.weights(of.weights, network.graph);
    return firstTensor(network, (name, positions, values) => {
      if (!samePositions(given.mask.get(name), positions)) return true;
      const expected = valuesOf(own, name, positions);
      const [places, brought] = [given.positions.get(name), given.values.get(name)];
      if (places === undefined || places.length !== brought?.length) return true;
      let i = 0;
      for (const [k, at] of places.entries()) {
        while (i < positions.length && positions[i]! < at) i++; // both ascend
        if (positions[i] !== at) return true;
        expected[i] = brought[k]!;
      }
      return values.some((value, k) => !Object.is(value, expected[k]));
    });
  },
};
