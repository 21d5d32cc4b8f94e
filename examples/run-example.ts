import { cacheFolder, createProgress, dataFolder, type RunOptions, runPair } from "@ltt/cli";

/** Runs a pair with progress on standard error and the table on standard output. */
export async function runExample(options: RunOptions): Promise<void> {
  const progress = createProgress(process.stderr);
  const { table, report } = await runPair(
    { ...options, data: dataFolder(), cache: cacheFolder() },
    { say: progress.say, onProgress: progress.update },
  );
  progress.stop();
  console.log(`${table}\nreport: ${report}`);
}
