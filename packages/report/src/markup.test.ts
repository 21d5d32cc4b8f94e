import fc from "fast-check";
import { expect, test } from "vitest";
import { escapeHtml, html } from "./markup.ts";

test("html escapes every value and keeps markup, lists and absent parts apart", () => {
  const bold = html`<b title="${`"'`}">${"<i>&"}</b>`;
  expect(html`<p>${bold}${undefined}${[1, " & ", bold]}</p>`.text).toBe(
    '<p><b title="&quot;&#39;">&lt;i&gt;&amp;</b>1 &amp; <b title="&quot;&#39;">&lt;i&gt;&amp;</b></p>',
  );
});

test("escaped text can end neither an element nor an attribute", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => !/[<>"']|&(?!(amp|lt|gt|quot|#39);)/.test(escapeHtml(text))),
  );
});

test("control characters become U+FFFD, line ends and tabs stay", () => {
  expect(escapeHtml("a\u0000b\u001b[31m\tc\n\u009f")).toBe("a\ufffdb\ufffd[31m\tc\n\ufffd");
});
