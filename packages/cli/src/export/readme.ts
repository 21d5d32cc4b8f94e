import type { ImageShape } from "../architecture.ts";
import type { TrainedNetwork } from "../trained-network.ts";

/** How a network is asked: about texts, or about images, as rows of pixels or in their shape. */
interface Asked {
  readonly isText: boolean;
  /** Sizes of an image, behind the batch. */
  readonly sizes: readonly number[];
}

/**
 * What the folder holds, and how to use it.
 *
 * @param shape - Of images.
 */
export function exportReadme(
  trained: TrainedNetwork,
  format: "safetensors" | "pytorch" | "onnx",
  shape: ImageShape | undefined,
): string {
  const { architecture, corpus, node, classes, several, encoding } = trained;
  const isText = encoding !== undefined;
  const isDense = architecture.model === "lenet-300-100";
  const sizes = shape === undefined ? [] : isDense ? [shape[0] * shape[1] * shape[2]] : shape;
  const answers = several
    ? "several of the classes, each whose sigmoid is at least 0.5"
    : architecture.outputs === 1
      ? `sigmoid of the one output is the probability of \`${classes[1]}\``
      : "softmax over the outputs";
  const input =
    encoding !== undefined
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
    ...USE[format]({ isText, sizes }),
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
  safetensors: ({ isText }: Asked) => [
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
  pytorch: ({ isText, sizes }: Asked) => [
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
      : [`logits = model(torch.tensor(check["inputs"]).reshape(-1, ${sizes.join(", ")}) / 255)`]),
    'print((logits - torch.tensor(check["logits"])).abs().max().item())  # the largest difference',
    "```",
  ],
  onnx: ({ isText, sizes }: Asked) => [
    "```js",
    'import { InferenceSession, Tensor } from "onnxruntime-node";',
    'const session = await InferenceSession.create("model.onnx");',
    ...(isText
      ? [
          'const tokens = new Tensor("int64", BigInt64Array.of(2n, 3n, 4n), [1, 3]);',
          'const { logits } = await session.run({ tokens, lengths: new Tensor("int64", BigInt64Array.of(3n), [1]) });',
        ]
      : [
          `const brightness = new Float32Array(${sizes.reduce((product, size) => product * size, 1)}); // from 0 to 1`,
          `const ${nameOf(sizes)} = new Tensor("float32", brightness, [1, ${sizes.join(", ")}]);`,
          `const { logits } = await session.run({ ${nameOf(sizes)} });`,
        ]),
    "console.log(logits.data);",
    "```",
  ],
} as const;

/** Of the input of an ONNX file. */
function nameOf(sizes: readonly number[]): string {
  return sizes.length === 1 ? "pixels" : "image";
}
