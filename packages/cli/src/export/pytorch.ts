import { encodeSafetensors, type SafetensorsEntry } from "@ltt/core";
import type { Portable, PortableResNet, PortableStack } from "./portable.ts";

/** Weights under PyTorch's names, and a script of ten lines at most that reads and runs them. */
export interface PyTorchFiles {
  readonly weights: Uint8Array;
  readonly script: string;
}

/** See `PyTorchFiles`. The script needs torch and nothing else. */
export function pytorchFiles(network: Portable): PyTorchFiles {
  const entries = new Map<string, SafetensorsEntry>();
  for (const [name, { shape, data }] of network.weights) entries.set(name, { dtype: "F32", shape, data });
  if ("rows" in network) entries.set("rows", { dtype: "I32", ...network.rows });
  else
    entries.set("inputs", {
      dtype: "I32",
      shape: [network.inputs.length],
      data: Int32Array.from(network.inputs),
    });
  const lines = [...READ, ...scriptOf(network)];
  return { weights: encodeSafetensors(entries, new Map([["format", "pt"]])), script: `${lines.join("\n")}\n` };
}

/** A safetensors file: the length of its header, the header, the values. */
const READ = [
  "import json, pathlib, torch, torch.nn.functional as F",
  'raw = pathlib.Path(__file__).with_name("model.safetensors").read_bytes(); at = 8 + int.from_bytes(raw[:8], "little")',
  'header = {k: t for k, t in json.loads(raw[8:at]).items() if k != "__metadata__"}; types = {"F32": torch.float32, "I32": torch.int32}',
  'w = {k: torch.frombuffer(bytearray(raw[at:][slice(*t["data_offsets"])]), dtype=types[t["dtype"]]).reshape(t["shape"]) for k, t in header.items()}',
];

function scriptOf(network: Portable): readonly string[] {
  switch (network.kind) {
    case "text-cnn": {
      const widths = `[${network.widths.join(", ")}]`;
      const pad = `F.pad(ids, (0, ${Math.max(...network.widths) - 1}), value=1)`;
      return [
        "def model(ids, lengths):  # [batch, time] padded with 1, [batch] -> logits [batch, outputs]",
        `    x = F.embedding(w["rows"][${pad}], w["embedding.weight"]).transpose(1, 2)`,
        `    y = [F.conv1d(x, w[f"convs.{i}.weight"], w[f"convs.{i}.bias"]).relu() for i in range(${network.widths.length})]`,
        `    inside = [torch.arange(c.shape[2]) < (lengths - n + 1).clamp(min=1)[:, None] for c, n in zip(y, ${widths})]`,
        '    return F.linear(torch.cat([(c * m[:, None]).amax(2) for c, m in zip(y, inside)], 1), w["linear.weight"], w["linear.bias"])',
      ];
    }
    case "text-lstm": {
      const bidirectional = network.weights.has("lstm.weight_ih_l0_reverse");
      const dim = network.weights.get("embedding.weight")!.shape[1];
      const options = `${dim}, ${network.hidden}, ${network.layers}, bidirectional=${bidirectional ? "True" : "False"}, batch_first=True`;
      const last = bidirectional ? "torch.cat([h[-2], h[-1]], 1)" : "h[-1]";
      return [
        `lstm = torch.nn.LSTM(${options}); lstm.load_state_dict({k[5:]: v for k, v in w.items() if k.startswith("lstm.")})`,
        "def model(ids, lengths):  # [batch, time], [batch] -> logits [batch, outputs]",
        '    x = F.embedding(w["rows"][ids], w["embedding.weight"])',
        "    h = lstm(torch.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False))[1][0]",
        `    return F.linear(${last}, w["linear.weight"], w["linear.bias"])`,
      ];
    }
    case "residual":
      return residualScript(network);
    default:
      return stackScript(network);
  }
}

function residualScript({ blocks, shape }: PortableResNet): readonly string[] {
  const list = blocks.map(({ name, stride }) => `${name},${stride}`).join(" ");
  const shortcut = 'conv(x, n + ".downsample.0", int(s)) if n + ".downsample.0.weight" in w else x';
  return [
    'def conv(x, n, s=1): return F.conv2d(x, w[n + ".weight"], w[n + ".bias"], stride=s, padding=w[n + ".weight"].shape[2] // 2)',
    `def model(x):  # [batch, ${shape.join(", ")}] from 0 to 1 -> logits [batch, outputs]`,
    '    x = conv(x[:, w["inputs"]], "conv1").relu()',
    `    for n, s in (block.split(",") for block in "${list}".split()):`,
    `        x = (conv(conv(x, n + ".conv1", int(s)).relu(), n + ".conv2") + (${shortcut})).relu()`,
    '    return F.linear(x.mean((2, 3)), w["fc.weight"], w["fc.bias"])',
  ];
}

function stackScript({ kind, layers, padding, isRectified, halvings, head, shape }: PortableStack): readonly string[] {
  const convs = layers.filter((name) => name.startsWith("convs.")).length;
  const dense = layers.slice(convs);
  const linear = (name: string, x: string) => `F.linear(${x}, w["${name}.weight"], w["${name}.bias"])`;
  const chain = dense.reduce((x, name, i) => (i === 0 ? linear(name, "x") : linear(name, `${x}.relu()`)), "");
  const takes = kind === "dense" ? `[batch, ${shape[0] * shape[1] * shape[2]}]` : `[batch, ${shape.join(", ")}]`;
  const convolve = `F.conv2d(x, w[f"convs.{i}.weight"], w[f"convs.{i}.bias"], padding=${padding})${isRectified ? ".relu()" : ""}`;
  const loop = [
    `    for i in range(${convs}):`,
    `        x = ${convolve}; x = F.max_pool2d(x, 2) if i in (${halvings.join(", ")},) else x`,
    head === "mean" ? "    x = x.mean((2, 3))" : "    x = x.flatten(1)",
  ];
  return [
    `def model(x):  # ${takes} from 0 to 1 -> logits [batch, outputs]`,
    '    x = x[:, w["inputs"]]',
    ...(convs === 0 ? [] : loop),
    `    return ${chain}`,
  ];
}
