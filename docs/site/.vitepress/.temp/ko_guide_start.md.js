import { useSSRContext } from "vue";
import { ssrRenderAttrs } from "vue/server-renderer";
import { t as _plugin_vue_export_helper_default } from "./plugin-vue_export-helper.DjkACiAr.js";

// docs/site/ko/guide/start.md
var __pageData = JSON.parse(
  '{"title":"시작하기","description":"","frontmatter":{},"headers":[],"relativePath":"ko/guide/start.md","filePath":"ko/guide/start.md"}',
);
var _sfc_main = { name: "ko/guide/start.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(
    `<div${ssrRenderAttrs(_attrs)}><h1 id="시작하기" tabindex="-1">시작하기 <a class="header-anchor" href="#시작하기" aria-label="Permalink to “시작하기”">​</a></h1><p>ltt는 두 가지입니다. 타입스크립트로 처음부터 만든 자동 미분 텐서 라이브러리, 그리고 그 위에 지은 <strong>복권 가설</strong>(Lottery Ticket Hypothesis) 실험실입니다. 복권 가설은 이렇게 묻습니다. 무작위로 초기화한 조밀한 신경망 안에, 같은 초기 가중치에서 따로 학습해도 원래 신경망만큼 정확한 희소 부분망이 있는가? (Frankle &amp; Carbin, ICLR 2019)</p><p>시작하는 길은 세 가지입니다.</p><h2 id="브라우저에서" tabindex="-1">브라우저에서 <a class="header-anchor" href="#브라우저에서" aria-label="Permalink to “브라우저에서”">​</a></h2><p><a href="/ko/playground/">플레이그라운드</a>는 이 페이지 안에서 신경망 13개를 학습합니다. 설치할 것도 없고 밖으로 보내는 것도 없습니다.</p><h2 id="명령으로" tabindex="-1">명령으로 <a class="header-anchor" href="#명령으로" aria-label="Permalink to “명령으로”">​</a></h2><p>저장소를 받은 뒤 Node 20.19 이상에서 실행합니다.</p><div class="language-sh"><button title="Copy code" data-copied="Copied" class="copy"></button><span class="lang">sh</span><pre class="shiki shiki-themes github-light-high-contrast github-dark-high-contrast" style="--shiki-light:#0e1116;--shiki-dark:#f0f3f6;--shiki-light-bg:#ffffff;--shiki-dark-bg:#0a0c10;" tabindex="0" dir="ltr"><code><span class="line"><span style="--shiki-light:#702C00;--shiki-dark:#FFB757;">npm</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> ci</span><span style="--shiki-light:#0E1116;--shiki-dark:#F0F3F6;"> &amp;&amp; </span><span style="--shiki-light:#702C00;--shiki-dark:#FFB757;">npm</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> start</span></span></code></pre></div><p>이 명령은 <code>ltt run spam-cnn --profile quick</code>입니다. 이메일 말뭉치로 신경망 13개를 오프라인에서 학습하고, 표와 <code>runs/spam-cnn-quick/report.html</code>을 남깁니다. 읽는 법은 <a href="./report.html">보고서 읽기</a>에 있습니다.</p><h2 id="라이브러리로" tabindex="-1">라이브러리로 <a class="header-anchor" href="#라이브러리로" aria-label="Permalink to “라이브러리로”">​</a></h2><p><code>@ltt/core</code>에는 텐서, 기울기, 백엔드가 있습니다. <code>@ltt/layers</code>는 PyTorch의 <code>torch.nn</code>, <code>torch.optim</code>과 이름, 모양, 기본값이 같습니다. <code>@ltt/data</code>는 말뭉치와 배치, <code>@ltt/lottery</code>는 가지치기, 되감기, 실험과 통계를 맡습니다. 다음 페이지들은 이 순서로 이어집니다. 페이지의 모든 프로그램은 테스트가 실행하는 파일이고, 출력도 비교합니다.</p></div>`,
  );
}
var _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("ko/guide/start.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
var start_default = /*#__PURE__*/ _plugin_vue_export_helper_default(_sfc_main, [["ssrRender", _sfc_ssrRender]]);

export { __pageData, start_default as default };
