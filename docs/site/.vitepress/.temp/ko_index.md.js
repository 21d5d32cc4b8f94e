import { useSSRContext } from "vue";
import { ssrRenderAttrs } from "vue/server-renderer";
import { t as _plugin_vue_export_helper_default } from "./plugin-vue_export-helper.DjkACiAr.js";

// docs/site/ko/index.md
var __pageData = JSON.parse(
  '{"title":"ltt","titleTemplate":"타입스크립트로 찾는 복권 티켓","description":"","frontmatter":{"layout":"home","title":"ltt","titleTemplate":"타입스크립트로 찾는 복권 티켓","hero":{"name":"ltt","text":"신경망 안의 신경망 찾기","tagline":"타입스크립트로 처음부터 만든 자동 미분 텐서 라이브러리, 그리고 그 위에 지은 복권 가설(Lottery Ticket Hypothesis) 실험실.","image":{"src":"/ticket.svg","alt":"연결이 조금만 남은 격자"},"actions":[{"theme":"brand","text":"여기서 학습해 보기","link":"/ko/playground/"},{"theme":"alt","text":"안내서","link":"/ko/guide/start"}]},"features":[{"title":"없앤 가중치는 정말 없습니다","details":"마스크로 가린 0이 아닙니다. 기울기도 모멘텀도 없어서 되살아날 수 없고, 줄어든 만큼 학습도 가벼워집니다."},{"title":"어디서나 같은 비트","details":"Node든 브라우저든, 스레드가 몇 개든, 멈췄다 이어도 같은 시드는 같은 바이트를 냅니다."},{"title":"감사받는 결과","details":"공개된 복권 코드에서 나온 오류가 있는지 실행마다 검사하고, 모든 희소도를 한꺼번에 판정합니다."},{"title":"파이썬 없이","details":"WebAssembly SIMD 커널, 가능하면 WebGPU. Node 20이나 브라우저 하나면 됩니다."}]},"headers":[],"relativePath":"ko/index.md","filePath":"ko/index.md"}',
);
var _sfc_main = { name: "ko/index.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}></div>`);
}
var _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("ko/index.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
var ko_default = /*#__PURE__*/ _plugin_vue_export_helper_default(_sfc_main, [["ssrRender", _sfc_ssrRender]]);

export { __pageData, ko_default as default };
