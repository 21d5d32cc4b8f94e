import { resolve } from "node:path";
import { stream } from "@ltt/core";
import type { Vocabulary } from "@ltt/data";
import { parametersOf } from "@ltt/layers";
import {
  type ExperimentSettings,
  FolderStore,
  givenFiles,
  givenNode,
  hashOf,
  INIT,
  nodeOf,
  patternOf,
  RunFolderError,
  readTicket,
  type Store,
  type StoredFiles,
  type TicketFor,
  transferArms,
  transferTicket,
} from "@ltt/lottery";
import { readEncoding, readImageEncoding } from "./encoding.ts";
import { digestIn, lineageOf } from "./node-files.ts";
import { checkIsFolder } from "./path-kind.ts";
import type { PreparedTask } from "./prepared-task.ts";
import { type PlannedNetwork, plannedRuns } from "./run-file.ts";
import type { RunOptions } from "./run-options.ts";
import type { TicketArm } from "./ticket-arms.ts";

/** Tickets of another run in the shapes of this one. */
export interface TransferredTickets {
  readonly tickets: readonly TicketFor[];
  /** Their files, by the name of their node. */
  readonly files: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;
  /** What a report says of them. */
  readonly notes: readonly string[];
}

/** The tensor whose rows stand for words. */
const WORDS = "embedding.weight";

/**
 * Takes tickets of another run to this one: for each seed and round the network of the other run of the same seed and round, of texts its
 * embedding row by row to the same words.
 *
 * @param seeds - Those that must be there, and others that are taken if they are.
 * @throws {RunFolderError} if the other run lacks a network, its encoding, or removed another fraction each round.
 * @throws {RangeError} if its networks are of another model.
 */
export async function transferredTickets(
  { ticket: from = "", ticketArm = "winning-ticket", ticketRounds }: RunOptions,
  { task, encoding }: PreparedTask,
  experiment: ExperimentSettings,
  seeds: { readonly asked: readonly number[]; readonly others: readonly number[] },
): Promise<TransferredTickets> {
  const folder = resolve(from);
  await checkIsFolder(folder, "--ticket names the folder of another run");
  await FolderStore.check(folder);
  const store = await FolderStore.open(folder);
  const networks = await networksOf(folder, ticketArm);
  const rounds = ticketRounds ?? Array.from({ length: experiment.rounds }, (_, i) => i + 1);
  const tooMany = rounds.find((round) => round > experiment.rounds);
  if (tooMany !== undefined)
    throw new RangeError(
      `--ticket-rounds: ${tooMany} is asked for, but this run has ${experiment.rounds}: give --rounds`,
    );

  const weights = parametersOf(task.model(stream(0)));
  const shapes = new Map(Array.from(patternOf(weights).keys(), (name) => [name, [...weights.get(name)!.shape]]));
  const sources = new Map<string, Source>();
  const tickets: TicketFor[] = [];
  const files = new Map<string, ReadonlyMap<string, Uint8Array>>();
  for (const seed of [...seeds.asked, ...seeds.others]) {
    for (const round of rounds) {
      const source = networks.find((network) => network.seed === seed && network.round === round);
      const stored = source && (await store.read(source.node));
      if (source === undefined || stored === undefined) {
        if (!seeds.asked.includes(seed)) continue;
        throw new RunFolderError(
          `${folder}: has no network of ${ticketArm}, seed ${seed}, round ${round}: finish that ` +
            "run first, or ask for others (--seeds, --ticket-rounds)",
        );
      }
      const { digest, isImages } = digestIn(stored);
      checkRates(stored, experiment.rate);
      if (isImages !== (encoding === undefined)) {
        const [theirs, ours] = isImages ? ["images", "texts"] : ["texts", "images"];
        throw new RangeError(`--ticket: the networks of ${folder} are of ${theirs}, this run's of ${ours}`);
      }
      if (!sources.has(digest)) sources.set(digest, await sourceOf(folder, digest, encoding?.vocabulary));
      const { rows } = sources.get(digest)!;
      const moved = transferTicket(await readTicket(store, source.node), shapes, {
        rows: rows !== undefined && shapes.has(WORDS) ? new Map([[WORDS, rows]]) : new Map(),
        rng: stream(seed, "transfer", source.node),
      });
      const init = nodeOf(INIT, { architecture: task.architecture, seed });
      const { ticket, files: made } = givenFiles(moved, source.node, init);
      tickets.push({ ...ticket, seed, round });
      files.set(hashOf(givenNode(ticket, hashOf(init))), made);
    }
  }
  const [{ corpus, rows } = { corpus: "", rows: undefined }] = [...sources.values()].reverse();
  return {
    tickets,
    files,
    notes: [
      `Tickets of ${corpus} (${ticketArm}) are trained here: transferred-ticket has their mask and starting values, transferred-mask ` +
        "their mask and initial weights of its own, transferred-random as many weights of each tensor at random places. " +
        (rows === undefined ? CLASSES : wordsOf(rows, corpus)),
    ],
  };
}

/** What a ticket was trained on, and of texts what it has of the words here. */
interface Source {
  readonly corpus: string;
  readonly rows: Int32Array | undefined;
}

async function sourceOf(folder: string, digest: string, words: Vocabulary | undefined): Promise<Source> {
  if (words === undefined) {
    const { corpus = "other images" } = (await readImageEncoding(folder, digest)) ?? {};
    return { corpus, rows: undefined };
  }
  const { corpus, vocabulary } = await readEncoding(folder, digest);
  return { corpus, rows: sameWords(words, vocabulary) };
}

function wordsOf(rows: Int32Array, corpus: string): string {
  return (
    `${rows.filter((row) => row >= 0).length} of ${rows.length} vocabulary rows are words of ${corpus} too; the ` +
    "others keep weights at random places, so many that the embedding is as dense as the ticket's."
  );
}

const CLASSES =
  "Of as many classes the output's weights are the ticket's too; of others they are at random places, as dense as its.";

/** An experiment that trains tickets of another run too. */
export function withTickets(experiment: ExperimentSettings, tickets: readonly TicketFor[]): ExperimentSettings {
  return tickets.length === 0 ? experiment : { ...experiment, arms: [...experiment.arms, ...transferArms(tickets)] };
}

/** Puts the tickets into the run folder, where whoever trains or audits finds them. */
export async function storeTickets({ files }: TransferredTickets, store: Store): Promise<void> {
  for (const [hash, made] of files) await store.putIfAbsent(hash, made, { seconds: 0 });
}

/** The networks of an arm that the runs of a folder set out to train, those of the latest run first. */
async function networksOf(folder: string, arm: TicketArm): Promise<PlannedNetwork[]> {
  const runs = await plannedRuns(folder);
  if (runs.length === 0) throw new RunFolderError(`${folder}: no run is noted in run.json; is this a run folder?`);
  return runs.flatMap(({ networks }) => networks.filter((network) => network.arm === arm));
}

/** For each word of the new vocabulary its row in the old one, −1 where that has it not. */
function sameWords(now: Vocabulary, old: Vocabulary): Int32Array {
  const rows = new Map(old.words.map((word, row) => [word, row]));
  return Int32Array.from(now.words, (word) => rows.get(word) ?? -1);
}

/** Rounds stand for sparsities: those of the two runs must be the same. */
function checkRates(stored: StoredFiles, rate: number): void {
  const cut = lineageOf(stored).find(({ op, params }) => op === "cut" && params?.rate !== rate);
  const other = cut?.params?.rate;
  if (other === undefined) return;
  throw new RunFolderError(
    `${stored.place}: ${other} of what was left went each round, here ${rate}: give --rate ${other}`,
  );
}
