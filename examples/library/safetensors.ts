// Weights to and from PyTorch, by its names and layouts.
//
//     npm run example safetensors [-- --from FILE]        reads FILE, or what it has written itself
//
// In Python:
//
//     class Classifier(torch.nn.Module):
//         def __init__(self):
//             super().__init__()
//             self.embedding = torch.nn.Embedding(1000, 16)
//             self.convs = torch.nn.ModuleList([torch.nn.Conv1d(16, 8, width) for width in (2, 3)])
//             self.linear = torch.nn.Linear(16, 2)
//     model = Classifier()
//     model.load_state_dict(safetensors.torch.load_file("classifier.safetensors"))     # what this program wrote
//     safetensors.torch.save_file(model.half().state_dict(), "half.safetensors")       # for this program; float16 and bfloat16 are read, too
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { decodeSafetensors, encodeSafetensors, stream, tokens } from "@ltt/core";
import { loadStateDict, stateDict, TextCnn } from "@ltt/layers";

const classifier = (seed: number) =>
  new TextCnn({ rows: 1000, dim: 16, widths: [2, 3], filters: 8, outputs: 2 }, stream(seed, "init"));

const ours = classifier(1);
const file = join(mkdtempSync(join(tmpdir(), "ltt-")), "classifier.safetensors");
writeFileSync(file, encodeSafetensors(await stateDict(ours), new Map([["format", "pt"]])));
console.log(`written to ${file}`);

const path = parseArgs({ options: { from: { type: "string" } }, allowPositionals: true }).values.from ?? file;
const theirs = decodeSafetensors(readFileSync(path), path).tensors;
for (const [name, { dtype, shape }] of theirs) console.log(`${name} ${dtype} [${shape}]`);

const loaded = classifier(2);
loadStateDict(loaded, theirs);
const text = tokens([[5, 17, 256, 31]]);
for (const [whose, model] of Object.entries({ ours, loaded }))
  console.log(
    `logits of ${whose}: ${Array.from(await model.forward(text).read(), (logit) => logit.toFixed(4)).join(" ")}`,
  );

// The same in half as many bytes: each number becomes the nearest of float16.
const half = new Map(Array.from(await stateDict(ours), ([name, entry]) => [name, { ...entry, dtype: "F16" as const }]));
console.log(`float32: ${readFileSync(file).length} bytes, float16: ${encodeSafetensors(half).length}`);
