import {
  type FileStatus,
  getSource,
  listOtherForms,
  listSource,
  locateCifar10,
  locateSentences,
  publishedSentences,
  readCifar10,
  readSentences,
  SENTENCE_SETS,
  type SentenceSet,
  type Source,
  sourceNamed,
  sources,
  verifySource,
} from "@ltt/data";
import type { Command } from "commander";
import { dataOption } from "./data-option.ts";
import { cacheFolder } from "./folders.ts";
import { interruptible, unlessAborted } from "./interruption.ts";

/** `ltt data get|verify|list`: public data sets, fetched from where they are published. */
export function addDataCommands(program: Command): void {
  const data = program.command("data").description("fetch, check and list the public data sets");
  const named = (names: readonly string[]): readonly Source[] =>
    names.length === 0 ? sources : names.map(sourceNamed);
  const sets = `${sources.map(({ name }) => name).join(", ")}; all where none is named`;
  const dir = () => dataOption("the folder to keep them in", cacheFolder());

  data
    .command("get")
    .description("download what is missing, resuming what was cut off, and check it")
    .argument("[names...]", sets)
    .addOption(dir())
    .action((names: string[], { data }: { data: string }) =>
      interruptible((signal) => unlessAborted(signal, get(named(names), data, signal))),
    );
  data
    .command("verify")
    .description("compare what is there with the published checksums")
    .argument("[names...]", sets)
    .addOption(dir())
    .action((names: string[], { data }: { data: string }) =>
      interruptible((signal) => unlessAborted(signal, verify(named(names), data))),
    );
  data
    .command("list")
    .description("what there is, and what of it is on this machine")
    .addOption(dir())
    .action(async ({ data: folder }: { data: string }) => {
      printHeader();
      for (const source of sources) {
        print(source, await listSource(source, folder));
        const others = await listOtherForms(source, folder);
        if (source.byHand !== undefined && others.length === 0)
          process.stdout.write(`${source.name}\tmissing\t\t${source.byHand}\n`);
        for (const { path, bytes } of others) {
          process.stdout.write(
            `${source.name}\tother form\t${bytes === undefined ? "a folder" : megabytes(bytes)}\t${path}\n`,
          );
        }
      }
    });
}

async function get(wanted: readonly Source[], folder: string, signal: AbortSignal): Promise<void> {
  printHeader();
  for (const source of wanted) {
    let shown = 0;
    const statuses = await getSource(source, folder, {
      signal,
      onProgress: ({ bytes, total, rate }, file) => {
        if (performance.now() - shown < 1000) return;
        shown = performance.now();
        const share = total === undefined ? "" : ` of ${megabytes(total)}`;
        process.stderr.write(`${file.path}: ${megabytes(bytes)}${share}, ${megabytes(rate)}/s\n`);
      },
    });
    print(source, statuses);
    if (source.byHand !== undefined) process.stderr.write(`${source.name} is not fetched: ${source.byHand}\n`);
  }
}

async function verify(wanted: readonly Source[], folder: string): Promise<void> {
  let wrong = 0;
  printHeader();
  for (const source of wanted) {
    const statuses = await verifySource(source, folder);
    const set = SENTENCE_SETS.find((name) => name === source.name);
    const isElsewhere = statuses.every(({ state }) => state === "missing");
    if (isElsewhere && (await listOtherForms(source, folder)).length > 0) {
      const found = set !== undefined ? await sentencesIn(set, folder) : await imagesIn(source, folder);
      if (found !== undefined) {
        wrong += verifyCount(source, found);
        continue;
      }
    }
    wrong += statuses.filter(({ state }) => state !== "right").length;
    print(source, statuses);
    if (source.byHand !== undefined) {
      process.stdout.write(`${source.name}\tmissing\t\t${source.byHand}\n`);
      wrong++;
    }
  }
  if (wrong > 0) process.exitCode = 1;
}

/** What was read and counted of a set in a form whose bytes are not known. */
interface Counted {
  readonly examples: "sentences" | "images";
  readonly has: number;
  readonly published: number;
  readonly at: string;
}

async function sentencesIn(set: SentenceSet, folder: string): Promise<Counted> {
  const place = await locateSentences(set, { data: folder });
  const { train, validation = [], test = [] } = await readSentences(place);
  const has = train.length + validation.length + test.length;
  const at = place.train.map(({ path }) => path).join(", ");
  return { examples: "sentences", has, published: publishedSentences(set), at };
}

async function imagesIn({ name }: Source, folder: string): Promise<Counted | undefined> {
  if (name !== "cifar-10") return undefined;
  const place = await locateCifar10({ data: folder });
  const { train, test } = await readCifar10(place);
  return { examples: "images", has: train.shape[0] + test.shape[0], published: 60_000, at: place.folder };
}

/** Returns how many faults there are. */
function verifyCount({ name }: Source, { examples, has, published, at }: Counted): number {
  const [count, all] = [has, published].map((n) => n.toLocaleString("en-US"));
  const state = has === published ? `all ${count} ${examples}` : `${count} ${examples}, published ${all}`;
  process.stdout.write(`${name}\t${state}\t\t${at}\n`);
  return has === published ? 0 : 1;
}

function printHeader(): void {
  process.stdout.write("data set\tstate\tsize\tpath\n");
}

function print(source: Source, statuses: readonly FileStatus[]): void {
  for (const status of statuses) {
    process.stdout.write(`${source.name}\t${stateOf(status)}\t${megabytes(status.bytes)}\t${status.path}\n`);
  }
}

/** In words; with what is known of a file that is not as published. */
function stateOf({ state, file, rows, actual }: FileStatus): string {
  const sum = actual === undefined ? "" : `, checksum ${actual}`;
  switch (state) {
    case "unknown":
      return "size as published";
    case "partial":
      return "partial download";
    case "damaged":
      return `damaged${sum}`;
    case "other": {
      const count = (n: number) => n.toLocaleString("en-US");
      if (rows === undefined) return `other than published${sum}`;
      const isPart = rows < file.rows!;
      return `${isPart ? "partial: " : "other than published: "}${count(rows)} of ${count(file.rows!)} rows${sum}`;
    }
    default:
      return state;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
