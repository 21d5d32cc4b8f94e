import { useSSRContext } from "vue";
import { ssrRenderAttrs } from "vue/server-renderer";
import { t as _plugin_vue_export_helper_default } from "./plugin-vue_export-helper.DjkACiAr.js";

// docs/site/generated/pages/ko/api/gpu.md
var __pageData = JSON.parse(
  '{"title":"영어로만 있습니다","description":"","frontmatter":{"search":false},"headers":[],"relativePath":"ko/api/gpu.md","filePath":"generated/pages/ko/api/gpu.md"}',
);
var _sfc_main = { name: "ko/api/gpu.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(
    `<div${ssrRenderAttrs(_attrs)}><h1 id="영어로만-있습니다" tabindex="-1">영어로만 있습니다 <a class="header-anchor" href="#영어로만-있습니다" aria-label="Permalink to “영어로만 있습니다”">​</a></h1><p>이 페이지는 아직 한국어로 옮기지 않았습니다. <a href="/api/gpu.html">영어 페이지로 가기</a></p></div>`,
  );
}
var _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("generated/pages/ko/api/gpu.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
var gpu_default = /*#__PURE__*/ _plugin_vue_export_helper_default(_sfc_main, [["ssrRender", _sfc_ssrRender]]);

export { __pageData, gpu_default as default };
