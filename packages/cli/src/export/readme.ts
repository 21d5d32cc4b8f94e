import type { TrainedNetwork } from "../trained-network.ts";

/** What the folder holds, and how to use it. */
export function exportReadme(trained: TrainedNetwork, format: "safetensors" | "pytorch" | "onnx"): string {
  const { architecture, corpus, node, classes, several, encoding } = trained;
  const isText = encoding !== undefined;
  const answers = several
    ? "several of the classes, each whose sigmoid is at least 0.5"
    : architecture.outputs === 1
      ? `sigmoid of the one output is the probability of \`${classes[1]}\``
      : "softmax over the outputs";
  const input = isText
    ? [
        `Texts become ids by \`tokenise\` of \`@ltt/data\` and \`vocabulary.json\` (\`<unk>\` is 0, \`<pad>\` is 1)`,
        ...(encoding.maxLength === null ? [] : [`cut after ${encoding.maxLength} tokens`]),
        "shorter texts of a batch are filled up with 1; lengths count what is not filled, at least 1.",
      ].join("; ")
    : "Images are brightness divided by 255, channels first.";
  const lines = [
    `# ${architecture.model} on ${corpus}`,
    "",
    `Network \`${node}\`, written by \`ltt export --to ${format}\`.`,
    "",
    ...USE[format](isText),
    "",
    `${input}`,
    "",
    `Classes, in the order of the outputs: ${classes.map((name) => `\`${name}\``).join(", ")}; ${answers}.`,
    "",
    "`check.json` holds inputs and the logits that the network gave: ids of texts, or brightness from 0 to 255.",
  ];
  return `${lines.join("\n")}\n`;
}

const USE = {
  safetensors: (isText: boolean) => [
    "```js",
    'import { openClassifier } from "@ltt/cli";',
    'const { classify } = await openClassifier("this-folder");',
    isText
      ? 'console.log(await classify(["a text"]));'
      : "console.log(await classify([pixels])); // numbers from 0 to 1",
    "```",
    "",
    "```sh",
    isText ? 'ltt predict this-folder "a text"' : "ltt predict this-folder --file images.jsonl",
    "```",
  ],
  pytorch: (isText: boolean) => [
    "```python",
    "import json, torch",
    "from model import model",
    'check = json.load(open("check.json"))',
    ...(isText
      ? [
          'ids = [torch.tensor(text) for text in check["inputs"]]',
          "lengths = torch.tensor([len(text) for text in ids])",
          "logits = model(torch.nn.utils.rnn.pad_sequence(ids, batch_first=True, padding_value=1), lengths)",
        ]
      : [
          'logits = model(torch.tensor(check["inputs"]) / 255)  # of a network of images: reshape to what model.py says',
        ]),
    'print((logits - torch.tensor(check["logits"])).abs().max())',
    "```",
  ],
  onnx: (isText: boolean) => [
    "```js",
    'import { InferenceSession, Tensor } from "onnxruntime-node";',
    'const session = await InferenceSession.create("model.onnx");',
    ...(isText
      ? [
          'const tokens = new Tensor("int64", BigInt64Array.of(2n, 3n, 4n), [1, 3]);',
          'const { logits } = await session.run({ tokens, lengths: new Tensor("int64", BigInt64Array.of(3n), [1]) });',
        ]
      : ["const [name] = session.inputNames; // pixels [batch, pixels] or image [batch, channels, height, width]"]),
    "```",
  ],
} as const;
