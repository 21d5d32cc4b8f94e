import { join, resolve } from "node:path";
import { backend, useBackend } from "@ltt/core";
import type { Places } from "@ltt/data";
import { armsNeeded } from "@ltt/lottery";
import { createBackend, describeBackend } from "./backends.ts";
import { checkMoments } from "./check-moments.ts";
import { checkRunFolder } from "./check-run-folder.ts";
import { chosenSettings } from "./chosen-settings.ts";
import type { ImageSettings } from "./image-pairs.ts";
import { unlessAborted } from "./interruption.ts";
import { type ChosenJobs, chooseJobs } from "./jobs.ts";
import { noteFiles } from "./note-files.ts";
import { prepareOwn, readOwn } from "./own-data.ts";
import { prepareOwnImages } from "./own-images.ts";
import { sizedOptions } from "./own-profile.ts";
import { prepare } from "./pairs.ts";
import type { TaskSettings } from "./prepare-encoded.ts";
import type { PreparedTask } from "./prepared-task.ts";
import { type Published, readPublished } from "./published-file.ts";
import { type NotedFile, plannedRuns } from "./run-file.ts";
import type { RunListener, RunOptions } from "./run-options.ts";
import { defaultProfile, profileSettings, type RunSettings } from "./run-settings.ts";
import { subjectOf } from "./subject.ts";
import { type TransferredTickets, transferredTickets, withTickets } from "./tickets.ts";

/** A run of which everything is ready but the networks. */
export interface Begun {
  /** Those of the user, and what depends on how many texts of the user's there are. */
  readonly options: RunOptions;
  readonly settings: RunSettings;
  readonly prepared: PreparedTask;
  readonly folder: string;
  readonly published: Published | undefined;
  /** Tickets of another run; its arms are in the settings. */
  readonly transferred: TransferredTickets | undefined;
  /** Texts of the user's. */
  readonly files: readonly NotedFile[];
}

/**
 * @param onBackend - Hears what computes, before the data is read. Without it there is one job, this process, with the threads of one of
 *   those asked for.
 */
export async function begin(
  options: RunOptions,
  { say, signal }: RunListener,
  onBackend?: (chosen: ChosenJobs) => void,
): Promise<Begun> {
  const subject = subjectOf(options);
  const { name, pair, own, ownImages } = subject;
  const { profile = defaultProfile(subject) } = options;
  for (const path of ["data", "out", "published"] as const) {
    if (options[path]?.trim() === "") throw new RangeError(`--${path} is empty; it is a path`);
  }
  const settings = await chosenSettings(options);
  const published =
    options.published === undefined ? undefined : await readPublished(options.published, { pair: name, profile });
  const folder = resolve(options.out ?? join("runs", `${name}-${profile}`));
  await checkRunFolder(folder);
  const files = await noteFiles(subject, folder);

  const wanted = chooseJobs(options, settings.experiment);
  const chosen =
    onBackend === undefined
      ? chooseJobs({ ...options, jobs: 1, threads: wanted.threads }, settings.experiment)
      : wanted;
  // Where other processes train, this one has nothing to compute.
  const threads = chosen.jobs > 1 ? 1 : (options.threads ?? chosen.threads);
  useBackend(await createBackend(options.backend, { threads, width: options.width }));
  say?.(`backend ${describeBackend(backend())}, ${chosen.words}; run folder ${folder}`);
  onBackend?.(chosen);
  const needed = armsNeeded(settings.experiment);
  if (needed.length > settings.experiment.arms.length) {
    say?.("controls take their patterns from winning-ticket, so that arm is trained too");
  }

  const places: Places = {
    ...(options.data === undefined ? {} : { data: options.data }),
    ...(options.cache === undefined ? {} : { cache: options.cache }),
  };
  const prepared = async () => {
    if (ownImages !== undefined)
      return {
        options,
        settings,
        prepared: await prepareOwnImages(ownImages, settings as ImageSettings, { say, signal }),
      };
    if (own === undefined)
      return { options, settings, prepared: await prepare(pair, settings, places, { say, signal }) };
    const texts = await readOwn(own, settings as TaskSettings, { say, signal });
    const sized = sizedOptions(options, own, texts.sizes);
    const chosen = await chosenSettings(sized);
    return {
      options: sized,
      settings: chosen,
      prepared: await prepareOwn(texts, own, chosen as RunSettings & TaskSettings, { places, say, signal }),
    };
  };
  const begun = { ...(await unlessAborted(signal, prepared())), folder, published, files };
  say?.(begun.prepared.dataset);
  const usual = profileSettings(subject, profile).settings.experiment;
  checkMoments(begun.settings.experiment, usual, begun.prepared.stepsPerEpoch);
  return options.ticket === undefined ? { ...begun, transferred: undefined } : withTransfer(begun, signal);
}

/** The same run with arms of tickets of another one. */
async function withTransfer(begun: Omit<Begun, "transferred">, signal: AbortSignal | undefined): Promise<Begun> {
  const { options, prepared, folder, settings } = begun;
  const { experiment } = settings;
  const noted = await plannedRuns(folder).catch(() => []); // of another version: written anew
  const seen = noted.flatMap(({ networks }) => networks.map(({ seed }) => seed));
  const others = [...new Set(seen)].filter((seed) => !experiment.seeds.includes(seed));
  const seeds = { asked: experiment.seeds, others };
  const transferred = await unlessAborted(signal, transferredTickets(options, prepared, experiment, seeds));
  return {
    ...begun,
    settings: { ...settings, experiment: withTickets(experiment, transferred.tickets) },
    prepared: { ...prepared, notes: [...prepared.notes, ...transferred.notes] },
    transferred,
  };
}
