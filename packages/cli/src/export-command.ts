import { useBackend } from "@ltt/core";
import { type Command, Option } from "commander";
import { createBackend } from "./backends.ts";
import { EXPORT_FORMATS, type ExportFormat, exportNetwork } from "./export/export-network.ts";
import { pathOf } from "./option-values.ts";

/** `ltt export NODE --to FORMAT --out DIR`: a trained network for use without its run folder. */
export function addExportCommand(program: Command): void {
  program
    .command("export")
    .description("write a trained network for use elsewhere: here again, in PyTorch, in an ONNX runtime, in a page")
    .argument("<network>", "folder of a network, RUN/nodes/HASH; hashes stand in metrics.csv", pathOf)
    .addOption(new Option("--to <format>", "what to write").choices([...EXPORT_FORMATS]).makeOptionMandatory())
    .requiredOption("--out <dir>", "folder to make", pathOf)
    .action(async (network: string, { to, out }: { to: ExportFormat; out: string }) => {
      useBackend(await createBackend(undefined, { threads: 1 }));
      const { files, sizes } = await exportNetwork(network, to, out);
      for (const [name, bytes] of files) process.stdout.write(`${out}/${name}\t${grouped(bytes)} bytes\n`);
      if (sizes !== undefined && sizes.after < sizes.before)
        process.stdout.write(`${grouped(sizes.after)} of ${grouped(sizes.before)} values: dead units are left out\n`);
    });
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
