import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { RunFolderError } from "@ltt/lottery";
import type { ImageShape } from "../architecture.ts";
import { openNetwork, TICKET_FILE, TICKET_FORMAT, type TrainedNetwork } from "../trained-network.ts";
import { onnxModel } from "./onnx.ts";
import { pageOf } from "./page.ts";
import { type Portable, portable, type Sizes } from "./portable.ts";
import { pytorchFiles } from "./pytorch.ts";
import { exportReadme } from "./readme.ts";
import { samplesOf } from "./samples.ts";

export const EXPORT_FORMATS = ["safetensors", "pytorch", "onnx", "page"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What was written. */
export interface Exported {
  /** Bytes of each file. */
  readonly files: ReadonlyMap<string, number>;
  /** Values of the tensors, before and after what is dead was left out; `undefined` where all is kept as it was. */
  readonly sizes: Sizes | undefined;
}

/**
 * Writes a trained network so that it can be used without its run folder:
 *
 * - `safetensors`: its weights, pruned ones with values and positions; `openClassifier(folder)` gives the same predictions, to the bit;
 * - `pytorch`: dense weights under PyTorch's names, and `model.py`, which reads and runs them;
 * - `onnx`: `model.onnx`;
 * - `page`: `index.html`, which computes in a browser, to the same bits.
 *
 * `pytorch` and `onnx` leave out units that are dead, so their outputs differ by rounding. Beside them lies `check.json`: inputs, and what
 * the network says of them. The folder appears whole or not at all.
 *
 * @param from - A node's folder in a run folder, or an export.
 * @param to - A folder that is not there yet, or is empty.
 * @throws {RunFolderError} if there is no such network, or the folder cannot be written.
 */
export async function exportNetwork(from: string, format: ExportFormat, to: string): Promise<Exported> {
  await checkTarget(to);
  const trained = await openNetwork(from);
  const { samples, shape } = await samplesOf(trained);
  const { files, sizes } = await filesOf(trained, format, shape);
  if (format !== "page") {
    files.set("check.json", `${JSON.stringify(samples)}\n`);
    files.set("README.md", exportReadme(trained, format, shape));
  }
  await writeWhole(to, files);
  return { files: new Map([...files].map(([name, content]) => [name, Buffer.byteLength(content)])), sizes };
}

type Files = Map<string, string | Uint8Array>;

async function filesOf(
  trained: TrainedNetwork,
  format: ExportFormat,
  shape: ImageShape | undefined,
): Promise<{ files: Files; sizes: Sizes | undefined }> {
  const { encoding } = trained;
  const vocabulary: Files = new Map(encoding === undefined ? [] : [["vocabulary.json", encoding.vocabulary.toJson()]]);
  if (format === "page") return { files: new Map([["index.html", await pageOf(trained, shape)]]), sizes: undefined };
  if (format === "safetensors") {
    const files: Files = new Map([["weights.safetensors", trained.weights], ...vocabulary]);
    return { files: files.set(TICKET_FILE, ticketOf(trained, files)), sizes: undefined };
  }
  const network = await portable(trained);
  return { files: new Map([...portableFiles(network, format, trained), ...vocabulary]), sizes: network.sizes };
}

function portableFiles(network: Portable, format: "pytorch" | "onnx", trained: TrainedNetwork): Files {
  if (format === "onnx") return new Map([["model.onnx", onnxModel(network, trained)]]);
  const { weights, script } = pytorchFiles(network);
  return new Map<string, string | Uint8Array>([
    ["model.safetensors", weights],
    ["model.py", script],
  ]);
}

function ticketOf({ node, corpus, architecture, classes, several, encoding }: TrainedNetwork, files: Files): string {
  const sums = Array.from(files, ([name, content]) => [name, createHash("sha256").update(content).digest("hex")]);
  const maxLength = encoding?.maxLength ?? null;
  const told = { format: TICKET_FORMAT, node, corpus, architecture, classes, several, maxLength };
  return `${JSON.stringify({ ...told, sha256: Object.fromEntries(sums) }, undefined, 2)}\n`;
}

async function checkTarget(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new RunFolderError(`${folder}: ${error.message}`, { cause: error });
  });
  if (names.length > 0) throw new RunFolderError(`${folder}: is not empty: name a folder that is not there yet`);
}

/** Written beside, then renamed: `rename` takes the place of an empty folder, and refuses any other. */
async function writeWhole(folder: string, files: Files): Promise<void> {
  const target = resolve(folder);
  let partial: string | undefined;
  try {
    await mkdir(dirname(target), { recursive: true });
    partial = await mkdtemp(join(dirname(target), `.${basename(target)}.partial-`));
    for (const [name, content] of files) await writeFile(join(partial, name), content, { flush: true });
    await rename(partial, target);
  } catch (cause) {
    if (partial !== undefined) await rm(partial, { recursive: true, force: true });
    throw new RunFolderError(`${folder}: ${(cause as Error).message}`, { cause });
  }
}
