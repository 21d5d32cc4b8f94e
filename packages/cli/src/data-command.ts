import {
  type FileStatus,
  getSource,
  listOtherForms,
  listSource,
  type Source,
  sourceNamed,
  sources,
  verifySource,
} from "@ltt/data";
import { type Command, Option } from "commander";
import { cacheFolder } from "./folders.ts";

/** `ltt data get|verify|list`: public data sets, fetched from where they are published. */
export function addDataCommands(program: Command): void {
  const data = program.command("data").description("fetch, check and list the public data sets");
  const named = (names: readonly string[]): readonly Source[] =>
    names.length === 0 ? sources : names.map(sourceNamed);
  const sets = `${sources.map(({ name }) => name).join(", ")}; all where none is named`;
  const dir = () => new Option("--data <dir>", "the folder to keep them in").env("LTT_DATA").default(cacheFolder());

  data
    .command("get")
    .description("download what is missing, resuming what was cut off, and check it")
    .argument("[names...]", sets)
    .addOption(dir())
    .action(async (names: string[], { data: folder }: { data: string }) => {
      const chosen = named(names);
      printHeader();
      for (const source of chosen) {
        let shown = 0;
        const statuses = await getSource(source, folder, {
          onProgress: ({ bytes, total, rate }, file) => {
            if (performance.now() - shown < 1000) return;
            shown = performance.now();
            const share = total === undefined ? "" : ` of ${megabytes(total)}`;
            process.stderr.write(`${file.path}: ${megabytes(bytes)}${share}, ${megabytes(rate)}/s\n`);
          },
        });
        print(source, statuses);
      }
    });
  data
    .command("verify")
    .description("compare what is there with the published checksums")
    .argument("[names...]", sets)
    .addOption(dir())
    .action(async (names: string[], { data: folder }: { data: string }) => {
      const chosen = named(names);
      let wrong = 0;
      printHeader();
      for (const source of chosen) {
        const statuses = await verifySource(source, folder);
        wrong += statuses.filter(({ state }) => state !== "right").length;
        print(source, statuses);
      }
      if (wrong > 0) process.exitCode = 1;
    });
  data
    .command("list")
    .description("what there is, and what of it is on this machine")
    .addOption(dir())
    .action(async ({ data: folder }: { data: string }) => {
      printHeader();
      for (const source of sources) {
        print(source, await listSource(source, folder));
        for (const { path, bytes } of await listOtherForms(source, folder)) {
          process.stdout.write(
            `${source.name}\tother form\t${bytes === undefined ? "a folder" : megabytes(bytes)}\t${path}\n`,
          );
        }
      }
    });
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
