import { unref, useSSRContext } from "vue";
import { ssrRenderAttrs, ssrRenderComponent } from "vue/server-renderer";
import { t as Playground_default } from "./Playground.d2M1U6kl.js";

// docs/site/ko/playground/index.md
var __pageData = JSON.parse(
  '{"title":"플레이그라운드","description":"브라우저에서 복권 실험을 돌려 봅니다","frontmatter":{"layout":"page","title":"플레이그라운드","description":"브라우저에서 복권 실험을 돌려 봅니다"},"headers":[],"relativePath":"ko/playground/index.md","filePath":"ko/playground/index.md"}',
);
var _sfc_main = /*@__PURE__*/ Object.assign(
  { name: "ko/playground/index.md" },
  {
    __ssrInlineRender: true,
    setup(__props) {
      const digits = true;
      return (_ctx, _push, _parent, _attrs) => {
        _push(
          `<div${ssrRenderAttrs(_attrs)}><div class="playground-page"><h1 id="브라우저-안의-복권" tabindex="-1">브라우저 안의 복권 <a class="header-anchor" href="#브라우저-안의-복권" aria-label="Permalink to “브라우저 안의 복권”">​</a></h1><p>먼저 원래 신경망을 학습합니다. 크기가 가장 작은 가중치를 없애고 나머지를 처음 값으로 되돌린 것이 <strong>티켓</strong>입니다. 티켓을 다시 학습하고, 라운드마다 절반씩 줄입니다. 티켓마다 마스크는 같고 가중치는 새로 뽑은 <strong>대조군</strong>을 함께 학습합니다. 모든 계산은 이 페이지 안에서 이루어지고, 아무것도 밖으로 보내지 않습니다.</p>`,
        );
        _push(
          ssrRenderComponent(
            Playground_default,
            {
              lang: "ko",
              digits: unref(digits),
            },
            null,
            _parent,
          ),
        );
        _push(
          `<div class="terms faint"><p>예제와 단계가 적고 시드가 하나뿐이므로 구경거리이지 주장이 아닙니다. 주장에 무엇이 필요한지는 <a href="/ko/guide/tickets.html">안내서</a>에 있습니다. 숫자: MNIST의 표본(Yann LeCun, Corinna Cortes), <a href="https://creativecommons.org/licenses/by-sa/3.0/" target="_blank" rel="noreferrer">CC BY-SA 3.0</a>. 이메일: SpamAssassin 공개 메일 말뭉치의 표본(stdlib 배포), PDDL 1.0 및 CC0 1.0.</p></div></div></div>`,
        );
      };
    },
  },
);
var _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("ko/playground/index.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};

export { __pageData, _sfc_main as default };
