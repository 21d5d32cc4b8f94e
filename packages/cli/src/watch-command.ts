import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { FolderStore } from "@ltt/lottery";
import type { Command } from "commander";
import { interruptible } from "./interruption.ts";
import { LIVE_PAGE, LIVE_POLICY, LiveRun } from "./live-run.ts";
import { integerFrom, pathOf } from "./option-values.ts";
import { checkIsFolder, NAME_A_RUN } from "./path-kind.ts";
import { writeLines } from "./terminal.ts";

/** `ltt watch RUN`: the report of a run that is going on, in a browser of this machine, until Ctrl-C. */
export function addWatchCommand(program: Command): void {
  program
    .command("watch")
    .description("serve the report of a run that is going on, on this machine only, until Ctrl-C")
    .argument("<run>", "run folder", pathOf)
    .option("--port <n>", "0 for any that is free (default: 6020)", integerFrom(0))
    .action(watch);
}

async function watch(folder: string, { port = 6020 }: { readonly port?: number }): Promise<void> {
  await checkIsFolder(folder, `${NAME_A_RUN}; it is made when the data has been read`);
  await FolderStore.check(folder);
  const run = new LiveRun(folder);
  await run.status(); // what cannot be read is an error now
  await interruptible(async (signal) => {
    const server = createServer((request, response) => void answer(run, request, response));
    await listening(server, port);
    writeLines(
      process.stdout,
      `${folder}: http://127.0.0.1:${(server.address() as AddressInfo).port}/ (Ctrl-C ends it)`,
    );
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    server.closeAllConnections();
    server.close();
  });
}

/** On loopback only: nobody else is to read, or to be served. */
function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why = error.code === "EADDRINUSE" ? "is in use: choose another with --port, or 0 for any" : error.message;
      reject(new Error(`ltt watch: port ${port} ${why}`));
    });
    server.listen(port, "127.0.0.1", resolve);
  });
}

async function answer(
  run: LiveRun,
  { method, url = "", headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const send = (code: number, type: string, text: string, policy?: string) => {
    const others = policy === undefined ? {} : { "content-security-policy": policy };
    response.writeHead(code, {
      "content-type": `${type}; charset=utf-8`,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...others,
    });
    response.end(text);
  };
  try {
    // A page of elsewhere whose name was made to lead here asks for another host.
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? "")) return send(403, "text/plain", "another host\n");
    if (method !== "GET") return send(405, "text/plain", "GET only\n");
    if (url === "/") return send(200, "text/html", LIVE_PAGE, LIVE_POLICY);
    if (url === "/status") return send(200, "application/json", JSON.stringify(await run.status()));
    if (url === "/report")
      return send(
        200,
        "text/html",
        (await run.report()) ?? "<!doctype html><title>report</title><p>No network is finished yet.",
      );
    return send(404, "text/plain", "not here\n");
  } catch (error) {
    send(500, "text/plain", `${(error as Error).message}\n`);
  }
}
