import type { ReutersTopics } from "@ltt/data";
import type { Fault, LevelResult, Moment, OptimiserName, Pool, Progress } from "@ltt/lottery";
import type { BackendName, Width } from "./backends.ts";
import type { Vectors } from "./embedding.ts";
import type { Augment } from "./image-augment.ts";
import type { ImageModel } from "./image-models.ts";
import type { JobCount } from "./jobs.ts";
import type { OwnModel } from "./own-models.ts";
import type { Pair } from "./pairs.ts";
import type { Profile } from "./profile-names.ts";
import type { TicketArm } from "./ticket-arms.ts";

/** A run as a user asks for it: of a pair, or of texts of the user's. Everything else has a default, most of them from the profile. */
export interface RunOptions {
  readonly pair?: Pair | undefined;
  /** A file of texts of one's own, in place of a pair: CSV, TSV, JSON lines or Parquet, see `readLabelledTexts`. */
  readonly texts?: string | undefined;
  /** Its column of texts. */
  readonly text?: string | undefined;
  /** Its column of labels, one a text. This, or `labels`. */
  readonly label?: string | undefined;
  /** Its column of labels, of which a text may have several or none. */
  readonly labels?: string | undefined;
  /** What stands between several labels. Default `;`. */
  readonly separator?: string | undefined;
  /** A folder of images of one's own, in place of a pair: a folder in it for each class, PNG, see `readImageFolder`. */
  readonly images?: string | undefined;
  /** What classifies texts or images of one's own. Default of texts `cnn`. */
  readonly model?: OwnModel | ImageModel | undefined;
  /** A file of texts, or a folder of images, to validate on. Default: 0.3 of what is not for testing. */
  readonly validation?: string | undefined;
  /** The same to test on. Default: a fifth. */
  readonly test?: string | undefined;
  /** Default `corrected`; of images `paper`. */
  readonly profile?: Profile | undefined;
  /** The folder with the data sets. */
  readonly data?: string | undefined;
  /** Where `ltt data get` puts them. */
  readonly cache?: string | undefined;
  /** The run folder. Default `runs/PAIR-PROFILE`, or `runs/FILE-MODEL-PROFILE`. */
  readonly out?: string | undefined;
  readonly rounds?: number | undefined;
  readonly epochs?: number | undefined;
  /** Steps that a network trains at most, in the place of `epochs`. */
  readonly steps?: number | undefined;
  readonly trainSize?: number | undefined;
  readonly maxLength?: number | undefined;
  /** Which test part of a cross-validation, from 1, of data without a test part of its own. Default the first. */
  readonly fold?: number | undefined;
  /** Of `reuters-cnn` and `reuters-lstm`: R10 or R90. Default 10. */
  readonly topics?: ReutersTopics | undefined;
  /** Keep all measures over epochs, of a fixed part of the training texts too. Default only of Reuters. */
  readonly measureTraining?: boolean | undefined;
  /** Of `sst2-cnn`: train on phrases, as Kim did. Default true, but in the quick profile. */
  readonly phrases?: boolean | undefined;
  /** The folder of another run, whose tickets are trained here too, see `transferredTickets`. */
  readonly ticket?: string | undefined;
  /** Of that run: the arm whose tickets they are. Default `winning-ticket`. */
  readonly ticketArm?: TicketArm | undefined;
  /** Of that run: the rounds whose tickets are trained. Default: all that this run has. */
  readonly ticketRounds?: readonly number[] | undefined;
  /** Units of each direction of an LSTM's layers. */
  readonly hidden?: number | undefined;
  /** Of texts: the probability that training drops a feature, wherever the network has dropout. Default the published 0.5. */
  readonly dropout?: number | undefined;
  /** Of an LSTM: compute gates again instead of keeping them: less memory, more time, the same bits. Default false. */
  readonly recompute?: boolean | undefined;
  /** Names of arms: ours, and those of plugins. */
  readonly arms?: readonly string[] | undefined;
  /** The name of a criterion: ours, or of a plugin. Default `magnitude`. */
  readonly criterion?: string | undefined;
  /** What weights compete with each other to stay. Default `tensor`. */
  readonly pool?: Pool | undefined;
  /** Files that bring criteria and arms, see `loadPlugins`. */
  readonly plugins?: readonly string[] | undefined;
  /** Default `adam`. */
  readonly optimiser?: OptimiserName | undefined;
  readonly momentum?: number | undefined;
  readonly weightDecay?: number | undefined;
  /** λ of a penalty `λ · Σ|w|`. Default 0. */
  readonly l1?: number | undefined;
  /** Faults of the published experiment to re-enact. */
  readonly faults?: readonly Fault[] | undefined;
  /** The fraction of what is left that each round removes. */
  readonly rate?: number | undefined;
  /** Other fractions, of tensors, groups of tensors or patterns of names, in the place of those of the profile. */
  readonly rates?: Readonly<Record<string, number>> | undefined;
  /** What is never cut, in the place of what the profile says: tensors, groups or patterns of names. */
  readonly exclude?: readonly string[] | undefined;
  /** The moment that late rewinding goes back to. */
  readonly rewind?: Moment | undefined;
  /** Validations in a row without improvement that end training; `null`: none do. */
  readonly patience?: number | null | undefined;
  /** Validations an epoch. */
  readonly validations?: number | undefined;
  /** Steps from one validation to the next, in the place of `validations`. */
  readonly validateEvery?: number | undefined;
  /** Texts a training step. */
  readonly batchSize?: number | undefined;
  /** Of the report. */
  readonly title?: string | undefined;
  readonly seeds?: readonly number[] | undefined;
  readonly learningRate?: number | undefined;
  /** Moments at which the learning rate is multiplied by `scheduleFactor`; none: it never falls. */
  readonly schedule?: readonly Moment[] | undefined;
  /** Default 0.1. */
  readonly scheduleFactor?: number | undefined;
  /** Until when the learning rate climbs; `null`: it does not. */
  readonly warmUp?: Moment | null | undefined;
  /** Of images: how those to train on are changed. Default: as the profile says. */
  readonly augment?: Augment | undefined;
  /** The most that the common norm of all gradients may be. Default: they are not clipped. */
  readonly clipNorm?: number | undefined;
  /** What the embedding starts from. Default `normal`. */
  readonly embedding?: Vectors | undefined;
  /** Keep the embedding as it starts. Default: it is trained. */
  readonly freezeEmbedding?: boolean | undefined;
  /** Default: the fastest that runs here, see `createBackend`. */
  readonly backend?: BackendName | undefined;
  /** Of each job. Default: the cores divided among the jobs. */
  readonly threads?: number | undefined;
  /** Bits of a vector. Default: the most that run here, see `createBackend`. */
  readonly width?: Width | undefined;
  /** Processes that train, on one run folder; `auto`: as many as are of use here. Default 1: this process alone. */
  readonly jobs?: JobCount | undefined;
  /** A queue, `redis://HOST:PORT`: workers elsewhere train. Needs `@ltt/workers`. Default: this machine trains. */
  readonly queue?: string | undefined;
  /** Of a queue: where workers find and put networks, a folder or `s3://BUCKET/PREFIX`. Default: the run folder. */
  readonly store?: string | undefined;
  /**
   * By how much a network may be less accurate than the dense one and still match it, a fraction: of the verdict, not of the results.
   * Default 0.005.
   */
  readonly margin?: number | undefined;
  /** A file of published curves, see `publishedCurves`, to draw under those of the run. Part of its report, not of its results. */
  readonly published?: string | undefined;
}

/** What hears of a run while it goes on. */
export interface RunListener {
  /** One line for people. */
  readonly say?: (line: string) => void;
  readonly onProgress?: (progress: Progress) => void;
  readonly onLevel?: (level: LevelResult) => void;
  readonly signal?: AbortSignal;
  /** Characters that a line of the result's table may have; 100 unless told. */
  readonly width?: number;
}
