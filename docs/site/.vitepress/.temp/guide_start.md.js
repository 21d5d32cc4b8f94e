import { useSSRContext } from "vue";
import { ssrRenderAttrs } from "vue/server-renderer";
import { t as _plugin_vue_export_helper_default } from "./plugin-vue_export-helper.DjkACiAr.js";

// docs/site/guide/start.md
var __pageData = JSON.parse(
  '{"title":"Getting started","description":"","frontmatter":{},"headers":[],"relativePath":"guide/start.md","filePath":"guide/start.md"}',
);
var _sfc_main = { name: "guide/start.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(
    `<div${ssrRenderAttrs(_attrs)}><h1 id="getting-started" tabindex="-1">Getting started <a class="header-anchor" href="#getting-started" aria-label="Permalink to “Getting started”">​</a></h1><p>ltt is two things: a tensor library with automatic differentiation, written from nothing in TypeScript, and on it a laboratory for the <strong>Lottery Ticket Hypothesis</strong>: does a dense, randomly initialised network contain a sparse subnetwork that, trained alone from the same initial weights, matches the dense one? (Frankle &amp; Carbin, ICLR 2019.)</p><p>There are three ways in.</p><h2 id="in-the-browser" tabindex="-1">In the browser <a class="header-anchor" href="#in-the-browser" aria-label="Permalink to “In the browser”">​</a></h2><p><a href="/playground/">The playground</a> trains thirteen networks in this page. Nothing is installed and nothing is sent anywhere.</p><h2 id="as-a-command" tabindex="-1">As a command <a class="header-anchor" href="#as-a-command" aria-label="Permalink to “As a command”">​</a></h2><p>From a checkout, with Node 20.19 or newer:</p><div class="language-sh"><button title="Copy code" data-copied="Copied" class="copy"></button><span class="lang">sh</span><pre class="shiki shiki-themes github-light-high-contrast github-dark-high-contrast" style="--shiki-light:#0e1116;--shiki-dark:#f0f3f6;--shiki-light-bg:#ffffff;--shiki-dark-bg:#0a0c10;" tabindex="0" dir="ltr"><code><span class="line"><span style="--shiki-light:#702C00;--shiki-dark:#FFB757;">npm</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> ci</span><span style="--shiki-light:#0E1116;--shiki-dark:#F0F3F6;"> &amp;&amp; </span><span style="--shiki-light:#702C00;--shiki-dark:#FFB757;">npm</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> start</span></span></code></pre></div><p>That is <code>ltt run spam-cnn --profile quick</code>: thirteen networks on a corpus of e-mails, offline. It ends with a table and <code>runs/spam-cnn-quick/report.html</code>, which <a href="./report.html">Reading a report</a> explains.</p><h2 id="as-a-library" tabindex="-1">As a library <a class="header-anchor" href="#as-a-library" aria-label="Permalink to “As a library”">​</a></h2><p><code>@ltt/core</code> has tensors, gradients and backends; <code>@ltt/layers</code> what PyTorch has in <code>torch.nn</code> and <code>torch.optim</code>, with its names, shapes and defaults; <code>@ltt/data</code> corpora and batches; <code>@ltt/lottery</code> pruning, rewinding, experiments and statistics. The next pages walk from the first to the last. Every program on them is a file that the tests run, and what it prints is compared.</p></div>`,
  );
}
var _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("guide/start.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
var start_default = /*#__PURE__*/ _plugin_vue_export_helper_default(_sfc_main, [["ssrRender", _sfc_ssrRender]]);

export { __pageData, start_default as default };
