import { createHash } from "node:crypto";
import type { Language } from "./labels.ts";
import { html, Markup } from "./markup.ts";
import { script } from "./script.ts";
import { style } from "./style.ts";

/** One file that needs no network: its style, its content, and the only script that may run, named by its digest. */
export function pageOf({
  title,
  language,
  rules,
  body,
}: {
  readonly title: string;
  readonly language: Language;
  /** Of its style, besides those of all pages. */
  readonly rules: Markup | undefined;
  readonly body: Markup;
}): string {
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${new Markup(SCRIPT_DIGEST)}'">
<title>${title}</title>
<style>${style}${rules}</style>
</head>
<body><main>
${body}
</main><script>${new Markup(script)}</script></body>
</html>
`.text;
}

const SCRIPT_DIGEST = createHash("sha256").update(script).digest("base64");
