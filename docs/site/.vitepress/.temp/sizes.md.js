import { useSSRContext } from "vue";
import { ssrRenderAttrs } from "vue/server-renderer";
import { t as _plugin_vue_export_helper_default } from "./plugin-vue_export-helper.DjkACiAr.js";

// docs/site/generated/pages/sizes.md
var __pageData = JSON.parse(
  '{"title":"Sizes","description":"","frontmatter":{"outline":[2,3]},"headers":[],"relativePath":"sizes.md","filePath":"generated/pages/sizes.md"}',
);
var _sfc_main = { name: "sizes.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(
    `<div${ssrRenderAttrs(_attrs)}><h1 id="sizes" tabindex="-1">Sizes <a class="header-anchor" href="#sizes" aria-label="Permalink to “Sizes”">​</a></h1><p>What <code>@ltt/core</code> adds to a page: bytes of a bundle that Vite makes of the packed package, minified, and that with gzip -9. Made by <code>npm run consumers -- --write</code>; <code>npm run consumers</code> fails where a size is more than a tenth off. Most of the second is the WebAssembly kernels of the default backend, as base64: every program holds them, whatever backend it chooses.</p><table tabindex="0"><thead><tr><th>bundle of</th><th>minified</th><th>gzip</th></tr></thead><tbody><tr><td>all of @ltt/core</td><td>392749</td><td>131121</td></tr><tr><td>tensor, matmul, gradients</td><td>178836</td><td>59495</td></tr></tbody></table></div>`,
  );
}
var _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("generated/pages/sizes.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
var sizes_default = /*#__PURE__*/ _plugin_vue_export_helper_default(_sfc_main, [["ssrRender", _sfc_ssrRender]]);

export { __pageData, sizes_default as default };
