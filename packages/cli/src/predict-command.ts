import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { useBackend } from "@ltt/core";
import { DataError } from "@ltt/data";
import type { Command } from "commander";
import { createBackend } from "./backends.ts";
import { type Answer, openClassifier } from "./classifier.ts";
import { pathOf } from "./option-values.ts";

interface Flags {
  readonly file?: string;
  readonly json?: true;
}

/** `ltt predict NODE "a text" …`: what a trained network says of texts. Needs no data set. */
export function addPredictCommand(program: Command): void {
  program
    .command("predict")
    .description("ask a trained network about texts: those given, or the lines of a file")
    .argument("<network>", "folder of a network, RUN/nodes/HASH; hashes stand in metrics.csv", pathOf)
    .argument("[texts...]", "texts")
    .option("--file <path>", "a text a line, read as it comes; - is standard input", pathOf)
    .option("--json", "one JSON object a line: text, labels, and the probability of every class")
    .action(predict);
}

async function predict(network: string, texts: readonly string[], { file, json }: Flags): Promise<void> {
  if ((file === undefined) === (texts.length === 0))
    throw new RangeError("ltt predict: give texts after the network, or a file of them with --file");
  useBackend(await createBackend(undefined, { threads: 1 }));
  const { classes, classify } = await openClassifier(network);
  const source = file === undefined ? [texts] : chunksOf(file);
  for await (const chunk of source) {
    const answers = await classify(chunk);
    for (const [i, answer] of answers.entries())
      process.stdout.write(
        `${json === true ? asJson(chunk[i]!, answer, classes) : asLine(chunk[i]!, answer, classes)}\n`,
      );
  }
}

function asJson(text: string, { labels, probabilities }: Answer, classes: readonly string[]): string {
  const named = Object.fromEntries(classes.map((name, i) => [name, round(probabilities[i]!)]));
  return JSON.stringify({ text, labels, probabilities: named });
}

/** `0.973  positive  the text`; of several labels the probability of each. */
function asLine(text: string, { labels, probabilities }: Answer, classes: readonly string[]): string {
  const words = labels.map((label) => `${probabilities[classes.indexOf(label)]!.toFixed(3)} ${label}`);
  return `${words.length === 0 ? "none" : words.join(", ")}\t${text}`;
}

/** Six digits: more are noise of float32. */
function round(probability: number): number {
  return Math.round(probability * 1e6) / 1e6;
}

/** Lines that are computed together: few, so that answers follow whoever types. */
const CHUNK = 64;

async function* chunksOf(file: string): AsyncGenerator<string[]> {
  const input = file === "-" ? process.stdin : createReadStream(file);
  const failed = new Promise<never>((_, reject) => {
    input.on("error", (cause: Error) => reject(new DataError(`${file}: ${cause.message}`, { cause })));
  });
  failed.catch(() => {});
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  const size = file === "-" ? 1 : CHUNK;
  for (let chunk: string[] = []; ; ) {
    const { value, done } = await Promise.race([lines.next(), failed]);
    if (done !== true) chunk.push(value);
    if (chunk.length === size || (done === true && chunk.length > 0)) yield chunk.splice(0);
    if (done === true) return;
  }
}
