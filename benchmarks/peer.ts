import { execFileSync } from "node:child_process";
import type { Peer } from "./interleave.ts";
import type { Network } from "./training.ts";

/** The networks under the names of the peers: data set, then model. */
export const PAIRS: ReadonlyMap<Network, string> = new Map([
  ["imdb-cnn", "imdb-cnn"],
  ["ag-news-cnn", "agnews-cnn"],
  ["imdb-lstm", "imdb-lstm"],
  ["ag-news-lstm", "agnews-lstm"],
  ["imdb-bilstm", "imdb-bilstm2"],
]);

/** The name of a pair's data set, which the files of its batches begin with. */
export function dataSetOf(pair: string): string {
  return pair.split("-")[0]!;
}

/** What a step takes a peer on the batches in `exchange`: the median of those that had the machine to themselves, if there were any. */
export function stepOfPeer(
  command: string,
  options: string,
  exchange: string,
  seconds: number,
): { readonly milliseconds: number; readonly version?: string } {
  const [program, ...first] = command.split(" ");
  const data = command.includes("--data ") ? [] : ["--data", exchange];
  const limits = ["--blocks", "3", "--budget", String(seconds)];
  const script = first.findIndex((part) => /\.(py|mjs)$/.test(part)) + 1;
  const args = [...first.slice(0, script), ...options.split(" "), ...first.slice(script), ...data, ...limits];
  const line = execFileSync(program!, args, { encoding: "utf8" }).trim().split("\n").at(-1)!;
  const { ms_quiet, ms_median, version, error } = JSON.parse(line);
  if (ms_median === undefined) throw new Error(`${command} ${options}: ${error ?? line}`);
  return { milliseconds: ms_quiet ?? ms_median, version };
}

/**
 * PyTorch's training step of an image network.
 *
 * @param command - `torch_images.py` and how it is called, with what makes it fastest: --blas-lib, --layout, --alloc.
 */
export function pytorchOfImages(command: string, network: string, threads: number): Peer {
  const options = ["train", "--net", network, "--threads", String(threads), "--blocks", "3", "--budget", "8"];
  const [program, ...first] = command.split(" ");
  const script = first.findIndex((part) => part.endsWith(".py")) + 1;
  const args = [...first.slice(0, script), ...options, ...first.slice(script)];
  const peer: Peer = {
    name: "PyTorch",
    block: async () => {
      const line = execFileSync(program!, args, { encoding: "utf8" }).trim().split("\n").at(-1)!;
      const { ms_quiet, ms_median, version, error } = JSON.parse(line);
      if (ms_median === undefined) throw new Error(`${command}: ${error ?? line}`);
      peer.version = version;
      return (ms_quiet ?? ms_median) / 1000;
    },
  };
  return peer;
}
