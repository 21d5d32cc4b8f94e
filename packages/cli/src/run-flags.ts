import type { ReutersTopics } from "@ltt/data";
import type { Fault, Moment, OptimiserName, Pool } from "@ltt/lottery";
import type { BackendName, Width } from "./backends.ts";
import type { Vectors } from "./embedding.ts";
import { cacheFolder } from "./folders.ts";
import type { Augment } from "./image-augment.ts";
import type { ImageModel } from "./image-models.ts";
import type { JobCount } from "./jobs.ts";
import type { OwnModel } from "./own-models.ts";
import type { Pair } from "./pairs.ts";
import type { Profile } from "./profile-names.ts";
import type { RunOptions } from "./run-options.ts";
import type { TicketArm } from "./ticket-arms.ts";

/** What was typed after `ltt run`. */
export interface Flags {
  readonly texts?: string;
  readonly images?: string;
  readonly text?: string;
  readonly label?: string;
  readonly labels?: string;
  readonly separator?: string;
  readonly model?: OwnModel | ImageModel;
  readonly validation?: string;
  readonly test?: string;
  readonly profile?: Profile;
  readonly data?: string;
  readonly out?: string;
  readonly rounds?: number;
  readonly epochs?: number;
  readonly steps?: number;
  readonly trainSize?: number;
  readonly maxLength?: number;
  readonly fold?: number;
  readonly topics?: ReutersTopics;
  readonly measureTraining?: true;
  readonly phrases?: boolean;
  readonly ticket?: string;
  readonly ticketArm?: TicketArm;
  readonly ticketRounds?: readonly number[];
  readonly hidden?: number;
  readonly dropout?: number;
  readonly recompute?: true;
  readonly arms?: readonly string[];
  readonly criterion?: string;
  readonly pool?: Pool;
  readonly optimiser?: OptimiserName;
  readonly momentum?: number;
  readonly weightDecay?: number;
  readonly l1?: number;
  readonly faults?: readonly Fault[];
  readonly plugin?: readonly string[];
  readonly rate?: number;
  readonly rates?: Readonly<Record<string, number>>;
  readonly exclude?: readonly string[];
  readonly rewind?: Moment;
  readonly patience?: number | "none";
  readonly validations?: number;
  readonly validateEvery?: number;
  readonly batchSize?: number;
  readonly title?: string;
  readonly seed?: number;
  readonly seeds?: readonly number[];
  readonly learningRate?: number;
  readonly schedule?: readonly Moment[];
  readonly scheduleFactor?: number;
  readonly warmUp?: Moment | "none";
  readonly augment?: Augment;
  readonly clipNorm?: number;
  readonly embedding?: Vectors;
  readonly freezeEmbedding?: true;
  readonly backend?: BackendName;
  readonly threads?: number;
  readonly width?: Width;
  readonly jobs?: JobCount;
  readonly published?: string;
  readonly queue?: string;
  readonly store?: string;
  readonly margin?: number;
  readonly json?: true;
  readonly dryRun?: true;
}

/** What `runPair` takes, from what was typed. */
export function optionsOf(
  pair: Pair | undefined,
  { seed, seeds, patience, warmUp, plugin, json: _json, dryRun: _dryRun, ...flags }: Flags,
): RunOptions {
  return {
    ...flags,
    pair,
    cache: cacheFolder(),
    plugins: plugin,
    seeds: seed === undefined ? seeds : [seed],
    patience: patience === "none" ? null : patience,
    warmUp: warmUp === "none" ? null : warmUp,
  };
}
