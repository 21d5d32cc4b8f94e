import { useSSRContext } from "vue";
import { ssrRenderAttrs } from "vue/server-renderer";
import { t as _plugin_vue_export_helper_default } from "./plugin-vue_export-helper.DjkACiAr.js";

// docs/site/generated/pages/api/index.md
var __pageData = JSON.parse(
  '{"title":"API reference","description":"","frontmatter":{},"headers":[],"relativePath":"api/index.md","filePath":"generated/pages/api/index.md"}',
);
var _sfc_main = { name: "api/index.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(
    `<div${ssrRenderAttrs(_attrs)}><h1 id="api-reference" tabindex="-1">API reference <a class="header-anchor" href="#api-reference" aria-label="Permalink to “API reference”">​</a></h1><p>Made of the comments in the sources.</p><table tabindex="0"><thead><tr><th>package</th><th>what it is</th></tr></thead><tbody><tr><td><a href="./core.html"><code>@ltt/core</code></a></td><td>Rank-typed float32 tensors with reverse-mode automatic differentiation, in TypeScript, without dependencies</td></tr><tr><td><a href="./layers.html"><code>@ltt/layers</code></a></td><td>Layers, initialisers, optimisers, training and text models on @ltt/core</td></tr><tr><td><a href="./data.html"><code>@ltt/data</code></a></td><td>Text classification corpora: download, parsing, tokens, vocabularies and batches</td></tr><tr><td><a href="./lottery.html"><code>@ltt/lottery</code></a></td><td>Lottery tickets: pruning, rewinding, controls, experiments, statistics</td></tr><tr><td><a href="./report.html"><code>@ltt/report</code></a></td><td>Pictures of lottery-ticket results: a page, a table, CSV</td></tr><tr><td><a href="./gpu.html"><code>@ltt/gpu</code></a></td><td>A backend of @ltt/core on GPUs, with kernels through gpu.js: WebGPU in Node and browsers, WebGL 2 in browsers</td></tr></tbody></table></div>`,
  );
}
var _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("generated/pages/api/index.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
var api_default = /*#__PURE__*/ _plugin_vue_export_helper_default(_sfc_main, [["ssrRender", _sfc_ssrRender]]);

export { __pageData, api_default as default };
