import { readFile } from "node:fs/promises";
import { RunFolderError } from "@ltt/lottery";
import type { ImageShape } from "../architecture.ts";
import type { TrainedNetwork } from "../trained-network.ts";
import type { PageTicket } from "./page-main.ts";

/** What `page-main.ts` and all that it imports is built into. */
const SCRIPT: URL = new URL("../../dist/ticket-page.mjs", import.meta.url);

/**
 * One HTML file that asks the network in a browser, with the weights and the code in it: it fetches nothing.
 *
 * @param imageShape - Of a network that takes images.
 */
export async function pageOf(trained: TrainedNetwork, imageShape: ImageShape | undefined): Promise<string> {
  const script = await readFile(SCRIPT, "utf8").catch((cause: Error) => {
    throw new RunFolderError("ltt export: the page's script is not built: npm run build:page", { cause });
  });
  const { architecture, classes, several, encoding, weights, corpus, node } = trained;
  const ticket: PageTicket = {
    architecture,
    classes,
    several,
    maxLength: encoding?.maxLength ?? null,
    vocabulary: encoding?.vocabulary.toJson(),
    weights: Buffer.from(weights).toString("base64"),
  };
  const title = `${architecture.model} on ${corpus}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; padding: 0 1rem; max-width: 40rem; }
textarea { box-sizing: border-box; width: 100%; font: inherit; }
canvas { display: block; width: 14rem; border: 1px solid; touch-action: none; }
#answer { font-size: 1.5rem; font-weight: 600; }
th { padding-right: 1rem; text-align: left; font-weight: normal; }
meter { width: 10rem; }
</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${imageShape === undefined ? TEXT : IMAGE}
<p id="answer" role="status"></p>
<table aria-label="Probabilities"><tbody id="probabilities"></tbody></table>
<p><small>Network <code>${escaped(node)}</code>. It computes in this page; nothing leaves it.</small></p>
</main>
<script type="application/json" id="ticket">${JSON.stringify(ticket).replaceAll("<", "\\u003c")}</script>
<script type="module">
${script.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--")}
</script>
</body>
</html>
`;
}

const TEXT = `<p><label for="text">A text</label></p>
<textarea id="text" rows="6" autofocus></textarea>`;

const IMAGE = `<p id="how">Draw, or choose a picture.</p>
<canvas id="canvas" width="280" height="280" aria-describedby="how"></canvas>
<p><button id="clear" type="button">Clear</button> <label>Picture <input id="file" type="file" accept="image/*"></label></p>`;

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);
}
