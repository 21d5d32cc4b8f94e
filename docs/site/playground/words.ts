import type { SampleName } from "./messages.ts";

/** What the playground says. */
export interface Words extends Record<PlainWords | SampleName | `${SampleName}Is`, string> {
  training(arm: string, round: number, left: string): string;
  done(seconds: string): string;
  step(step: number, steps: number): string;
  threads(threads: number): string;
  tradeoffIs(heldOut: number): string;
  learning(round: number): string;
  matrix(name: string, share: string): string;
  itIs(name: string): string;
  readonly classes: Readonly<Record<string, string>>;
}

export const WORDS: Readonly<Record<"en" | "ko", Words>> = {
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
    classes: { ham: "wanted", spam: "spam" },
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
    classes: { ham: "정상", spam: "스팸" },
  },
};

type PlainWords =
  | "choose"
  | "noDigits"
  | "begin"
  | "loading"
  | "pause"
  | "resume"
  | "stop"
  | "failed"
  | "dense"
  | "ticket"
  | "control"
  | "controlShort"
  | "paused"
  | "loss"
  | "tradeoff"
  | "weightsLeft"
  | "learningIs"
  | "steps"
  | "masks"
  | "retina"
  | "wordsLeft"
  | "tableIs"
  | "round"
  | "try"
  | "tryLater"
  | "draw"
  | "drawHow"
  | "clear"
  | "example"
  | "type"
  | "typeStart"
  | "ask"
  | "which"
  | "says"
  | "download"
  | "downloadIs"
  | "digest";

/** `6.5 %`; below ten with a digit more. */
export function percent(fraction: number): string {
  const value = 100 * fraction;
  return `${value >= 99.95 ? value.toFixed(0) : value.toFixed(value < 10 ? 2 : 1)} %`;
}
