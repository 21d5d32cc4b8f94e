import { useSSRContext } from "vue";
import { ssrRenderAttrs } from "vue/server-renderer";
import { t as _plugin_vue_export_helper_default } from "./plugin-vue_export-helper.DjkACiAr.js";

// docs/site/index.md
var __pageData = JSON.parse(
  '{"title":"ltt","titleTemplate":"Lottery tickets in TypeScript","description":"","frontmatter":{"layout":"home","title":"ltt","titleTemplate":"Lottery tickets in TypeScript","hero":{"name":"ltt","text":"Find the network inside the network","tagline":"A tensor library with automatic differentiation, written from nothing in TypeScript, and on it a laboratory for the Lottery Ticket Hypothesis.","image":{"src":"/ticket.svg","alt":"A grid of connections of which few are left"},"actions":[{"theme":"brand","text":"Train one here","link":"/playground/"},{"theme":"alt","text":"Guide","link":"/guide/start"}]},"features":[{"title":"Pruned weights are absent","details":"Not zero under a mask: no gradient, no momentum, nothing that can revive them. Training gets smaller as they go."},{"title":"The same bits everywhere","details":"Node or browser, one thread or many, stopped and resumed: the same seed gives the same bytes, and tests compare them with ===."},{"title":"Audited","details":"Every run is checked for the faults of published lottery code, and judged at all sparsities at once. A failed check is the headline."},{"title":"No Python","details":"SIMD kernels in WebAssembly, WebGPU if you have it. Node 20 or a page; the core has no dependencies."}]},"headers":[],"relativePath":"index.md","filePath":"index.md"}',
);
var _sfc_main = { name: "index.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}></div>`);
}
var _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("index.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
var site_default = /*#__PURE__*/ _plugin_vue_export_helper_default(_sfc_main, [["ssrRender", _sfc_ssrRender]]);

export { __pageData, site_default as default };
