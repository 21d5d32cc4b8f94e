import { expect, test } from "vitest";
import { htmlText } from "./html-text.ts";

test.each([
  ["<html><body><p>One</p><p>Two</p></body></html>", "One Two"],
  ["V<b></b>ia<!-- x > y -->gra", "Viagra"],
  ["<STYLE>p { a: b }</STYLE>a<script src='x'>if (1 < 2) {}</Script >b", "a b"],
  ["<i>a</i> &lt;b&gt; &eacute; &amp;lt;", "a &lt;b&gt; &eacute; &amp;lt;"],
  ["1 < 2 and 3 > 2, <3", "1 < 2 and 3 > 2, <3"],
  ["an unclosed <a href='", "an unclosed"],
  ["an unclosed <script>alert(", "an unclosed"],
  ["an unclosed <!-- comment", "an unclosed"],
])("%j", (html, text) => {
  expect(htmlText(html).replace(/\s+/g, " ").trim()).toBe(text);
});

test.each(["<", "<a", "<!--", "<script", "<b>", "</style"])("%j repeated takes linear time", (part) => {
  const started = performance.now();
  htmlText(part.repeat(300_000));
  expect(performance.now() - started).toBeLessThan(2000);
});
