export {
  type Batch,
  type Encoded,
  encodeExamples,
  encodeTokens,
  examplesAt,
} from "./batches.ts";
export type { Example } from "./example.ts";
export { type ImageBatch, type ImageBatchOptions, imageBatches } from "./images.ts";
export { imagesAt, type LabelledImages } from "./labelled-images.ts";
export { type TextBatchOptions, textBatches } from "./text-batches.ts";
export { createTokeniser, type Tokeniser, type TokeniserOptions, tokenise } from "./tokenise.ts";
export {
  buildVocabulary,
  countWords,
  PADDING,
  parseVocabulary,
  UNKNOWN,
  Vocabulary,
  type VocabularyOptions,
  vocabularyOf,
} from "./vocabulary.ts";
