import { useSSRContext } from "vue";
import { ssrRenderAttrs } from "vue/server-renderer";
import { t as _plugin_vue_export_helper_default } from "./plugin-vue_export-helper.DjkACiAr.js";

// docs/site/guide/report.md
var __pageData = JSON.parse(
  '{"title":"Reading a report","description":"","frontmatter":{},"headers":[],"relativePath":"guide/report.md","filePath":"guide/report.md"}',
);
var _sfc_main = { name: "guide/report.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="reading-a-report" tabindex="-1">Reading a report <a class="header-anchor" href="#reading-a-report" aria-label="Permalink to “Reading a report”">​</a></h1><p>A run folder has <code>report.html</code>, one file that needs no network. <a href="/gallery.html">The gallery</a> has reports of whole runs.</p><p>Read it from the top:</p><ol><li><strong>The audit.</strong> If a check failed, that is the headline, and nothing below is claimed.</li><li><strong>The verdict.</strong> The sparsest level at which a winning ticket is <em>supported</em>: it matches the dense network within a margin of half a point <strong>and</strong> is better than each control. Each level is supported, refuted or undecided. Undecided means that the interval is too wide: more seeds, or more test examples.</li><li><strong>Accuracy against sparsity.</strong> A line an arm, a band for its seeds. Where ticket and control lie together, the mask mattered and the initial weights did not.</li><li><strong>Learning speed.</strong> The step of the lowest validation loss. A hollow point is <em>censored</em>: training ended before it was found.</li><li><strong>What is left of each tensor.</strong> The embedding holds most weights of a text model; its sparsity alone can hide what happens to the rest.</li></ol><p>The tables beside it are <code>metrics.csv</code>, a line a network, and <code>tensors.csv</code>, a line a tensor of each network.</p><div class="language-sh"><button title="Copy code" data-copied="Copied" class="copy"></button><span class="lang">sh</span><pre class="shiki shiki-themes github-light-high-contrast github-dark-high-contrast" style="--shiki-light:#0e1116;--shiki-dark:#f0f3f6;--shiki-light-bg:#ffffff;--shiki-dark-bg:#0a0c10;" tabindex="0" dir="ltr"><code><span class="line"><span style="--shiki-light:#702C00;--shiki-dark:#FFB757;">npm</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> run</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> ltt</span><span style="--shiki-light:#023B95;--shiki-dark:#91CBFF;"> --</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> report</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> runs/spam-cnn-quick</span><span style="--shiki-light:#66707B;--shiki-dark:#BDC4CC;">   # a new report from the folder</span></span>
<span class="line"><span style="--shiki-light:#702C00;--shiki-dark:#FFB757;">npm</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> run</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> ltt</span><span style="--shiki-light:#023B95;--shiki-dark:#91CBFF;"> --</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> audit</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> runs/spam-cnn-quick</span><span style="--shiki-light:#66707B;--shiki-dark:#BDC4CC;">    # every check once more</span></span>
<span class="line"><span style="--shiki-light:#702C00;--shiki-dark:#FFB757;">npm</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> run</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> ltt</span><span style="--shiki-light:#023B95;--shiki-dark:#91CBFF;"> --</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> diff</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> NODE-A</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> NODE-B</span><span style="--shiki-light:#66707B;--shiki-dark:#BDC4CC;">           # masks, signs and values of two networks</span></span></code></pre></div></div>`);
}
var _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("guide/report.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
var report_default = /*#__PURE__*/ _plugin_vue_export_helper_default(_sfc_main, [["ssrRender", _sfc_ssrRender]]);

export { __pageData, report_default as default };
