import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/**
 * Removes what processes that no longer run left half-written in a folder: files `NAME.partial-PID` and folders `.partial-NAME-PID`. Two runs
 * may share a folder, so those of living processes stay.
 */
export async function sweepPartial(folder: string): Promise<void> {
  for (const entry of await entriesOf(folder)) {
    const pid = (entry.isDirectory() ? /^\.partial-.*-(\d+)$/ : /.\.partial-(\d+)$/).exec(entry.name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    await rm(join(folder, entry.name), { recursive: entry.isDirectory(), force: true });
  }
}

/** The names in a folder; none if there is no folder. */
export async function namesIn(folder: string): Promise<string[]> {
  return (await entriesOf(folder)).map(({ name }) => name);
}

async function entriesOf(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw error;
  });
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0); // asks, kills nobody
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
