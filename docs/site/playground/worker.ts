import { createWasmBackend, useBackend } from "@ltt/core";
import { digits, readSample } from "./digits.ts";
import { Game } from "./game.ts";
import type { News, Order } from "./messages.ts";
import type { Subject } from "./subject.ts";
import { type TextSample, texts } from "./texts.ts";

/** Threads beyond these help such small networks little. */
const MOST_THREADS = 4;

let game: Game<unknown, unknown> | undefined;

addEventListener("message", ({ data }: MessageEvent<Order>) => {
  follow(data).catch((error: unknown) =>
    tell({ kind: "failed", message: error instanceof Error ? error.message : String(error) }),
  );
});

async function follow(order: Order): Promise<void> {
  if (order.kind === "begin") {
    const { threads, oneThread } = threadsHere();
    const backend = await createWasmBackend({ threads });
    useBackend(backend);
    const { subject, words } = await subjectOf(order);
    game = new Game(subject, order.seed, tell);
    tell({
      kind: "ready",
      backend: backend.name,
      threads,
      ...game.plan(),
      ...(oneThread && { oneThread }),
      ...(words && { words }),
    });
    await game.play();
  } else if (game === undefined) throw new Error(`playground: "${order.kind}" came before "begin"`);
  else await game.follow(order);
}

/** Shared memory is only where the page is isolated from others. */
function threadsHere(): { threads: number; oneThread?: string } {
  if (!crossOriginIsolated) return { threads: 1, oneThread: "this page is served without the headers COOP and COEP" };
  return { threads: Math.min(MOST_THREADS, navigator.hardwareConcurrency) };
}

async function subjectOf({
  sample,
  url,
}: Order & { kind: "begin" }): Promise<{ subject: Subject<unknown, unknown>; words?: readonly string[] }> {
  const bytes = await fetchSample(url);
  if (sample === "digits") return { subject: digits(readSample(bytes)) as Subject<unknown, unknown> };
  const subject = texts(JSON.parse(new TextDecoder().decode(bytes)) as TextSample);
  return { subject: subject as Subject<unknown, unknown>, words: subject.words };
}

/** Samples are compressed with gzip, whatever the server would do. */
async function fetchSample(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok || response.body === null)
    throw new Error(`playground: ${url} answered ${response.status}; reload the page`);
  const stream = response.body.pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function tell(news: News): void {
  postMessage(news);
}
