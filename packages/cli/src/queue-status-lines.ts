import type { QueueStatus } from "@ltt/workers";
import { counted } from "./jobs.ts";
import { writeLines } from "./terminal.ts";
import { workersPackage } from "./workers-package.ts";

/** `ltt status --queue URL`. */
export async function showQueue(url: string, json: boolean): Promise<void> {
  const { queueAddress, queueStatus } = await workersPackage("--queue");
  const address = queueAddress(url, process.env);
  const { failed, ...status } = await queueStatus(address);
  if (json) {
    process.stdout.write(`${JSON.stringify({ event: "queue", ...status, failed: Object.fromEntries(failed) })}\n`);
  } else writeLines(process.stdout, linesOf(address.shown, { failed, ...status }).join("\n"));
}

function linesOf(shown: string, { plans, workers, active, waiting, delayed, failed }: QueueStatus): string[] {
  return [
    `${shown}: ${counted(plans.length, "plan")}, ${counted(workers.length, "worker")}; ${active.length} in the making, ${waiting} ` +
      `waiting, ${delayed} to be tried again, ${failed.size} failed`,
    ...plans.map(({ plan, title, store, networks, finished }) => {
      return `  plan ${plan.slice(0, 12)}: ${title}: ${finished} of ${counted(networks, "network")} finished, in ${store}`;
    }),
    ...active.map(({ label, progress }) => `  in the making: ${label}${progressWords(progress)}`),
    ...Array.from(failed, ([node, why]) => `  failed: ${node}: ${why}`),
    ...workers.map(({ name, jobs, ltt }) => `  worker ${name}: ${counted(jobs, "job")}, ltt ${ltt}`),
  ];
}

function progressWords(progress: unknown): string {
  const { worker, step } = (progress ?? {}) as { readonly worker?: unknown; readonly step?: unknown };
  return typeof step === "number" ? `, step ${step}, by ${String(worker)}` : "";
}
