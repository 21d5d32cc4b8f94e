import { useSSRContext } from "vue";
import { ssrRenderAttrs } from "vue/server-renderer";
import { t as _plugin_vue_export_helper_default } from "./plugin-vue_export-helper.DjkACiAr.js";

// docs/site/ko/guide/report.md
var __pageData = JSON.parse(
  '{"title":"보고서 읽기","description":"","frontmatter":{},"headers":[],"relativePath":"ko/guide/report.md","filePath":"ko/guide/report.md"}',
);
var _sfc_main = { name: "ko/guide/report.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="보고서-읽기" tabindex="-1">보고서 읽기 <a class="header-anchor" href="#보고서-읽기" aria-label="Permalink to “보고서 읽기”">​</a></h1><p>실행 폴더의 <code>report.html</code>은 네트워크가 필요 없는 파일 하나입니다. 전체 실행의 보고서는 <a href="/gallery.html">갤러리(영어)</a>에 있습니다.</p><p>위에서부터 읽습니다.</p><ol><li><strong>감사.</strong> 검사가 하나라도 실패하면 그것이 제목이 되고, 아래에서는 아무것도 주장하지 않습니다.</li><li><strong>판정.</strong> 당첨 티켓이 <em>지지되는</em> 가장 희소한 수준입니다. 원래 신경망과의 차이가 반 포인트 이내이고 <strong>동시에</strong> 모든 대조군보다 나아야 합니다. 각 수준은 지지, 반박, 미정 가운데 하나입니다. 미정은 신뢰구간이 너무 넓다는 뜻이니 시드나 테스트 예제를 늘려야 합니다.</li><li><strong>희소도와 정확도.</strong> 실험군마다 선 하나, 시드 사이의 폭은 띠입니다. 티켓과 대조군이 겹치면 마스크는 중요했고 초기 가중치는 중요하지 않았던 것입니다.</li><li><strong>학습 속도.</strong> 검증 손실이 가장 낮은 단계입니다. 속이 빈 점은 <em>중도절단</em>, 곧 그 단계를 찾기 전에 학습이 끝난 것입니다.</li><li><strong>텐서마다 남은 것.</strong> 텍스트 모델의 가중치는 대부분 임베딩에 있어서, 전체 희소도만 보면 나머지에서 일어난 일이 가려집니다.</li></ol><p>곁에 있는 표는 신경망마다 한 줄인 <code>metrics.csv</code>와 텐서마다 한 줄인 <code>tensors.csv</code>입니다.</p><div class="language-sh"><button title="Copy code" data-copied="Copied" class="copy"></button><span class="lang">sh</span><pre class="shiki shiki-themes github-light-high-contrast github-dark-high-contrast" style="--shiki-light:#0e1116;--shiki-dark:#f0f3f6;--shiki-light-bg:#ffffff;--shiki-dark-bg:#0a0c10;" tabindex="0" dir="ltr"><code><span class="line"><span style="--shiki-light:#702C00;--shiki-dark:#FFB757;">npm</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> run</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> ltt</span><span style="--shiki-light:#023B95;--shiki-dark:#91CBFF;"> --</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> report</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> runs/spam-cnn-quick</span><span style="--shiki-light:#66707B;--shiki-dark:#BDC4CC;">   # 폴더에서 보고서를 다시 만듭니다</span></span>
<span class="line"><span style="--shiki-light:#702C00;--shiki-dark:#FFB757;">npm</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> run</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> ltt</span><span style="--shiki-light:#023B95;--shiki-dark:#91CBFF;"> --</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> audit</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> runs/spam-cnn-quick</span><span style="--shiki-light:#66707B;--shiki-dark:#BDC4CC;">    # 모든 검사를 다시 합니다</span></span>
<span class="line"><span style="--shiki-light:#702C00;--shiki-dark:#FFB757;">npm</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> run</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> ltt</span><span style="--shiki-light:#023B95;--shiki-dark:#91CBFF;"> --</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> diff</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> NODE-A</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> NODE-B</span><span style="--shiki-light:#66707B;--shiki-dark:#BDC4CC;">           # 두 신경망의 마스크, 부호, 값</span></span></code></pre></div></div>`);
}
var _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("ko/guide/report.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
var report_default = /*#__PURE__*/ _plugin_vue_export_helper_default(_sfc_main, [["ssrRender", _sfc_ssrRender]]);

export { __pageData, report_default as default };
