import { readImageFolder } from "@ltt/data";
import { type ImageSettings, prepareImageSet } from "./image-pairs.ts";
import { IMAGE_SPLIT_SEED } from "./image-subset.ts";
import type { PrepareListener } from "./prepare-corpus.ts";
import type { PreparedTask } from "./prepared-task.ts";
import type { OwnImages } from "./subject.ts";

/**
 * Reads images of the user's and divides them. The name of the folder is in no hash: one that was moved holds no other data.
 *
 * @throws {DataError} that names the file and what to do.
 */
export async function prepareOwnImages(
  { folder, validation, test, model }: OwnImages,
  settings: ImageSettings,
  { say, signal }: PrepareListener,
): Promise<PreparedTask> {
  const onProgress = (images: number) => say?.(`${folder}: ${images.toLocaleString("en-US")} images read`);
  const options = { validation, test, seed: IMAGE_SPLIT_SEED, onProgress, signal };
  const { classes, mixed, repeatsInTest, ...parts } = await readImageFolder(folder, options);
  const notes = mixed ? ["Some images are grey, others in colour: all are taken in three colours."] : [];
  const set = { name: "own images", ...parts, classes, share: 1, hasRepeats: repeatsInTest > 0, notes };
  return prepareImageSet(folder, set, model, settings);
}
