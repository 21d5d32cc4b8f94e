import { text as aString, check, checkOptions, type Kinds, map } from "@ltt/lottery/arguments";
import { z } from "zod";
import type { PublishedCurve } from "./input.ts";

const percentage = z.number().min(0).max(100);
const schema = z.object({
  source: z.string(),
  sparsityPercent: z.array(percentage),
  pairs: z.record(z.string(), z.record(z.string(), z.object({ testAccuracyPercent: z.array(percentage) }))),
});

interface PublishedOptions {
  readonly pair: string;
  readonly arms: ReadonlyMap<string, string>;
  readonly file: string;
}

const OPTIONS: Kinds<PublishedOptions> = { pair: aString, arms: map, file: aString };

/**
 * Curves from the literature for a pair, from the text of a JSON file:
 * `{ "source": "…", "sparsityPercent": [0, 20, …], "pairs": { "imdb-cnn": { "winning-ticket": { "testAccuracyPercent": [87.04, …] }, … } }
 * }`, one accuracy a sparsity.
 *
 * @param arms - The published names of arms whose name here is another.
 * @param file - For messages.
 * @throws {RangeError} if the text is not of this form, or a curve has more or fewer points than there are sparsities.
 */
export function publishedCurves(text: string, options: PublishedOptions): { source: string; curves: PublishedCurve[] } {
  check("publishedCurves", "text", text, aString);
  const { pair, arms, file } = checkOptions("publishedCurves", options, OPTIONS, ["pair", "arms", "file"]);
  const { source, sparsityPercent, pairs } = parsed(text, file);
  const curves = Object.entries(pairs[pair] ?? {}).map(([name, { testAccuracyPercent: accuracies }]) => {
    if (accuracies.length !== sparsityPercent.length) {
      throw new RangeError(
        `${file}: ${pair}, ${name} has ${accuracies.length} accuracies for ${sparsityPercent.length} sparsities`,
      );
    }
    return {
      arm: arms.get(name) ?? name,
      label: `published: ${name}`,
      points: accuracies.map((accuracy, i) => ({ sparsity: sparsityPercent[i]! / 100, testAccuracy: accuracy / 100 })),
    };
  });
  return { source, curves };
}

function parsed(text: string, file: string): z.infer<typeof schema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new RangeError(`${file}: not JSON: ${(cause as Error).message}`, { cause });
  }
  const { success, data, error } = schema.safeParse(json);
  if (success) return data;
  const { path, message } = error.issues[0]!;
  throw new RangeError(`${file}: ${path.join(".") || "the whole"}: ${message}`);
}
