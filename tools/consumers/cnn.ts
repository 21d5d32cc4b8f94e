import { type Checks, run } from "../checks.ts";
import { ISOLATED, openPage } from "./browser.ts";

/** What is copied into the project. */
export const CNN_FILES: readonly string[] = ["cnn.js", "cnn-node.js", "cnn-page.js", "cnn-worker.js", "cnn.html"];

/** Hashes of trained weights, or messages, by backend and threads. */
type Trained = Readonly<Record<string, string>>;

const HASH = /^[0-9a-f]{64}$/;
const OWN_THREAD =
  "wasm: 2 threads: a page's own thread may not wait for others: compute in a worker, or use one thread";
const NOT_SHARED =
  "wasm: 2 threads need shared memory, which a page has if it is served with the headers Cross-Origin-Opener-Policy: same-origin and " +
  "Cross-Origin-Embedder-Policy: require-corp: serve it so, or use one thread";
const REFUSED = "wasm: a thread failed: a Content-Security-Policy must allow worker-src blob:";

/**
 * Trains the CNN of `cnn.js` in Node, in a worker of Node and in workers of pages, on one thread and two, in each arithmetic. Within one arithmetic all
 * weights must be the same bits; where there can be no threads, the message must say why.
 */
export async function checkCnn(checks: Checks, project: string, chromium: string | undefined): Promise<void> {
  const node = (...args: string[]): Trained => JSON.parse(run("node", ["cnn-node.js", ...args], { cwd: project }));
  const expected = await checks.check("a CNN in Node: wasm has the reference's weights, two threads those of one", () =>
    agreeing(node()),
  );
  if (expected === undefined) return;
  if (!HASH.test(expected["fma, threads: 1"]!))
    checks.skip("a CNN in the arithmetic fma", expected["fma, threads: 1"]!);
  await checks.check("… in a worker of Node: the same bits", () => compare(node("worker"), expected));

  const inChromium = async (name: string, headers: Readonly<Record<string, string>>, wanted: Trained) => {
    if (chromium === undefined) return checks.skip(name, "there is no Chromium");
    await checks.check(name, async () =>
      compare(JSON.parse(await openPage(project, chromium, { page: "cnn.html", headers })), wanted),
    );
  };
  const page = OWN_THREAD;
  await inChromium("… in a worker of an isolated page: the same bits", ISOLATED, { ...expected, page });
  const alone = { ...without(expected, NOT_SHARED), page: NOT_SHARED };
  await inChromium("… of a page that is not: on one thread, and told why", {}, alone);
  const policy = { ...ISOLATED, "Content-Security-Policy": "worker-src 'self'" };
  await inChromium("… of a page whose policy allows no threads: told so", policy, {
    ...without(expected, REFUSED),
    page,
  });
}

/** @throws {Error} if within one arithmetic not all are the same. */
function agreeing(trained: Trained): Trained {
  const same = (...names: string[]) => new Set(names.map((name) => trained[name])).size === 1;
  const strict = same("reference", "strict, threads: 1", "strict, threads: 2") && HASH.test(trained.reference ?? "");
  if (strict && same("fma, threads: 1", "fma, threads: 2")) return trained;
  throw new Error(JSON.stringify(trained, undefined, 2));
}

/** With this message in place of what two threads trained, unless it was a message already. */
function without(trained: Trained, message: string): Trained {
  const entries = Object.entries(trained);
  return Object.fromEntries(
    entries.map(([name, hash]) => [name, name.endsWith("threads: 2") && HASH.test(hash) ? message : hash]),
  );
}

function compare(found: Trained, wanted: Trained): void {
  const names = new Set([...Object.keys(found), ...Object.keys(wanted)]);
  const wrong = [...names].filter((name) => found[name] !== wanted[name]);
  if (wrong.length === 0) return;
  throw new Error(wrong.map((name) => `${name}: ${found[name]}\nnot ${wanted[name]}`).join("\n"));
}
