import type { Comparison, LevelVerdict, Verdict } from "@ltt/lottery";
import type { Labels } from "./labels.ts";
import { count, percent, pointsEstimate, sparsityPercent, trim } from "./numbers.ts";
import { type VerdictWords, verdictWords } from "./verdict-words.ts";

/** A verdict in the words of a report's language. */
export function verdictWordsIn(verdict: Verdict, labels: Labels): VerdictWords {
  return labels.language === "ko" ? inKorean(verdict, labels) : verdictWords(verdict);
}

function inKorean(verdict: Verdict, labels: Labels): VerdictWords {
  const { basis, reason, winner, chosenBy, failedChecks, levels, margin, seeds, denseCensored } = verdict;
  const failures = failedChecks.map(({ check, detail }) => `감사 실패: ${check}: ${detail}.`);
  if (failedChecks.length > 0)
    return { headline: `감사 실패: ${failedChecks[0]!.check}. 아무것도 주장하지 않습니다.`, sentences: failures };
  if (basis === "none") return { headline: `판정 없음: ${reason}.`, sentences: [] };
  const shown = winner ?? levels.findLast(({ dense }) => dense.standing === "supported") ?? mostAccurate(levels);
  const censored = levels.filter(({ speed }) => speed.censored > 0).length;
  const sentences = [
    ...(shown === undefined ? [] : found(shown, labels)),
    ...(denseCensored.length === 0
      ? []
      : [
          "전체 신경망이 마지막 단계에서 가장 좋았습니다. 학습이 너무 짧아 학습 속도를 말할 수 없으니 더 오래 학습하십시오.",
        ]),
    ...(censored === 0 || denseCensored.length > 0
      ? []
      : [
          `희소성 ${levels.length}개 가운데 ${censored}개에서 마지막 단계까지 나아지고 있었습니다. 그 조기 종료 단계는 하한입니다.`,
        ]),
    `“맞먹는다”는 정확도가 ${trim(100 * margin)} 퍼센트포인트 넘게 낮지 않다는 뜻입니다. ±는 95 % 구간의 절반이며, ` +
      (basis === "one run"
        ? `다른 시험 예시가 바꿀 것을 말할 뿐 다른 시드(실행한 시드: ${seeds[0]})나 다른 분할은 말하지 않습니다.`
        : `시드 ${seeds.length}개와 모든 희소성에 동시에 성립합니다. 자료의 이 분할에 대한 것입니다.`),
  ];
  return { headline: headlineOf(verdict, chosenBy), sentences };
}

function headlineOf({ basis, levels, winner, controls }: Verdict, chosenBy: Verdict["chosenBy"]): string {
  const one = basis === "one run" ? "한 번의 실행이므로 주장은 아닙니다: " : "";
  if (winner !== undefined && chosenBy === "test accuracy")
    return (
      `시험 정확도로 골랐으므로 주장이 아닙니다: 희소성 ${sparsityPercent(winner.sparsity)}에서 ${percent(winner.testAccuracy)}, 전체 신경망 ` +
      `${percent(winner.denseTestAccuracy)}.`
    );
  if (winner !== undefined) {
    const beaten = controls.length === 0 ? "" : ` 대조군${controls.length === 1 ? "" : " 모두"}보다 낫습니다`;
    return `${one}희소성 ${sparsityPercent(winner.sparsity)}의 당첨 티켓: 전체 신경망과 맞먹${beaten === "" ? "습니다" : `고${beaten}`}.`;
  }
  const matching = levels.findLast(({ dense }) => dense.standing === "supported");
  if (matching !== undefined)
    return `${one}희소성 ${sparsityPercent(matching.sparsity)}까지 티켓이 전체 신경망과 맞먹지만, 대조군보다 낫다는 것은 어디에서도 보이지 않았습니다.`;
  const undecided = levels.filter(({ standing }) => standing === "undecided").length;
  return undecided === 0
    ? `${one}당첨 티켓이 없습니다: 희소성 ${levels.length}개에서 모두 기각되었습니다.`
    : `${one}당첨 티켓이 확인된 희소성이 없습니다: ${levels.length}개 가운데 미결 ${undecided}개, 기각 ${levels.length - undecided}개.`;
}

function found({ sparsity, dense, controls, speed }: LevelVerdict, labels: Labels): string[] {
  const one = ({ arm, difference, standing }: Comparison) =>
    `${labels.arm(arm)} 대비 ${pointsEstimate(difference).replace("points", labels.points)} (${labels.standings[standing]})`;
  const when = speed.earlier ? "더 일찍" : speed.noLater ? "같은 때에" : "더 늦게";
  return [
    `희소성 ${sparsityPercent(sparsity)}에서 시험 정확도의 차이: ${[dense, ...controls].map(one).join(", ")}.`,
    `검증 손실이 가장 낮은 때는 전체 신경망보다 ${when} 옵니다: ${count(speed.step)} 단계, 전체 신경망은 ${count(speed.denseStep)} 단계.`,
  ];
}

function mostAccurate(levels: readonly LevelVerdict[]): LevelVerdict | undefined {
  return [...levels].sort((a, b) => b.dense.difference.mean - a.dense.difference.mean)[0];
}
