import { armLabel } from "@ltt/lottery";
import type { Labels } from "./labels.ts";
import { count } from "./numbers.ts";

const ARMS: ReadonlyMap<string, string> = new Map([
  ["dense", "전체 신경망"],
  ["winning-ticket", "당첨 티켓"],
  ["random-reinit", "무작위 재초기화"],
  ["shuffled-init", "섞은 초기 가중치"],
  ["late-rewinding", "늦은 되감기"],
  ["one-shot", "일회 가지치기"],
  ["continued", "되감기 없이 계속"],
  ["learning-rate-rewinding", "학습률 되감기"],
  ["fine-tuning", "미세 조정"],
  ["random-mask", "무작위 마스크"],
  ["shuffled-mask", "층 안에서 섞은 마스크"],
  ["rewound-reinit", "늦은 되감기, 새 가중치"],
  ["own-trajectory-reinit", "자기 경로 재초기화"],
  ["fresh-signs", "새 크기, 부호 유지"],
  ["shuffled-signs", "섞은 크기, 부호 유지"],
  ["constant-signs", "일정한 크기, 부호 유지"],
  ["constant", "일정한 크기, 무작위 부호"],
  ["constant-learned", "학습한 크기 하나, 부호 유지"],
  ["supermask", "슈퍼마스크, 학습하지 않음"],
  ["supermask-constant", "슈퍼마스크, 일정한 크기, 학습하지 않음"],
  ["learned-supermask", "슈퍼마스크, 학습한 마스크"],
  ["rest-frozen", "나머지 고정"],
  ["rest-frozen-unless-shrunk", "나머지 고정, 줄어든 것은 0"],
  ["early-mask", "이른 마스크"],
  ["pruned-at-start", "시작할 때 가지치기"],
  ["snip-random-mask", "SNIP, 무작위 마스크"],
  ["grasp-random-mask", "GraSP, 무작위 마스크"],
  ["synflow-random-mask", "SynFlow, 무작위 마스크"],
  ["smart-ratios", "스마트 비율"],
  ["filters", "유닛 전체, 노름 기준"],
  ["filters-reinit", "유닛 전체, 새 가중치"],
  ["thinet-reinit", "ThiNet, 새 가중치"],
  ["slimming", "네트워크 슬리밍"],
  ["slimming-reinit", "네트워크 슬리밍, 새 가중치"],
]);

const GROUPS: ReadonlyMap<string, string> = new Map([
  ["embedding", "임베딩"],
  ["convolutions", "합성곱"],
  ["shortcuts", "지름길"],
  ["hidden", "은닉층"],
  ["output", "출력층"],
  ["norms", "정규화"],
  ["biases", "편향"],
  ["other", "나머지"],
]);

const PARTS: ReadonlyMap<string, string> = new Map([
  ["words", "단어"],
  ["dimensions", "차원"],
  ["filters", "필터"],
  ["taps", "탭"],
  ["channels", "채널"],
  ["gates", "게이트"],
  ["inputs", "입력"],
  ["states", "상태"],
  ["units", "유닛"],
  ["outputs", "출력"],
]);

const BACK_TO: ReadonlyMap<string, string> = new Map([
  ["initial", "처음 가중치로"],
  ["fresh", "새 가중치로"],
]);

