import "./Content.C2gc0e0v.js";
import {
  computed,
  defineComponent,
  mergeProps,
  nextTick,
  onMounted,
  onUnmounted,
  reactive,
  ref,
  shallowReactive,
  unref,
  useSSRContext,
  watch,
} from "vue";
import {
  ssrIncludeBooleanAttr,
  ssrInterpolate,
  ssrLooseEqual,
  ssrRenderAttr,
  ssrRenderAttrs,
  ssrRenderClass,
  ssrRenderComponent,
  ssrRenderList,
  ssrRenderStyle,
} from "vue/server-renderer";

// docs/site/playground/Answers.vue?vue&type=script&setup=true&lang.ts
var Answers_vue_vue_type_script_setup_true_lang_default = /*@__PURE__*/ defineComponent({
  __name: "Answers",
  __ssrInlineRender: true,
  props: {
    answer: {},
    classes: {},
    words: {},
  },
  setup(__props) {
    const ARMS = ["dense", "ticket", "control"];
    const nameOf = (index) => __props.words.classes[__props.classes[index]] ?? __props.classes[index];
    const best = (probabilities) => probabilities.indexOf(Math.max(...probabilities));
    return (_ctx, _push, _parent, _attrs) => {
      _push(
        `<div${ssrRenderAttrs(
          mergeProps(
            {
              class: "answers",
              "aria-live": "polite",
            },
            _attrs,
          ),
        )}><!--[-->`,
      );
      ssrRenderList(ARMS, (arm) => {
        _push(
          `<div class="${ssrRenderClass([arm, "answer"])}"${ssrRenderAttr("data-answer", arm)}><p class="who">${ssrInterpolate(arm === "control" ? __props.words.controlShort : __props.words[arm])}</p><p class="said">${ssrInterpolate(__props.answer ? nameOf(best(__props.answer[arm])) : "–")}</p><p class="sure">${ssrInterpolate(__props.answer ? `${(100 * Math.max(...__props.answer[arm])).toFixed(0)} %` : "")}</p>`,
        );
        if (__props.answer) {
          _push(`<ol aria-hidden="true"><!--[-->`);
          ssrRenderList(__props.answer[arm], (probability, i) => {
            _push(
              `<li><span>${ssrInterpolate(nameOf(i))}</span><i style="${ssrRenderStyle({ width: `${100 * probability}%` })}"></i></li>`,
            );
          });
          _push(`<!--]--></ol>`);
        } else _push(`<!---->`);
        _push(`</div>`);
      });
      _push(`<!--]--></div>`);
    };
  },
});
// docs/site/playground/Answers.vue
var _sfc_setup$5 = Answers_vue_vue_type_script_setup_true_lang_default.setup;
Answers_vue_vue_type_script_setup_true_lang_default.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("playground/Answers.vue");
  return _sfc_setup$5 ? _sfc_setup$5(props, ctx) : void 0;
};
var Answers_default = Answers_vue_vue_type_script_setup_true_lang_default;
// docs/site/playground/DrawingPad.vue?vue&type=script&setup=true&lang.ts
var DrawingPad_vue_vue_type_script_setup_true_lang_default = /*@__PURE__*/ defineComponent({
  __name: "DrawingPad",
  __ssrInlineRender: true,
  props: {
    words: {},
    shown: {},
  },
  emits: ["drawn"],
  setup(__props, { emit: __emit }) {
    /** Pixels of the pad, of the pen, and of a step of the arrow keys. */
    const [SIDE, PEN, STEP] = [140, 12, 5];
    -STEP, -STEP;
    const canvas = ref();
    const pen = ref({
      x: SIDE / 2,
      y: SIDE / 4,
      isDown: false,
      byKeys: false,
    });
    let context;
    /** What was drawn here: it comes back as the question, and is not to be painted over. */
    let own;
    onMounted(() => {
      context = canvas.value.getContext("2d", { willReadFrequently: true });
      Object.assign(context, {
        lineWidth: PEN,
        lineCap: "round",
        lineJoin: "round",
        fillStyle: "#fff",
        strokeStyle: "#fff",
      });
      show(__props.shown);
    });
    watch(() => __props.shown, show);
    /** A digit of the sample, as large as the pad. */
    function show(digit) {
      if (digit === void 0 || digit === own) return;
      clear();
      const [side, size] = [Math.sqrt(digit.length), SIDE / Math.sqrt(digit.length)];
      for (const [i, ink] of digit.entries()) {
        context.globalAlpha = ink;
        context.fillRect((i % side) * size, Math.floor(i / side) * size, size, size);
      }
      context.globalAlpha = 1;
    }
    function clear() {
      context.clearRect(0, 0, SIDE, SIDE);
    }
    return (_ctx, _push, _parent, _attrs) => {
      _push(
        `<div${ssrRenderAttrs(mergeProps({ class: "pad" }, _attrs))}><p id="pad-name" class="above">${ssrInterpolate(__props.words.draw)}</p><div class="paper"><canvas${ssrRenderAttr("width", unref(SIDE))}${ssrRenderAttr("height", unref(SIDE))} tabindex="0" role="application" aria-labelledby="pad-name" aria-describedby="pad-how" data-pad></canvas>`,
      );
      if (pen.value.byKeys)
        _push(
          `<i class="${ssrRenderClass([{ down: pen.value.isDown }, "pen"])}" style="${ssrRenderStyle({
            left: `${(100 * pen.value.x) / unref(SIDE)}%`,
            top: `${(100 * pen.value.y) / unref(SIDE)}%`,
          })}"></i>`,
        );
      else _push(`<!---->`);
      _push(
        `</div><p id="pad-how" class="faint">${ssrInterpolate(__props.words.drawHow)}</p><button type="button">${ssrInterpolate(__props.words.clear)}</button></div>`,
      );
    };
  },
});
// docs/site/playground/DrawingPad.vue
var _sfc_setup$4 = DrawingPad_vue_vue_type_script_setup_true_lang_default.setup;
DrawingPad_vue_vue_type_script_setup_true_lang_default.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("playground/DrawingPad.vue");
  return _sfc_setup$4 ? _sfc_setup$4(props, ctx) : void 0;
};
var DrawingPad_default = DrawingPad_vue_vue_type_script_setup_true_lang_default;
// docs/site/playground/plot.ts
function scaleOf([from, to], [start, end]) {
  return {
    at: (value) => start + ((value - from) / (to - from)) * (end - start),
    ticks: (step) => {
      const first = Math.ceil(from / step - 1e-9);
      return Array.from({ length: Math.floor(to / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
    },
  };
}
/** An SVG path through points. */
function pathOf(points) {
  return points.map(({ x, y }, i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}
// docs/site/playground/words.ts
var WORDS = {
  en: {
    choose: "What to train on",
    digits: "Handwritten digits",
    digitsIs: "LeNet-300-100, 266,610 weights, on 4,000 images of MNIST",
    spam: "Spam or not",
    spamIs: "A text CNN, about 330,000 weights, on 1,200 e-mails",
    noDigits: "This build of the site found no MNIST: only e-mails here.",
    begin: "Train 13 networks",
    loading: "Loading the sample and compiling the kernels",
    pause: "Pause",
    resume: "Resume",
    stop: "Start over",
    failed: "It stopped",
    dense: "dense",
    ticket: "winning ticket",
    control: "control: same mask, fresh weights",
    controlShort: "control",
    training: (arm, round, left) =>
      round === 0 ? "Training the dense network" : `Round ${round}: training the ${arm}, ${left} of the weights left`,
    paused: "Paused",
    done: (seconds) => `Done: 13 networks in ${seconds} s`,
    step: (step, steps) => `step ${step} of ${steps}`,
    loss: "loss",
    threads: (threads) => (threads === 1 ? "one thread" : `${threads} threads`),
    tradeoff: "Accuracy against weights left",
    tradeoffIs: (heldOut) => `On ${heldOut.toLocaleString("en")} held-out examples: none was trained on or chosen by.`,
    weightsLeft: "weights left",
    learning: (round) => (round === 0 ? "How fast they learn" : `How fast they learn: round ${round}`),
    learningIs: "Accuracy on the held-out examples while training.",
    steps: "training steps",
    masks: "What is left of the ticket",
    retina: "Pixels that are still read: the fuller the blue, the more of their 300 weights are left.",
    matrix: (name, share) => `${name}: ${share} left. Each dot is a weight.`,
    wordsLeft: "Words that kept the most weights",
    tableIs: "The same as numbers",
    round: "round",
    try: "Ask the three networks",
    tryLater: "As soon as the first ticket and its control are trained you can ask them.",
    draw: "Draw a digit",
    drawHow:
      "Draw with mouse or finger. With the keyboard: arrow keys move the pen, Space puts it down or lifts it, Delete clears.",
    clear: "Clear",
    example: "A held-out example",
    type: "Type an e-mail",
    typeStart: "Congratulations! You have been selected for a FREE offer. Click here to claim your prize now.",
    ask: "Ask",
    itIs: (name) => `It is: ${name}.`,
    which: "Ticket and control of round",
    says: "says",
    download: "Download this ticket",
    downloadIs: "Mask and initial weights, as safetensors: the file that the command keeps, too.",
    digest: "Your last ticket is the same to the bit as everybody's. SHA-256:",
    classes: {
      ham: "wanted",
      spam: "spam",
    },
  },
  ko: {
    choose: "무엇으로 학습할까요",
    digits: "손글씨 숫자",
    digitsIs: "LeNet-300-100, 가중치 266,610개, MNIST 이미지 4,000장",
    spam: "스팸 메일 판별",
    spamIs: "텍스트 CNN, 가중치 약 330,000개, 이메일 1,200통",
    noDigits: "이 사이트를 빌드할 때 MNIST가 없었습니다. 이메일만 사용할 수 있습니다.",
    begin: "신경망 13개 학습하기",
    loading: "표본을 불러오고 커널을 컴파일하는 중",
    pause: "일시 정지",
    resume: "계속",
    stop: "처음부터",
    failed: "멈췄습니다",
    dense: "원래 신경망",
    ticket: "당첨 티켓",
    control: "대조군: 같은 마스크, 새 가중치",
    controlShort: "대조군",
    training: (arm, round, left) =>
      round === 0 ? "원래 신경망 학습 중" : `${round}라운드: ${arm} 학습 중, 남은 가중치 ${left}`,
    paused: "일시 정지됨",
    done: (seconds) => `완료: 신경망 13개, ${seconds}초`,
    step: (step, steps) => `${steps}단계 중 ${step}단계`,
    loss: "손실",
    threads: (threads) => `스레드 ${threads}개`,
    tradeoff: "남은 가중치와 정확도",
    tradeoffIs: (heldOut) => `학습에도 선택에도 쓰지 않은 예제 ${heldOut.toLocaleString("ko")}개로 측정했습니다.`,
    weightsLeft: "남은 가중치",
    learning: (round) => (round === 0 ? "학습 속도" : `학습 속도: ${round}라운드`),
    learningIs: "학습하는 동안의 정확도(따로 떼어 둔 예제).",
    steps: "학습 단계",
    masks: "티켓에 남은 것",
    retina: "아직 읽히는 픽셀: 파랄수록 가중치 300개 중 많이 남아 있습니다.",
    matrix: (name, share) => `${name}: ${share} 남음. 점 하나가 가중치 하나입니다.`,
    wordsLeft: "가중치가 가장 많이 남은 단어",
    tableIs: "숫자로 보기",
    round: "라운드",
    try: "세 신경망에 물어보기",
    tryLater: "첫 티켓과 대조군의 학습이 끝나면 바로 물어볼 수 있습니다.",
    draw: "숫자를 그려 보세요",
    drawHow:
      "마우스나 손가락으로 그립니다. 키보드: 화살표로 펜을 움직이고, 스페이스로 펜을 내리거나 들고, Delete로 지웁니다.",
    clear: "지우기",
    example: "따로 떼어 둔 예제",
    type: "이메일을 입력하세요(영어)",
    typeStart: "Congratulations! You have been selected for a FREE offer. Click here to claim your prize now.",
    ask: "물어보기",
    itIs: (name) => `정답: ${name}.`,
    which: "티켓과 대조군의 라운드",
    says: "답",
    download: "이 티켓 내려받기",
    downloadIs: "마스크와 초기 가중치(safetensors). 명령줄이 저장하는 파일과 같은 형식입니다.",
    digest: "마지막 티켓은 누구에게나 비트 하나까지 같습니다. SHA-256:",
    classes: {
      ham: "정상",
      spam: "스팸",
    },
  },
};
/** `6.5 %`; below ten with a digit more. */
function percent(fraction) {
  const value = 100 * fraction;
  return `${value >= 99.95 ? value.toFixed(0) : value.toFixed(value < 10 ? 2 : 1)} %`;
}
// docs/site/playground/LearningChart.vue?vue&type=script&setup=true&lang.ts
var LearningChart_vue_vue_type_script_setup_true_lang_default = /*@__PURE__*/ defineComponent({
  __name: "LearningChart",
  __ssrInlineRender: true,
  props: {
    trainees: {},
    round: {},
    steps: {},
    words: {},
  },
  setup(__props) {
    const shown = computed(() =>
      __props.trainees.filter((each) => each.arm === "dense" || each.round === __props.round),
    );
    const x = computed(() => scaleOf([0, __props.steps], [48, 464]));
    const y = scaleOf([0, 1], [260, 12]);
    const points = ({ curve }) =>
      curve.map(({ step, accuracy }) => ({
        x: x.value.at(step),
        y: y.at(accuracy),
        title: `${step}: ${percent(accuracy)}`,
      }));
    return (_ctx, _push, _parent, _attrs) => {
      _push(
        `<figure${ssrRenderAttrs(mergeProps({ class: "card chart" }, _attrs))}><figcaption><h2>${ssrInterpolate(__props.words.learning(__props.round))}</h2><p class="faint">${ssrInterpolate(__props.words.learningIs)}</p></figcaption><svg${ssrRenderAttr("viewBox", `0 0 ${unref(480)} ${unref(300)}`)} role="img"${ssrRenderAttr("aria-label", __props.words.learning(__props.round))}><!--[-->`,
      );
      ssrRenderList(unref(y).ticks(0.25), (tick) => {
        _push(
          `<g><line class="rule" x1="48"${ssrRenderAttr("x2", unref(480) - 16)}${ssrRenderAttr("y1", unref(y).at(tick))}${ssrRenderAttr("y2", unref(y).at(tick))}></line><text class="tick" x="42"${ssrRenderAttr("y", unref(y).at(tick) + 4)} text-anchor="end">${ssrInterpolate(Math.round(100 * tick))} %</text></g>`,
        );
      });
      _push(`<!--]--><!--[-->`);
      ssrRenderList(5, (part) => {
        _push(
          `<text class="tick"${ssrRenderAttr("x", x.value.at(((part - 1) * __props.steps) / 4))}${ssrRenderAttr("y", unref(300) - 22)} text-anchor="middle">${ssrInterpolate(Math.round(((part - 1) * __props.steps) / 4))}</text>`,
        );
      });
      _push(
        `<!--]--><text class="tick"${ssrRenderAttr("x", unref(480) / 2 + 16)}${ssrRenderAttr("y", unref(300) - 4)} text-anchor="middle">${ssrInterpolate(__props.words.steps)}</text><!--[-->`,
      );
      ssrRenderList(shown.value, (each) => {
        _push(
          `<!--[--><path class="${ssrRenderClass([each.arm, "line"])}"${ssrRenderAttr("d", unref(pathOf)(points(each)))}></path><!--[-->`,
        );
        ssrRenderList(points(each), (point, i) => {
          _push(
            `<circle class="${ssrRenderClass([each.arm, "dot"])}"${ssrRenderAttr("cx", point.x)}${ssrRenderAttr("cy", point.y)} r="3"><title>${ssrInterpolate(__props.words[each.arm])}, ${ssrInterpolate(point.title)}</title></circle>`,
          );
        });
        _push(`<!--]--><!--]-->`);
      });
      _push(
        `<!--]--></svg><ul class="legend"><li class="ticket">${ssrInterpolate(__props.words.ticket)}</li><li class="control">${ssrInterpolate(__props.words.control)}</li><li class="dense">${ssrInterpolate(__props.words.dense)}</li></ul></figure>`,
      );
    };
  },
});
// docs/site/playground/LearningChart.vue
var _sfc_setup$3 = LearningChart_vue_vue_type_script_setup_true_lang_default.setup;
LearningChart_vue_vue_type_script_setup_true_lang_default.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("playground/LearningChart.vue");
  return _sfc_setup$3 ? _sfc_setup$3(props, ctx) : void 0;
};
var LearningChart_default = LearningChart_vue_vue_type_script_setup_true_lang_default;
// docs/site/playground/paint-masks.ts
/** Pixels of a picture at most: of a longer side several weights share one. */
var [MOST_WIDE, MOST_HIGH] = [784, 300];
/** The ticket's colour. */
var [RED, GREEN, BLUE] = [0, 114, 178];
/** Weights left in each row. */
function keptByRow({ rows, columns, positions }) {
  const kept = new Int32Array(rows);
  for (const at of positions) kept[Math.floor(at / columns)]++;
  return kept;
}
/** Weights left in each column. */
function keptByColumn({ columns, positions }) {
  const kept = new Int32Array(columns);
  for (const at of positions) kept[at % columns]++;
  return kept;
}
/** Counts as brightness, a picture of so many pixels a row. */
function paintKept(canvas, kept, side) {
  const most = kept.reduce((largest, count) => Math.max(largest, count), 1);
  const pixels = new Uint8ClampedArray(4 * kept.length);
  for (const [i, count] of kept.entries()) pixels.set(shade(count / most), 4 * i);
  put(canvas, pixels, side, kept.length / side);
}
/** The mask, its longer side across; where weights share a pixel it shows which part of them is left. */
function paintMask(canvas, { rows, columns, positions }) {
  const isHigh = rows > columns;
  const [long, short] = isHigh ? [rows, columns] : [columns, rows];
  const [across, down] = [Math.ceil(long / MOST_WIDE), Math.ceil(short / MOST_HIGH)];
  const [width, height] = [Math.ceil(long / across), Math.ceil(short / down)];
  const kept = new Float32Array(width * height);
  for (const at of positions) {
    const [row, column] = [Math.floor(at / columns), at % columns];
    const [x, y] = isHigh ? [row, column] : [column, row];
    kept[Math.floor(y / down) * width + Math.floor(x / across)]++;
  }
  const pixels = new Uint8ClampedArray(4 * kept.length);
  for (const [i, count] of kept.entries()) pixels.set(shade(count / (across * down)), 4 * i);
  put(canvas, pixels, width, height);
}
/** Transparent where nothing is left. */
function shade(share) {
  return [RED, GREEN, BLUE, 255 * Math.sqrt(share)];
}
function put(canvas, pixels, width, height) {
  Object.assign(canvas, {
    width,
    height,
  });
  canvas.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
}
// docs/site/playground/Masks.vue?vue&type=script&setup=true&lang.ts
var LISTED = 36;
var Masks_vue_vue_type_script_setup_true_lang_default = /*@__PURE__*/ defineComponent({
  __name: "Masks",
  __ssrInlineRender: true,
  props: {
    masks: {},
    sample: {},
    vocabulary: {},
    words: {},
  },
  setup(__props) {
    /** Words of texts that are listed. */
    const retina = ref();
    const pictures = ref([]);
    const listed = computed(() => {
      const [embedding] = __props.masks;
      if (__props.sample !== "spam" || embedding === void 0 || __props.vocabulary === void 0) return [];
      return Array.from(keptByRow(embedding), (count, row) => ({
        word: __props.vocabulary[row],
        count,
        share: count / embedding.columns,
      }))
        .sort((a, b) => b.count - a.count)
        .slice(0, LISTED);
    });
    const shareOf = ({ rows, columns, positions }) => percent(positions.length / (rows * columns));
    watch(() => __props.masks, paint, { immediate: true });
    async function paint() {
      await nextTick();
      const [first] = __props.masks;
      if (first === void 0) return;
      if (retina.value) paintKept(retina.value, keptByColumn(first), Math.sqrt(first.columns));
      for (const [i, mask] of __props.masks.entries()) if (pictures.value[i]) paintMask(pictures.value[i], mask);
    }
    return (_ctx, _push, _parent, _attrs) => {
      _push(
        `<section${ssrRenderAttrs(mergeProps({ class: "card masks" }, _attrs))}><h2>${ssrInterpolate(__props.words.masks)}</h2><div class="pictures">`,
      );
      if (__props.sample === "digits")
        _push(
          `<figure><canvas class="square" role="img"${ssrRenderAttr("aria-label", __props.words.retina)}></canvas><figcaption class="faint">${ssrInterpolate(__props.words.retina)}</figcaption></figure>`,
        );
      else _push(`<!---->`);
      _push(`<!--[-->`);
      ssrRenderList(__props.masks, (mask) => {
        _push(
          `<figure class="wide"><canvas role="img"${ssrRenderAttr("aria-label", __props.words.matrix(mask.name, shareOf(mask)))}></canvas><figcaption class="faint">${ssrInterpolate(__props.words.matrix(mask.name, shareOf(mask)))}</figcaption></figure>`,
        );
      });
      _push(`<!--]--></div>`);
      if (listed.value.length > 0) {
        _push(`<!--[--><h3>${ssrInterpolate(__props.words.wordsLeft)}</h3><ul class="words"><!--[-->`);
        ssrRenderList(listed.value, ({ word, count, share }) => {
          _push(
            `<li style="${ssrRenderStyle({ "--share": share })}"${ssrRenderAttr("title", String(count))}>${ssrInterpolate(word)}</li>`,
          );
        });
        _push(`<!--]--></ul><!--]-->`);
      } else _push(`<!---->`);
      _push(`</section>`);
    };
  },
});
// docs/site/playground/Masks.vue
var _sfc_setup$2 = Masks_vue_vue_type_script_setup_true_lang_default.setup;
Masks_vue_vue_type_script_setup_true_lang_default.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("playground/Masks.vue");
  return _sfc_setup$2 ? _sfc_setup$2(props, ctx) : void 0;
};
var Masks_default = Masks_vue_vue_type_script_setup_true_lang_default;
// docs/site/playground/session.ts
var EMPTY = {
  ready: void 0,
  trainees: [],
  step: 0,
  loss: void 0,
  masks: [],
  seconds: 0,
  digest: "",
  message: "",
  round: 0,
  question: void 0,
  label: void 0,
  answer: void 0,
};
function useSession(sample) {
  const state = reactive({
    phase: "idle",
    sample,
    ...EMPTY,
    trainees: shallowReactive([]),
  });
  let worker;
  let clock;
  let asked = 0;
  let since = 0;
  const order = (order) => worker?.postMessage(order);
  const stopClock = () => clearInterval(clock);
  const startClock = () => {
    since = performance.now() - 1e3 * state.seconds;
    clock = setInterval(() => {
      state.seconds = (performance.now() - since) / 1e3;
    }, 250);
  };
  const progress = computed(() => {
    if (state.ready === void 0) return 0;
    const { networks, steps } = state.ready;
    const trained = state.trainees.filter(({ accuracy }) => accuracy !== void 0).length;
    return (trained + (trained < state.trainees.length ? state.step / steps : 0)) / networks;
  });
  const lastRound = computed(() =>
    Math.max(
      0,
      ...state.trainees
        .filter(({ arm, accuracy }) => arm === "control" && accuracy !== void 0)
        .map(({ round }) => round),
    ),
  );
  function hear(news) {
    const last = state.trainees.at(-1);
    if (news.kind === "ready") {
      state.ready = news;
      state.phase = "training";
      startClock();
    } else if (news.kind === "network") {
      state.trainees.push(
        reactive({
          ...news.network,
          curve: [],
        }),
      );
      if (news.network.arm !== "control") state.masks = news.masks;
      state.step = 0;
    } else if (news.kind === "step")
      Object.assign(state, {
        step: news.step,
        loss: news.loss,
      });
    else if (news.kind === "measured")
      last?.curve.push({
        step: news.step,
        accuracy: news.accuracy,
      });
    else if (news.kind === "trained") {
      if (last !== void 0) last.accuracy = news.accuracy;
      if (news.network.arm === "control") {
        if (state.round === news.network.round - 1) state.round = news.network.round;
      }
    } else if (news.kind === "paused") {
      stopClock();
      state.phase = "paused";
    } else if (news.kind === "done") {
      stopClock();
      Object.assign(state, {
        phase: "done",
        digest: news.digest,
      });
    } else if (news.kind === "answer") {
      if (news.id === asked) state.answer = news.answer;
    } else if (news.kind === "example") {
      ask(news.question);
      state.label = news.label;
    } else if (news.kind === "file") save(`ticket-${state.sample}-round-${news.round}.safetensors`, news.bytes);
    else fail(news.message);
  }
  function fail(message) {
    stopClock();
    worker?.terminate();
    Object.assign(state, {
      phase: "failed",
      message,
    });
  }
  function begin(url) {
    stop();
    state.phase = "loading";
    worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => hear(data);
    worker.onerror = (event) => fail(event.message ?? "the worker did not start");
    order({
      kind: "begin",
      sample: state.sample,
      url,
      seed: 1,
    });
  }
  function stop() {
    stopClock();
    worker?.terminate();
    worker = void 0;
    Object.assign(state, {
      phase: "idle",
      ...EMPTY,
      trainees: shallowReactive([]),
    });
  }
  function ask(question) {
    Object.assign(state, {
      question,
      label: void 0,
    });
    askAgain();
  }
  function askAgain() {
    if (state.question === void 0 || lastRound.value === 0) return;
    order({
      kind: "ask",
      id: ++asked,
      round: state.round,
      question: state.question,
    });
  }
  onUnmounted(stop);
  return {
    state,
    progress,
    lastRound,
    begin,
    stop,
    ask,
    askAgain,
    pause: () => {
      if (state.phase === "training") order({ kind: "pause" });
    },
    resume: () => {
      if (state.phase !== "paused") return;
      order({ kind: "resume" });
      startClock();
      state.phase = "training";
    },
    example: () => order({ kind: "example" }),
    download: () =>
      order({
        kind: "download",
        round: state.round,
      }),
  };
}
function save(name, bytes) {
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  Object.assign(document.createElement("a"), {
    href: url,
    download: name,
  }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1e4);
}
// docs/site/playground/TradeoffChart.vue?vue&type=script&setup=true&lang.ts
var TradeoffChart_vue_vue_type_script_setup_true_lang_default = /*@__PURE__*/ defineComponent({
  __name: "TradeoffChart",
  __ssrInlineRender: true,
  props: {
    trainees: {},
    rounds: {},
    heldOut: {},
    words: {},
  },
  setup(__props) {
    const finished = computed(() => __props.trainees.filter(({ accuracy }) => accuracy !== void 0));
    const dense = computed(() => finished.value.find(({ arm }) => arm === "dense"));
    const lowest = computed(() => Math.min(0.9, ...finished.value.map(({ accuracy }) => accuracy)));
    const x = computed(() => scaleOf([0, __props.rounds], [48, 464]));
    const y = computed(() => scaleOf([Math.floor(lowest.value * 20) / 20, 1], [260, 12]));
    const ticks = computed(() => y.value.ticks(0.05));
    function points(arm) {
      return finished.value
        .filter((each) => each.arm === arm || (each.arm === "dense" && arm !== "dense"))
        .map(({ round, accuracy, left }) => ({
          x: x.value.at(round),
          y: y.value.at(accuracy),
          title: `${percent(left)}: ${percent(accuracy)}`,
        }));
    }
    const leftAt = (round) => __props.trainees.find((each) => each.round === round)?.left;
    return (_ctx, _push, _parent, _attrs) => {
      _push(
        `<figure${ssrRenderAttrs(mergeProps({ class: "card chart" }, _attrs))}><figcaption><h2>${ssrInterpolate(__props.words.tradeoff)}</h2><p class="faint">${ssrInterpolate(__props.words.tradeoffIs(__props.heldOut))}</p></figcaption><svg${ssrRenderAttr("viewBox", `0 0 ${unref(480)} ${unref(300)}`)} role="img"${ssrRenderAttr("aria-label", __props.words.tradeoff)}><!--[-->`,
      );
      ssrRenderList(ticks.value, (tick) => {
        _push(
          `<g><line class="rule" x1="48"${ssrRenderAttr("x2", unref(480) - 16)}${ssrRenderAttr("y1", y.value.at(tick))}${ssrRenderAttr("y2", y.value.at(tick))}></line><text class="tick" x="42"${ssrRenderAttr("y", y.value.at(tick) + 4)} text-anchor="end">${ssrInterpolate(Math.round(100 * tick))} %</text></g>`,
        );
      });
      _push(`<!--]--><!--[-->`);
      ssrRenderList(__props.rounds + 1, (round) => {
        _push(`<!--[-->`);
        if (leftAt(round - 1) !== void 0)
          _push(
            `<text class="tick"${ssrRenderAttr("x", x.value.at(round - 1))}${ssrRenderAttr("y", unref(300) - 22)} text-anchor="middle">${ssrInterpolate(unref(percent)(leftAt(round - 1)))}</text>`,
          );
        else _push(`<!---->`);
        _push(`<!--]-->`);
      });
      _push(
        `<!--]--><text class="tick"${ssrRenderAttr("x", unref(480) / 2 + 16)}${ssrRenderAttr("y", unref(300) - 4)} text-anchor="middle">${ssrInterpolate(__props.words.weightsLeft)}</text>`,
      );
      if (dense.value)
        _push(
          `<line class="line dense" x1="48"${ssrRenderAttr("x2", unref(480) - 16)}${ssrRenderAttr("y1", y.value.at(dense.value.accuracy))}${ssrRenderAttr("y2", y.value.at(dense.value.accuracy))}></line>`,
        );
      else _push(`<!---->`);
      _push(`<!--[-->`);
      ssrRenderList(["control", "ticket"], (arm) => {
        _push(
          `<!--[--><path class="${ssrRenderClass([arm, "line"])}"${ssrRenderAttr("d", unref(pathOf)(points(arm)))}></path><!--[-->`,
        );
        ssrRenderList(points(arm), (point, i) => {
          _push(
            `<circle class="${ssrRenderClass([arm, "dot"])}"${ssrRenderAttr("cx", point.x)}${ssrRenderAttr("cy", point.y)} r="4"><title>${ssrInterpolate(__props.words[arm])}, ${ssrInterpolate(point.title)}</title></circle>`,
          );
        });
        _push(`<!--]--><!--]-->`);
      });
      _push(
        `<!--]--></svg><ul class="legend"><li class="ticket">${ssrInterpolate(__props.words.ticket)}</li><li class="control">${ssrInterpolate(__props.words.control)}</li><li class="dense">${ssrInterpolate(__props.words.dense)}</li></ul></figure>`,
      );
    };
  },
});
// docs/site/playground/TradeoffChart.vue
var _sfc_setup$1 = TradeoffChart_vue_vue_type_script_setup_true_lang_default.setup;
TradeoffChart_vue_vue_type_script_setup_true_lang_default.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("playground/TradeoffChart.vue");
  return _sfc_setup$1 ? _sfc_setup$1(props, ctx) : void 0;
};
var TradeoffChart_default = TradeoffChart_vue_vue_type_script_setup_true_lang_default;
// docs/site/playground/Playground.vue?vue&type=script&setup=true&lang.ts
var Playground_vue_vue_type_script_setup_true_lang_default = /*@__PURE__*/ defineComponent({
  __name: "Playground",
  __ssrInlineRender: true,
  props: {
    lang: { default: "en" },
    digits: { type: Boolean },
  },
  setup(__props) {
    const words = WORDS[__props.lang];
    const { state, progress, lastRound, begin, pause, resume, stop, ask, askAgain, example, download } = useSession(
      __props.digits ? "digits" : "spam",
    );
    const samples = __props.digits ? ["digits", "spam"] : ["spam"];
    const text = ref(words.typeStart);
    const isRunning = computed(() => state.phase === "training" || state.phase === "paused");
    const current = computed(() => state.trainees.at(-1));
    const shownRound = computed(() => (state.phase === "done" ? state.round : (current.value?.round ?? 0)));
    /** Changes with networks and phases only, so that a screen reader is not told every step. */
    const status = computed(() => {
      const { phase } = state;
      if (phase === "idle") return "";
      if (phase === "loading") return words.loading;
      if (phase === "failed") return `${words.failed}: ${state.message}`;
      if (phase === "done") return words.done(state.seconds.toFixed(0));
      if (phase === "paused") return words.paused;
      const { arm, round, left } = current.value ?? {
        arm: "dense",
        round: 0,
        left: 1,
      };
      return words.training(arm === "control" ? words.controlShort : words[arm], round, percent(left));
    });
    /** The trained networks by round; the dense one stands in both columns. */
    const table = computed(() => {
      const accuracyOf =
        (...arms) =>
        (of) =>
          state.trainees.find(({ arm, round }) => round === of && arms.includes(arm))?.accuracy;
      const [ticketOf, controlOf] = [accuracyOf("dense", "ticket"), accuracyOf("dense", "control")];
      return state.trainees
        .filter(({ arm, accuracy }) => arm !== "control" && accuracy !== void 0)
        .map(({ round, left }) => ({
          round,
          left,
          ticket: ticketOf(round),
          control: controlOf(round),
        }));
    });
    const label = computed(() => {
      if (state.label === void 0 || state.ready === void 0) return "";
      const name = state.ready.classes[state.label];
      return words.itIs(words.classes[name] ?? name);
    });
    watch(() => state.round, askAgain);
    watch(
      () => state.question,
      (question) => {
        if (typeof question === "string") text.value = question;
      },
    );
    watch(lastRound, (round) => {
      if (round !== 1 || state.question !== void 0) return;
      if (state.sample === "spam") ask(text.value);
      else example();
    });
    return (_ctx, _push, _parent, _attrs) => {
      _push(`<div${ssrRenderAttrs(mergeProps({ class: "playground" }, _attrs))}>`);
      if (unref(state).phase === "idle" || unref(state).phase === "failed") {
        _push(`<section class="card choice"><fieldset><legend>${ssrInterpolate(unref(words).choose)}</legend><!--[-->`);
        ssrRenderList(unref(samples), (name) => {
          _push(
            `<label class="${ssrRenderClass({ chosen: unref(state).sample === name })}"><input${ssrIncludeBooleanAttr(ssrLooseEqual(unref(state).sample, name)) ? " checked" : ""} type="radio" name="sample"${ssrRenderAttr("value", name)}><span><b>${ssrInterpolate(unref(words)[name])}</b><small>${ssrInterpolate(unref(words)[`${name}Is`])}</small></span></label>`,
          );
        });
        _push(`<!--]--></fieldset>`);
        if (!__props.digits) _push(`<p class="faint">${ssrInterpolate(unref(words).noDigits)}</p>`);
        else _push(`<!---->`);
        _push(`<button class="main" type="button" data-begin>${ssrInterpolate(unref(words).begin)}</button></section>`);
      } else {
        _push(
          `<section class="card run"><div class="row"><div class="grow"><p class="status" data-phase${ssrRenderAttr("data-is", unref(state).phase)}>${ssrInterpolate(status.value)}</p><p class="faint numbers">`,
        );
        if (unref(state).ready && isRunning.value) {
          _push(`<!--[-->${ssrInterpolate(unref(words).step(unref(state).step, unref(state).ready.steps))} `);
          if (unref(state).loss !== void 0)
            _push(
              `<!--[-->· ${ssrInterpolate(unref(words).loss)} ${ssrInterpolate(unref(state).loss.toFixed(3))}<!--]-->`,
            );
          else _push(`<!---->`);
          _push(` · ${ssrInterpolate(unref(state).seconds.toFixed(0))} s · <!--]-->`);
        } else _push(`<!---->`);
        if (unref(state).ready) {
          _push(
            `<!--[-->${ssrInterpolate(unref(state).ready.backend)}, ${ssrInterpolate(unref(words).threads(unref(state).ready.threads))} `,
          );
          if (unref(state).ready.oneThread) _push(`<!--[--> (${ssrInterpolate(unref(state).ready.oneThread)})<!--]-->`);
          else _push(`<!---->`);
          _push(`<!--]-->`);
        } else _push(`<!---->`);
        _push(`</p></div><div class="buttons">`);
        if (unref(state).phase === "training")
          _push(`<button type="button" data-pause>${ssrInterpolate(unref(words).pause)}</button>`);
        else _push(`<!---->`);
        if (unref(state).phase === "paused")
          _push(`<button class="main" type="button" data-resume>${ssrInterpolate(unref(words).resume)}</button>`);
        else _push(`<!---->`);
        _push(
          `<button type="button" data-stop>${ssrInterpolate(unref(words).stop)}</button></div></div><progress${ssrRenderAttr("value", unref(progress))} max="1"${ssrRenderAttr("aria-label", status.value)}>${ssrInterpolate(unref(percent)(unref(progress)))}</progress></section>`,
        );
      }
      _push(`<p class="unseen" role="status" aria-live="polite">${ssrInterpolate(status.value)}</p>`);
      if (unref(state).ready) {
        _push(`<!--[--><div class="pair">`);
        _push(
          ssrRenderComponent(
            TradeoffChart_default,
            {
              trainees: unref(state).trainees,
              rounds: unref(state).ready.rounds,
              "held-out": unref(state).ready.heldOut,
              words: unref(words),
            },
            null,
            _parent,
          ),
        );
        _push(
          ssrRenderComponent(
            LearningChart_default,
            {
              trainees: unref(state).trainees,
              round: shownRound.value,
              steps: unref(state).ready.steps,
              words: unref(words),
            },
            null,
            _parent,
          ),
        );
        _push(`</div><section class="card try"><h2>${ssrInterpolate(unref(words).try)}</h2>`);
        if (unref(lastRound) === 0) _push(`<p class="faint">${ssrInterpolate(unref(words).tryLater)}</p>`);
        else {
          _push(`<div class="pair"><div>`);
          if (unref(state).sample === "digits")
            _push(
              ssrRenderComponent(
                DrawingPad_default,
                {
                  words: unref(words),
                  shown: typeof unref(state).question === "object" ? unref(state).question : void 0,
                  onDrawn: unref(ask),
                },
                null,
                _parent,
              ),
            );
          else
            _push(
              `<!--[--><label class="above" for="playground-text">${ssrInterpolate(unref(words).type)}</label><textarea id="playground-text" rows="6">${ssrInterpolate(text.value)}</textarea><button type="button" data-ask>${ssrInterpolate(unref(words).ask)}</button><!--]-->`,
            );
          _push(
            `<button type="button" data-example>${ssrInterpolate(unref(words).example)}</button><p class="faint truth">${ssrInterpolate(label.value)}</p></div><div><label class="above" for="playground-round">${ssrInterpolate(unref(words).which)} <b>${ssrInterpolate(unref(state).round)}</b> (${ssrInterpolate(unref(percent)(unref(state).trainees.find(({ round }) => round === unref(state).round)?.left ?? 1))} ${ssrInterpolate(unref(words).weightsLeft)}) </label><input id="playground-round"${ssrRenderAttr("value", unref(state).round)} type="range" min="1"${ssrRenderAttr("max", unref(lastRound))} step="1">`,
          );
          _push(
            ssrRenderComponent(
              Answers_default,
              {
                answer: unref(state).answer,
                classes: unref(state).ready.classes,
                words: unref(words),
              },
              null,
              _parent,
            ),
          );
          _push(
            `<button type="button" data-download>${ssrInterpolate(unref(words).download)}</button><p class="faint">${ssrInterpolate(unref(words).downloadIs)}</p></div></div>`,
          );
        }
        _push(`</section>`);
        _push(
          ssrRenderComponent(
            Masks_default,
            {
              masks: unref(state).masks,
              sample: unref(state).sample,
              vocabulary: unref(state).ready.words,
              words: unref(words),
            },
            null,
            _parent,
          ),
        );
        _push(
          `<details class="card"><summary>${ssrInterpolate(unref(words).tableIs)}</summary><table><thead><tr><th scope="col">${ssrInterpolate(unref(words).round)}</th><th scope="col">${ssrInterpolate(unref(words).weightsLeft)}</th><th scope="col">${ssrInterpolate(unref(words).ticket)}</th><th scope="col">${ssrInterpolate(unref(words).controlShort)}</th></tr></thead><tbody><!--[-->`,
        );
        ssrRenderList(table.value, ({ round, left, ticket, control }) => {
          _push(
            `<tr><th scope="row">${ssrInterpolate(round)}</th><td>${ssrInterpolate(unref(percent)(left))}</td><td>${ssrInterpolate(ticket === void 0 ? "" : unref(percent)(ticket))}</td><td>${ssrInterpolate(control === void 0 ? "" : unref(percent)(control))}</td></tr>`,
          );
        });
        _push(`<!--]--></tbody></table>`);
        if (unref(state).digest)
          _push(
            `<p class="faint digest">${ssrInterpolate(unref(words).digest)} <code data-digest>${ssrInterpolate(unref(state).digest)}</code></p>`,
          );
        else _push(`<!---->`);
        _push(`</details><!--]-->`);
      } else _push(`<!---->`);
      _push(`</div>`);
    };
  },
});
// docs/site/playground/Playground.vue
var _sfc_setup = Playground_vue_vue_type_script_setup_true_lang_default.setup;
Playground_vue_vue_type_script_setup_true_lang_default.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("playground/Playground.vue");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
var Playground_default = Playground_vue_vue_type_script_setup_true_lang_default;

export { Playground_default as t };
