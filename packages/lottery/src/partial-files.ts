import { readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

/** This process among all that may share a folder: on a shared file system, processes of other machines have its number too. */
const WRITER = `${process.pid}@${hostname()}`;

/** How often this process has written: it may write one name twice at the same time. */
let writes = 0;

/** Where a file is written before it is renamed to `path`. */
export function partialFile(path: string): string {
  return `${path}.${writes++}.partial-${WRITER}`;
}

/** What a folder is called before it is renamed to `name`. */
export function partialFolder(name: string): string {
  return `.partial-${name}-${writes++}-${WRITER}`;
}

/**
 * Removes what processes of this machine that no longer run left half-written in a folder: files
 * `NAME.N.partial-PID@HOST` and folders `.partial-NAME-N-PID@HOST`. Several may share a folder, so those of living
 * processes stay, and those of other machines, of which nobody here knows.
 */
export async function sweepPartial(folder: string): Promise<void> {
  for (const entry of await entriesOf(folder)) {
    const writer = (entry.isDirectory() ? /^\.partial-.*-(\d+)@(.+)$/ : /.\.partial-(\d+)@(.+)$/).exec(entry.name);
    if (writer === null || writer[2] !== hostname() || isRunning(Number(writer[1]))) continue;
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
