import { unref, useSSRContext } from "vue";
import { ssrRenderAttrs, ssrRenderComponent } from "vue/server-renderer";
import { t as Playground_default } from "./Playground.d2M1U6kl.js";

// docs/site/playground/index.md
var __pageData = JSON.parse(
  '{"title":"Playground","description":"Train a lottery of networks in your browser","frontmatter":{"layout":"page","title":"Playground","description":"Train a lottery of networks in your browser"},"headers":[],"relativePath":"playground/index.md","filePath":"playground/index.md"}',
);
var _sfc_main = /*@__PURE__*/ Object.assign(
  { name: "playground/index.md" },
  {
    __ssrInlineRender: true,
    setup(__props) {
      const digits = true;
      return (_ctx, _push, _parent, _attrs) => {
        _push(
          `<div${ssrRenderAttrs(_attrs)}><div class="playground-page"><h1 id="a-lottery-in-your-browser" tabindex="-1">A lottery in your browser <a class="header-anchor" href="#a-lottery-in-your-browser" aria-label="Permalink to “A lottery in your browser”">​</a></h1><p>A dense network is trained. Its smallest weights are removed, the others go back to where they began, and what is left, the <strong>ticket</strong>, is trained again; round by round half of it goes. Beside each ticket trains a <strong>control</strong> with the same mask and fresh weights. Everything runs here; nothing is sent anywhere.</p>`,
        );
        _push(
          ssrRenderComponent(
            Playground_default,
            {
              lang: "en",
              digits: unref(digits),
            },
            null,
            _parent,
          ),
        );
        _push(
          `<div class="terms faint"><p>Few examples, few steps and one seed: a look at how it goes, never a claim. The <a href="/guide/tickets.html">guide</a> says what a claim takes. Digits: a sample of MNIST, by Yann LeCun and Corinna Cortes, <a href="https://creativecommons.org/licenses/by-sa/3.0/" target="_blank" rel="noreferrer">CC BY-SA 3.0</a>. E-mails: a sample of the SpamAssassin public mail corpus as packed by stdlib, PDDL 1.0 and CC0 1.0.</p></div></div></div>`,
        );
      };
    },
  },
);
var _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("playground/index.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};

export { __pageData, _sfc_main as default };
