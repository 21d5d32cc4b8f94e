import { createHash } from "node:crypto";
import { FolderStore, type LevelResult, storedResults } from "@ltt/lottery";
import { renderReport } from "@ltt/report";
import { duration } from "./progress.ts";
import { plannedRuns } from "./run-file.ts";
import { reportOf } from "./run-report.ts";
import { statusOf } from "./run-status.ts";

/** How far a run is, for a page. */
export interface LiveStatus {
  readonly done: number;
  readonly networks: number;
  readonly words: string;
}

/**
 * A run that is going on, as its folder tells: networks are read once, when they are finished. Nothing is audited: the run does that at its
 * end.
 */
export class LiveRun {
  readonly #folder: string;
  readonly #results = new Map<string, LevelResult>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws {RunFolderError} if the folder cannot be read. */
  async status(): Promise<LiveStatus> {
    const { networks, secondsLeft } = await statusOf(this.#folder);
    const done = networks.filter(({ state }) => state === "done").length;
    const making = networks.filter(({ state }) => state === "in the making");
    const now = making.map(
      ({ arm, seed, round, step, stepsAtMost }) =>
        `${arm}, seed ${seed}, round ${round}: kept at step ${step} of at most ${stepsAtMost}`,
    );
    const left = done === networks.length || secondsLeft === undefined ? [] : [`about ${duration(secondsLeft)} left`];
    const counted = networks.length === 0 ? "no run is noted yet" : `${done} of ${networks.length} networks done`;
    return { done, networks: networks.length, words: [counted, ...left, ...now].join(" · ") };
  }

  /** The report of what is finished; `undefined` where nothing is. */
  async report(): Promise<string | undefined> {
    const run = (await plannedRuns(this.#folder)).find(({ report, covered }) => report && covered);
    if (run?.report === undefined || run.covered === undefined) return undefined;
    const { networks } = await statusOf(this.#folder);
    const isDone = new Set(networks.flatMap(({ node, state }) => (state === "done" ? [node] : [])));
    const fresh = run.covered.filter(({ node }) => isDone.has(node) && !this.#results.has(node));
    const store = await FolderStore.open(this.#folder);
    for (const result of await storedResults(
      store,
      fresh.map(({ arm, seed, round, node }) => ({ arm, seed, round, node })),
    ))
      this.#results.set(result.node!, result);
    const levels = run.covered.flatMap(({ node }) => this.#results.get(node) ?? []);
    if (levels.length === 0) return undefined;
    const margin = run.options.margin as number | undefined;
    return renderReport(reportOf(run.report, levels, [], { margin, faults: run.faults, published: undefined }));
  }
}

const STYLE = `html, body { margin: 0; height: 100%; } body { display: flex; flex-direction: column; font: 14px system-ui, sans-serif; color-scheme: light dark; }
header { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: center; padding: 8px 14px; } progress { width: 180px; } iframe { flex: 1; border: 0; border-top: 1px solid gray; width: 100%; }`;

const SCRIPT = `
const [words, bar, frame] = ["words", "bar", "frame"].map((id) => document.getElementById(id));
let seen = -1;
const look = async () => {
  try {
    const status = await (await fetch("status")).json();
    words.textContent = status.words;
    bar.max = Math.max(1, status.networks);
    bar.value = status.done;
    if (status.done !== seen) {
      const at = frame.contentWindow?.scrollY ?? 0;
      frame.onload = () => frame.contentWindow.scrollTo(0, at);
      frame.contentWindow.location.replace("report");
      seen = status.done;
    }
  } catch {
    words.textContent = "ltt watch has ended";
  }
  setTimeout(look, 2000);
};
look();
`;

const digestOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** What a watcher's page may load: its own parts, and a report in it. */
export const LIVE_POLICY: string = `default-src 'none'; connect-src 'self'; frame-src 'self'; style-src ${digestOf(STYLE)}; script-src ${digestOf(SCRIPT)}`;

/** The page around the report: how far the run is, asked every two seconds, and the report anew when a network is finished. */
export const LIVE_PAGE: string = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>ltt watch</title><style>${STYLE}</style></head>
<body><header><progress id="bar" aria-label="networks done"></progress><span id="words" role="status">…</span></header><iframe id="frame" title="report of the networks that are done"></iframe><script>${SCRIPT}</script></body></html>
`;
