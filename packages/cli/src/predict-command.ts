import { once } from "node:events";
import { useBackend } from "@ltt/core";
import { type Command, Option } from "commander";
import type { ImageShape } from "./architecture.ts";
import { createBackend } from "./backends.ts";
import type { Answer } from "./classifier.ts";
import { pathOf } from "./option-values.ts";
import { pixelsOf } from "./pixels-of.ts";
import { type AskedLine, LINES, type Lines, questionsIn } from "./question-lines.ts";
import { openClassifier } from "./trained-network.ts";

interface Flags {
  readonly file?: string;
  readonly lines?: Lines;
  readonly json?: true;
}

/** `ltt predict NETWORK "a text" …`: what a trained network says of texts or images. Needs no data set. */
export function addPredictCommand(program: Command): void {
  program
    .command("predict")
    .description(
      "ask a trained network about texts or images: those given, or the lines of a file, answered as they come",
    )
    .argument(
      "<network>",
      "folder of a network, RUN/nodes/HASH (hashes stand in metrics.csv), or one that ltt export --to safetensors wrote",
      pathOf,
    )
    .argument("[texts...]", "texts; of a network that takes images their files, as PNG")
    .option("--file <path>", "a question a line, read as it comes; - is standard input", pathOf)
    .addOption(
      new Option(
        "--lines <kind>",
        'what a line is: a text (of images a PNG file), or a JSON object with "text" or "pixels" ' +
          "(default: json for .jsonl and .ndjson, else text)",
      ).choices([...LINES]),
    )
    .option("--json", "one JSON object a line: what was asked, labels, and the probability of every class")
    .action(predict);
}

async function predict(network: string, texts: readonly string[], { file, lines, json }: Flags): Promise<void> {
  if ((file === undefined) === (texts.length === 0))
    throw new RangeError("ltt predict: give texts or images after the network, or a file of them with --file");
  if (file === undefined && lines !== undefined)
    throw new RangeError("ltt predict: --lines says what is in a file; name it with --file");
  useBackend(await createBackend(undefined, { threads: 1 }));
  const { classes, classify, imageShape } = await openClassifier(network);
  const isJson = /\.(jsonl|ndjson)$/i.test(file ?? "");
  const chunks = file === undefined ? [given(texts)] : questionsIn(file, lines ?? (isJson ? "json" : "text"));
  let asked = 0;
  for await (const read of chunks) {
    const asking = imageShape === undefined ? read : read.filter(({ question }) => question !== "");
    const { chunk, failure } = imageShape === undefined ? { chunk: asking } : await pictures(asking, imageShape);
    const answers = await explained(asked, file, () => classify(chunk.map(({ question }) => question)));
    asked += chunk.length;
    const said = answers.map((answer, i) => (json === true ? asJson : asLine)(chunk[i]!, answer, classes));
    if (!process.stdout.write(said.map((line) => `${line}\n`).join(""))) await once(process.stdout, "drain");
    if (failure !== undefined && file !== undefined)
      failure.message = `${file}: question ${asked + 1}: ${failure.message}`;
    if (failure !== undefined) throw failure;
  }
}

function given(texts: readonly string[]): AskedLine[] {
  return texts.map((text) => ({ question: text, told: { text } }));
}

/** A question that the network refuses is named by its place in the file. */
async function explained<T>(before: number, file: string | undefined, classify: () => Promise<T>): Promise<T> {
  try {
    return await classify();
  } catch (error) {
    if (error instanceof Error && file !== undefined)
      error.message = error.message.replace(
        /^question (\d+)/,
        (_, at) => `${file}: question ${before + Number(at) + 1}`,
      );
    throw error;
  }
}

/** Lines with their images, up to the first that cannot be read: those before it are answered. */
async function pictures(
  lines: readonly AskedLine[],
  shape: ImageShape,
): Promise<{ readonly chunk: AskedLine[]; readonly failure?: Error }> {
  const read = await Promise.allSettled(lines.map((line) => pictured(line, shape)));
  const chunk: AskedLine[] = [];
  for (const one of read) {
    if (one.status === "rejected") return { chunk, failure: one.reason as Error };
    chunk.push(one.value);
  }
  return { chunk };
}

/** A line that names an image asks about its pixels. */
async function pictured(line: AskedLine, shape: ImageShape): Promise<AskedLine> {
  const { question: path } = line;
  if (typeof path !== "string") return line;
  return { question: await pixelsOf(path, shape), told: { image: path }, said: path };
}

function asJson({ told }: AskedLine, { labels, probabilities }: Answer, classes: readonly string[]): string {
  const named = Object.fromEntries(classes.map((name, i) => [name, round(probabilities[i]!)]));
  return JSON.stringify({ ...told, labels, probabilities: named });
}

/** `0.973  positive  the text`; of several labels the probability of each. */
function asLine(
  { question, told, said }: AskedLine,
  { labels, probabilities }: Answer,
  classes: readonly string[],
): string {
  const words = labels.map((label) => `${probabilities[classes.indexOf(label)]!.toFixed(3)} ${label}`);
  const asked = said ?? (typeof question === "string" ? question : JSON.stringify(told));
  return `${words.length === 0 ? "none" : words.join(", ")}\t${asked}`;
}

/** Six digits: more are noise of float32. */
function round(probability: number): number {
  return Math.round(probability * 1e6) / 1e6;
}
