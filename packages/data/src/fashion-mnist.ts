import type { LabelledImages } from "./labelled-images.ts";
import { type MnistPlace, readNamed } from "./mnist.ts";

export const FASHION_MNIST_CLASSES = [
  "T-shirt or top",
  "trouser",
  "pullover",
  "dress",
  "coat",
  "sandal",
  "shirt",
  "sneaker",
  "bag",
  "ankle boot",
] as const;

/**
 * Fashion-MNIST (Xiao, Rasul & Vollgraf 2017, arXiv 1708.07747): grey photographs of clothes, in the form and the sizes of MNIST, whose
 * file names it has too.
 *
 * @throws {DataError} as `readMnist`, and for MNIST itself.
 */
export function readFashionMnist(place: MnistPlace): Promise<{ train: LabelledImages; test: LabelledImages }> {
  return readNamed("readFashionMnist", place, "fashion-mnist");
}