export const ko: Labels = {
  language: "ko",
  arm: (arm) => ARMS.get(arm) ?? armLabel(arm),
  dense: "전체 신경망",
  seeds: (seeds) => (seeds.length === 0 ? "시드 없음" : `시드 ${seeds.join(", ")}`),
  verdict: "판정",
  auditPassed: (checks) => `감사: 검사 ${checks}개를 모두 통과했습니다.`,
  auditFailed: (failed, checks) => `감사: 검사 ${checks}개 가운데 ${failed}개가 실패했습니다. 이 티켓을 믿지 마십시오.`,
  auditNone: "감사: 이 신경망들은 감사하지 않았습니다.",
  caveats: "읽기 전에 알아 둘 것",
  armsInCharts: "그림에 표시할 조건",
  chosen: { intervals: "지지된 것 가운데 가장 희소", "test accuracy": "시험 정확도로 고른 것" },
  measure: "정확도",
  against: (measure) => `희소성에 따른 ${measure}`,
  testMeasure: (measure) => `시험 ${measure}`,
  validationMeasure: (measure) => `검증 ${measure}`,
  remaining: "남은 가중치, %",
  belowSparsity: "(아래: 희소성, %)",
  sparse: (sparsity) => `희소성 ${sparsity}`,
  round: (round) => `${round}회차`,
  readingMany: (seeds) => `선은 시드 ${seeds}개의 평균, 띠는 95 % 신뢰 구간, 점은 개별 실행입니다.`,
  readingOne: "점 하나가 실행 한 번입니다. 이웃한 점의 차이는 대부분 잡음입니다.",
  accuracyCaption: (measure, reading) =>
    `각 희소성에서 학습한 신경망의 시험 ${measure}. 점선은 전체 신경망입니다. ${reading}`,
  publishedCaption: "가는 파선은 발표된 결과(각각 한 번 실행, 그쪽의 조건)입니다.",
  hover: "희소성을 가리키거나, 그림에 초점을 두고 화살표 키를 누르면 모든 그림에서 값을 읽을 수 있습니다.",
  differences: "판정의 근거",
  differencesTo: (name) => `당첨 티켓 − ${name}`,
  differencesCaption: ({ margin, over, sparsities }) => {
    const together = sparsities === 1 ? "" : "(비교마다 모든 희소성에 동시에 성립)";
    const intervals = {
      seeds: `와 시드에 대한 95 % 구간${together}`,
      "test examples": `와 실행 한 번의 시험 예시에 대한 95 % 구간${together}`,
    };
    return (
      `당첨 티켓과 전체 신경망 및 대조군의 차이(퍼센트포인트)${over === undefined ? "" : intervals[over]}. ` +
      `구간이 −${margin}(파선)보다 위에 있으면 전체 신경망과 맞먹고, 0보다 위에 있으면 대조군보다 낫습니다.` +
      `${over === "test examples" ? " 다른 시험 예시가 바꿀 것을 말할 뿐, 다른 시드가 바꿀 것은 말하지 않으므로 주장은 아닙니다." : ""}`
    );
  },
  endOfTraining: "학습이 끝났을 때",
  atEnd: (quantity) => `학습이 끝났을 때의 ${quantity}, 희소성별`,
  endCaption: "검증 손실이 가장 낮은 가중치가 아니라 학습이 끝난 가중치의 값입니다.",
  gap: (measure) => `학습이 끝났을 때 학습 ${measure} − 시험 ${measure}, 희소성별`,
  gapCaption: (measure) =>
    `학습이 끝난 가중치의 학습 ${measure}에서 시험 ${measure}를 뺀 값(퍼센트포인트). 학습 ${measure}는 학습 예시의 정해진 일부에서 드롭아웃과 증강 없이 잰 것입니다.`,
  laterStill: "마지막 단계가 최선",
  marginLine: (points) => `구간이 −${points} 퍼센트포인트보다 위면 맞먹음`,
  points: "퍼센트포인트",
  speed: "학습 속도",
  speedUnit: "조기 종료 단계",
  speedCaption: (basis) =>
    "검증 손실이 가장 낮은 단계(전체 신경망 학습의 처음부터 셈). 조건마다 그림 하나, 점선은 전체 신경망입니다. 속이 빈 점은 마지막 단계가 최선이었던 " +
    "실행이 있다는 뜻으로, 실제 값은 더 늦습니다. 가설은 티켓이 전체 신경망보다 많지 않은 단계로 배운다는 것입니다" +
    `(Frankle & Carbin 2019).${
      basis === "none"
        ? ""
        : " 판정은 이를 요구하지 않습니다. 희소성마다 판정의 표에서 밝히고, 당첨 티켓이 더 늦게 배우면 판정의 첫 문장에서 밝힙니다."
    }`,
  curves: "학습 곡선",
  curvesOf: (quantity) => `학습 중 ${quantity}, 희소성별`,
  curvesCaption:
    "선 하나가 실행 한 번, 회색은 전체 신경망, 점은 조기 종료 단계입니다. 축은 모든 희소성에서 같으며 처음의 가파른 단계는 뺐습니다.",
  roundSlider: "곡선의 희소성",
  step: "학습 단계",
  validationLoss: "검증 손실",
  trainingLoss: "학습 손실",
  training: (measure) => `학습 ${measure}`,
  validation: (measure) => `검증 ${measure}`,
  moreMeasures: "학습 중의 다른 지표: 검증 자료와 학습 자료",
  cost: "비용과 정확도",
  costUnit: "예시당 곱셈, 백만 번",
  bytes: "저장 바이트",
  seconds: "학습 시간, 초",
  milliseconds: "예시당 ms",
  costCaption: (measure) =>
    `평균 길이의 예시 하나에 저장된 가중치가 필요로 하는 곱셈 횟수(저장된 가중치 × 쓰이는 횟수)에 따른 시험 ${measure}. 오른쪽일수록 쌉니다.`,
  retrieval: "일찍 찾은 마스크",
  retrievalCaption:
    "전체 신경망을 끝까지 학습하지 않고 마스크를 얻는 조건: 탐색이 본 학습 단계, 그로써 아낀 전체 학습의 단계와 FLOP, 탐색과 학습을 합하여 끝까지 학습한 전체 신경망을 한 번 자를 때보다 아낀 FLOP, 그리고 정확도의 대가.",
  searchedSteps: "탐색한 단계",
  savedSteps: "아낀 탐색 단계와 FLOP",
  savedFlops: "아낀 탐색과 학습 FLOP",
  differenceTo: (arm) => `${arm}과의 차이`,
  statistics: "구간 외의 통계",
  statisticsCaption:
    "시드마다: 티켓만 또는 전체 신경망만 맞힌 시험 예시, 둘에 대한 맥니마 정확 검정, 그리고 시험 예시에 대한 붓스트랩 구간(95 %, 희소성 " +
    "하나씩)이 있는 차이. 다른 시험 예시가 바꿀 것을 말할 뿐, 다른 시드가 바꿀 것은 말하지 않습니다.",
  bootstrap: "붓스트랩, 퍼센트포인트",
  interval: {
    seeds: "시드에 대한 구간, 퍼센트포인트",
    "one run": "시험 예시에 대한 구간, 퍼센트포인트",
    none: "구간, 퍼센트포인트",
  },
  mcnemar: "맥니마 p",
  onlyTicket: "티켓만 정답",
  onlyDense: "전체만 정답",
  seedsNeeded: "필요한 시드 수",
  seedsNeededWords: (difference, fewest, most, have) =>
    `이 실행들의 산포로 한 희소성과 전체 신경망의 ${difference} 퍼센트포인트 차이를 보려면(그 희소성만 95 %, 검정력 80 %) ${fewest === most ? `시드 ${most}개가` : `희소성에 따라 시드 ${fewest}~${most}개가`} 필요합니다. 지금은 ${have}개입니다.`,
  masks: "마스크와 남은 단어",
  masksCaption:
    "티켓 하나의 텐서를 평면으로 그렸습니다. 가중치가 많이 남은 곳일수록 진하며, 척도는 텐서마다 적힌 비율까지입니다. 임베딩의 행은 잦은 단어에서 드문 단어 순입니다.",
  wordsLeft: (left, rows) => `임베딩의 ${rows}행 가운데 ${left}행에 가중치가 남았습니다. 가장 많이 남은 단어:`,
  whereLeft: "가중치가 남은 곳",
  group: (name) => GROUPS.get(name) ?? name,
  keptCaption: (name) => `남은 가중치, % (${name}, 시드 평균)`,
  tensor: "텐서",
  weights: "가중치 수",
  denseColumn: "전체",
  roundColumnOf: (round) => `${round}회`,
  frozen: (group) => `${group} (고정)`,
  allWeights: (someAreFrozen) => (someAreFrozen ? "학습하는 것 모두" : "모두"),
  layerByLayer: (title) => `층별: ${title}`,
  otherArms: (count) => `다른 조건 ${count}개`,
  layersCaption:
    "가중치를 하나씩 가지치기한 뒤 층의 구조에서 남은 것. 탭은 필터가 창의 한 위치에서 가진 가중치이고, 어느 출력에도 가중치가 없는 입력은 아무도 읽지 않는 특징이며, " +
    "LSTM의 유닛은 어느 게이트도 아무것도 읽지 않을 때 셉니다.",
  storedCaption: ({ name, sparsity, seeds }) =>
    `저장된 가중치와 빈 부분 (${name}, 희소성 ${sparsity}${seeds === 1 ? "" : `, 시드 ${seeds}개의 평균`})`,
  layer: "층",
  shape: "모양",
  stored: "저장된 수",
  density: "밀도",
  emptyParts: "저장된 가중치가 없는 부분",
  emptyOf: (part, empty, of) => `${PARTS.get(part) ?? part} ${of}개 중 ${empty}개`,
  inside: "신경망 들여다보기",
  insideCaption:
    "되돌린 층: 학습한 신경망의 한 층만 처음 가중치나 새로 뽑은 가중치로 바꾸고 나머지는 그대로 둡니다(Zhang et al. 2019). 차이가 0에 가까우면 그 층은 신경망에 필요한 것을 배우지 않은 것입니다. " +
    "장벽은 같은 가중치에서 다른 잡음으로 학습한 두 사본 사이의 가장 큰 오류율에서 두 오류율의 평균을 뺀 값이며, 2 퍼센트포인트 미만이면 선형으로 이어져 있습니다(Frankle et al. 2020).",
  ofSeed: (name, seed) => `${name}, 시드 ${seed}`,
  movers: { all: "이 신경망의 가중치", kept: "전체 신경망에서 티켓이 남긴 가중치", others: "그 밖의 가중치" },
  moved: ({ who, mean, relative, grew, keptSign }) =>
    `${who}: 평균 ${mean}만큼 움직였고${relative === undefined ? "" : `(처음 노름의 ${relative}배)`}, ` +
    `${grew}가 커졌${keptSign === undefined ? "습니다" : `으며, ${keptSign}가 부호를 지켰습니다`}.`,
  layersPutBack: (accuracy) => `한 층을 되돌렸을 때의 시험 정확도, 괄호 안은 ${accuracy}와의 차이`,
  putBackTo: (what) => BACK_TO.get(what) ?? what,
  pointsApart: (difference) => `${difference} 퍼센트포인트`,
  copies: ({ step, barrier, ends, worst, places }) =>
    `${step === 0 ? "시작" : `${count(step)}단계 후`}의 가중치에서 학습한 두 사본: 장벽 ${barrier}; ` +
    `오류율은 양 끝에서 ${ends.join("와 ")}, ${places}곳 가운데 가장 나쁜 곳에서 ${worst}.`,
  overlaps: (seeds) =>
    `다른 시드와 공유하는 마스크(자카드 지수, 괄호 안은 우연): ${seeds.map(({ seed, jaccard, byChance }) => `시드 ${seed} ${jaccard} (${byChance})`).join(", ")}.`,
  levelByLevel: "희소성별 판정",
  verdictTableCaption: (measure) =>
    `시험 ${measure}의 차이(퍼센트포인트), 조기 종료 단계 t′와 전체 신경망의 조기 종료 단계 t`,
  standing: "판정",
  standings: { supported: "지지", refuted: "기각", undecided: "미결" },
  collapsed: "붕괴",
  yes: "예",
  no: "아니오",
  allLevels: "모든 희소성",
  everyNetwork: (networks) => `학습한 모든 신경망 (${networks})`,
  armColumn: "조건",
  seed: "시드",
  seedCount: "시드 수",
  onPaper: "종이에는 모든 희소성과 신경망의 표를 뺐습니다. 화면의 페이지와 metrics.csv에 있습니다.",
  costTable: "모든 비용",
  latency: "측정한 지연 시간",
  latencyCaption: ({ passes, threads, backend, machine }) =>
    `순전파 한 번의 ms: 신경망을 번갈아 ${passes}번 잰 중앙값, 작은 글씨는 사분위수. ${backend}, 스레드 ${threads}개. ${machine}. 이 컴퓨터와 이 시각의 값이며 결과에 들어가지 않습니다`,
  network: "신경망",
  oneExample: "예시 하나",
  examplesTogether: (count) => `예시 ${count}개 함께`,
  againstDense: "속도, 전체 신경망 = 1",
  inRound: (name, round) => `${name}, ${round}회차`,
  roundColumn: "회차",
  sparsity: "희소성",
  earlyStop: "조기 종료",
  steps: "단계",
  audit: "티켓 감사",
  passed: "통과",
  failed: "실패",
  weightsGone: (seeds) =>
    `시드 ${seeds.join(", ")}의 가중치는 여기에 없습니다. 이들에 대한 내용은 가중치가 있을 때 확인한 것입니다.`,
  winnerByTest: "판정의 티켓은 시험 정확도로 골랐습니다.",
  notWhatTheyAreCalled: "감사 실패: 이 신경망들은 이름과 다릅니다.",
  settings: "설정",
  origin: "만든 방법",
  comparison: "실행 비교",
  comparisonCaption:
    "실행마다 따로 판정했습니다. 자료가 다를 수 있고 시드가 짝지어지지 않으므로 실행 사이는 검정하지 않습니다.",
  run: "실행",
  differingSettings: "서로 다른 설정",
  footer: ({ seeds, bases }) =>
    [
      "ltt가 결과 파일로 만들었습니다. 정확도는 조기 종료 단계의 가중치로 잰 것입니다.",
      seeds > 1 && "그림과 정확도 표의 ±는 평균 하나의 95 % 구간의 절반입니다(시드에 대한 스튜던트 t).",
      bases.includes("seeds") &&
        "판정의 차이에는 시드에 대한 동시 구간이 있습니다. 희소성이 여덟 개 이상이면 그 너비는 모두 같거나, 한쪽 절반이 시드에 따라 더 크게 " +
          "달라질 때(F 검정, 5 %) 가까운 희소성들에서 얻고, 더 적으면 희소성마다 그 실행에서 얻되 전체에서 얻은 것보다 좁지 않습니다.",
      bases.includes("one run") &&
        "한 번 실행한 판정의 차이에는 그 시험 예시에 대한 동시 구간이 있습니다. 다른 시드에 대해서는 아무것도 말하지 않습니다.",
      "정의와 그림은 Frankle & Carbin, ICLR 2019를 따릅니다.",
    ]
      .filter(Boolean)
      .join(" "),
};
