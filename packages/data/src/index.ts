export { type AgNewsOptions, readAgNews } from "./ag-news.ts";
export type { Augmentation } from "./augment.ts";
export {
  type Batch,
  batchAt,
  batchCount,
  batches,
  type Encoded,
  type EpochOptions,
  encodeExamples,
  encodeTokens,
  examplesAt,
  type Plan,
  planEpoch,
  planEvaluation,
} from "./batches.ts";
export { CIFAR_10_CLASSES, type Cifar10Place, readCifar10 } from "./cifar-10.ts";
export { cleanText, textKey } from "./clean-text.ts";
export { type Corpus, corpusOf } from "./corpus.ts";
export { type CsvOptions, type CsvRow, readCsv } from "./csv.ts";
export { DataError } from "./data-error.ts";
export { type Checksum, type Clock, type DownloadOptions, download, type Progress, type Remote } from "./download.ts";
export type { Example } from "./example.ts";
export { FASHION_MNIST_CLASSES, readFashionMnist } from "./fashion-mnist.ts";
export { type Glove, type GloveOptions, readGlove } from "./glove.ts";
export { type IdxArray, readIdx } from "./idx.ts";
export { type ImageFolder, type ImageFolderOptions, readImageFolder } from "./image-folder.ts";
export { type ImageBatch, type ImageBatchOptions, imageBatches } from "./images.ts";
export { type ImdbOptions, readImdb } from "./imdb.ts";
export { imagesAt, type LabelledImages } from "./labelled-images.ts";
export { type LabelledText, readLabelledTexts, type TextColumns } from "./labelled-texts.ts";
export {
  type AgNewsPlace,
  findGlove,
  type GlovePlace,
  type ImdbPlace,
  locateAgNews,
  locateCifar10,
  locateFashionMnist,
  locateGlove,
  locateImdb,
  locateMnist,
  type Places,
} from "./locate.ts";
export { locateReuters } from "./locate-reuters.ts";
export { locateSentences, type SentenceOptions } from "./locate-sentences.ts";
export { type MnistName, type MnistPlace, readMnist } from "./mnist.ts";
export { NumberedWords } from "./numbered-words.ts";
export {
  type OwnEncoded,
  type OwnEncodeOptions,
  type OwnTexts,
  type OwnTextsOptions,
  readOwnTexts,
  type TextFiles,
} from "./own-texts.ts";
export { type Picture, readPicture } from "./png.ts";
export { REUTERS_TOPICS, type ReutersOptions, type ReutersPlace, type ReutersTopics, readReuters } from "./reuters.ts";
export { SENTENCE_SETS, type SentenceFile, type SentenceForm, type SentenceSet } from "./sentence-sets.ts";
export { publishedSentences, readSentences, type SentencePlace } from "./sentences.ts";
export { examplesOfSeveral, type SeveralLabels, severalLabelsOf, type TextWithLabels } from "./several-labels.ts";
export {
  type FileStatus,
  type GetOptions,
  getSource,
  listOtherForms,
  listSource,
  type OtherForm,
  type Source,
  type SourceFile,
  sourceNamed,
  sources,
  verifySource,
} from "./sources.ts";
export { type Mail, type SpamAssassin, spamAssassinOf } from "./spam-assassin.ts";
export { countRepeats, type Split, type SplitOptions, splitCorpus, subset } from "./split.ts";
export { type ImageSplitOptions, splitImages } from "./split-images.ts";
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
