import { resolve } from "node:path";
import { backend } from "@ltt/core";
import { plannedNodes } from "@ltt/lottery";
import type { BackendName } from "./backends.ts";
import type { Begun } from "./begin-run.ts";
import type { PlannedRun } from "./run-file.ts";
import { defaultProfile } from "./run-settings.ts";
import { subjectOf } from "./subject.ts";

/** What `run.json` says. */
export function plannedRunOf({ options: told, settings, prepared, files }: Begun, jobs: number): PlannedRun {
  // Addresses of queue and store may hold passwords.
  const { pair: _pair, profile = defaultProfile(subjectOf(told)), queue: _queue, store: _store, ...options } = told;
  const { experiment } = settings;
  const networks = plannedNodes(prepared.task, experiment, new Set())
    .filter(({ op }) => op === "train")
    .map(({ arm, seed, round, hash, stepsAtMost }) => ({ arm, seed, round, node: hash, stepsAtMost }));
  const { faults } = experiment;
  const { name: computes } = backend();
  const paths = Object.fromEntries(files.map(({ option, path }) => [option, path])); // so that they are found from other folders
  return {
    pair: subjectOf(told).name,
    profile,
    backend: computes as BackendName, // of `createBackend`
    jobs,
    options: { ...options, ...(options.images === undefined ? {} : { images: resolve(options.images) }), ...paths },
    ...(files.length === 0 ? {} : { files }),
    faults,
    networks,
  };
}
