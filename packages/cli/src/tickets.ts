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
import { readEncoding } from "./encoding.ts";
import { encodedOf, lineageOf } from "./node-files.ts";
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
 * Takes tickets of another run to this one: for each seed and round the network of the other run of the same seed and round, its embedding
 * row by row to the same words.
 *
 * @param seeds - Those that must be there, and others that are taken if they are.
 * @throws {RunFolderError} if the other run lacks a network, its encoding, or removed another fraction each round.
 * @throws {RangeError} if its networks are of another model.
 */
export async function transferredTickets(
  { ticket: from = "", ticketArm = "winning-ticket", ticketRounds }: RunOptions,
  { task, encoding }: PreparedTask, // of texts: images are refused before
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
  const rowsBy = new Map<string, { readonly rows: Int32Array; readonly corpus: string }>();
  const tickets: TicketFor[] = [];
  const files = new Map<string, ReadonlyMap<string, Uint8Array>>();
  let words = "";
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
      const digest = encodedOf(stored);
      checkRates(stored, experiment.rate);
      if (!rowsBy.has(digest)) {
        const old = await readEncoding(folder, digest);
        rowsBy.set(digest, { rows: sameWords(encoding!.vocabulary, old.vocabulary), corpus: old.corpus });
      }
      const { rows, corpus } = rowsBy.get(digest)!;
      const shared = rows.filter((row) => row >= 0).length;
      words = `${shared} of ${rows.length} vocabulary rows are words of ${corpus} too`;
      const moved = transferTicket(await readTicket(store, source.node), shapes, {
        rows: shapes.has(WORDS) ? new Map([[WORDS, rows]]) : new Map(),
        rng: stream(seed, "transfer", source.node),
      });
      const init = nodeOf(INIT, { architecture: task.architecture, seed });
      const { ticket, files: made } = givenFiles(moved, source.node, init);
      tickets.push({ ...ticket, seed, round });
      files.set(hashOf(givenNode(ticket, hashOf(init))), made);
    }
  }
  const [{ corpus } = { corpus: "" }] = rowsBy.values();
  return {
    tickets,
    files,
    notes: [
      `Tickets of ${corpus} (${ticketArm}) are trained here: transferred-ticket has their mask and starting values, transferred-mask ` +
        `their mask and initial weights of its own, transferred-random as many weights of each tensor at random places. ${words}; the ` +
        "others keep weights at random places, so many that the embedding is as dense as the ticket's.",
    ],
  };
}

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
