/** What `--queue`, `ltt worker` and the like need: most runs do without, so it is installed by those who want it. */
export async function workersPackage(what: string): Promise<typeof import("@ltt/workers")> {
  return import("@ltt/workers").catch((cause: unknown) => {
    throw new Error(`${what}: the package @ltt/workers is not there: npm install @ltt/workers`, { cause });
  });
}
