// A text CNN, trained for 20 steps on drawn words. Its weights must be the same to the bit wherever the same arithmetic runs: in Node and in browsers, in
// workers and outside, on one thread and on two.
import { createReferenceBackend, createWasmBackend, gradients, scope, stream, tokens, useBackend } from "@ltt/core";
import { Adam, classificationLoss, parametersOf, TextCnn, trainable } from "@ltt/layers";

const [BATCH, TIME, WORDS] = [32, 40, 20000];

/** The SHA-256 of the trained weights by backend and threads, or the message where there is no such backend. */
export async function train() {
  const hashes = { reference: await trainOn(createReferenceBackend()) };
  for (const arithmetic of ["strict", "fma"]) {
    for (const threads of [1, 2]) {
      const created = createWasmBackend({ arithmetic, threads });
      hashes[`${arithmetic}, threads: ${threads}`] = await created.then(
        async (backend) => {
          const hash = await trainOn(backend);
          await backend.close();
          return hash;
        },
        ({ message }) => message,
      );
    }
  }
  return hashes;
}

async function trainOn(backend) {
  const before = useBackend(backend);
  try {
    const model = new TextCnn({ rows: WORDS, outputs: 4, dim: 50, filters: 50 }, stream(1, "init"));
    const optimiser = new Adam(trainable(parametersOf(model).values()), { learningRate: 1e-3 });
    for (let step = 1; step <= 20; step++) {
      const rng = stream(1, "texts", step);
      scope(() => {
        const texts = tokens(
          Int32Array.from({ length: BATCH * TIME }, () => rng.below(WORDS)),
          [BATCH, TIME],
        );
        const lengths = tokens(
          Int32Array.from({ length: BATCH }, () => 1 + rng.below(TIME)),
          [BATCH],
        );
        const targets = tokens(
          Int32Array.from({ length: BATCH }, () => rng.below(4)),
          [BATCH],
        );
        const training = { rng: stream(1, "dropout", step) };
        const loss = classificationLoss(model.forward(texts, { lengths, training }), targets);
        optimiser.step(gradients(loss, optimiser.parameters));
      });
    }
    return await hashOf(optimiser.parameters);
  } finally {
    useBackend(before);
  }
}

async function hashOf(parameters) {
  const values = await Promise.all(parameters.map((parameter) => parameter.read()));
  const digest = await crypto.subtle.digest("SHA-256", await new Blob(values).arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
