import type { Comparison, LevelVerdict, Verdict } from "@ltt/lottery";
import type { Labels } from "./labels.ts";
import { type MatchedSparsities, matchedSparsities } from "./matched-sparsities.ts";
import { count, percent, pointsEstimate, sharePercent, sparsityPercent, trim } from "./numbers.ts";
import type { VerdictWords } from "./verdict-words.ts";

/** What `verdictWords` says, in Korean: every sentence of it has its own here. */
export function verdictWordsInKorean(verdict: Verdict, labels: Labels): VerdictWords {
  const { basis, reason, chosenBy, failedChecks } = verdict;
  const failures = failedChecks.map(({ check, detail }) => `감사 실패: ${check}: ${detail}.`);
  if (basis === "none") {
    const headline = `판정 없음: ${reason}.`;
    return { headline: failures.length > 0 ? `${auditFailed(verdict)} ${headline}` : headline, sentences: failures };
  }
  if (failures.length > 0 || chosenBy === "test accuracy") {
    const headline = [
      ...(failures.length > 0 ? [auditFailed(verdict)] : []),
      ...(chosenBy === "test accuracy" ? [bestByTest(verdict)] : []),
    ].join(" ");
    return { headline, sentences: [...failures, ...excluded(verdict, labels), conditions(verdict, labels)] };
  }
  const sentences = [
    ...found(verdict, labels),
    ...censoring(verdict),
    ...lateRewinding(verdict),
    ...excluded(verdict, labels),
    conditions(verdict, labels),
  ];
  return { headline: headlineOf(verdict), sentences };
}

function auditFailed({ failedChecks }: Verdict): string {
  const others = failedChecks.length === 1 ? "" : ` 외 ${count(failedChecks.length - 1)}개`;
  return `감사 실패: ${failedChecks[0]!.check}${others}. 아무것도 주장하지 않습니다.`;
}

function bestByTest({ winner }: Verdict): string {
  if (winner === undefined) return "시험 정확도로 고른 것: 비교할 희소성이 없습니다.";
  return (
    `시험 정확도로 골랐으므로 주장이 아닙니다: 희소성 ${sparsityPercent(winner.sparsity)}에서 ${percent(winner.testAccuracy)}, 전체 신경망 ` +
    `${percent(winner.denseTestAccuracy)}. 이런 선택은 시험 자료를 보고 고르므로 실제보다 좋아 보입니다.`
  );
}

function headlineOf(verdict: Verdict): string {
  const { basis, levels, winner } = verdict;
  if (winner !== undefined) return winnerIn(verdict, winner);
  const matching = matchedSparsities(levels);
  if (matching.sparsities.length > 0) {
    return claim(
      basis,
      `${where(matching)} 티켓이 전체 신경망과 맞먹지만, 대조군보다 낫다는 것은 어디에서도 보이지 않았습니다.`,
    );
  }
  const undecided = levels.filter(({ standing }) => standing === "undecided").length;
  return claim(
    basis,
    undecided === 0
      ? `당첨 티켓이 없습니다: 희소성 ${levels.length}개에서 모두 기각되었습니다.`
      : `당첨 티켓이 확인된 희소성이 없습니다: ${levels.length}개 가운데 미결 ${undecided}개, 기각 ${levels.length - undecided}개.`,
  );
}

function winnerIn({ basis, controls, denseCensored }: Verdict, { sparsity, speed }: LevelVerdict): string {
  const at = `희소성 ${sparsityPercent(sparsity)}`;
  const beaten = controls.length === 0 ? "" : `고 대조군${controls.length === 1 ? "" : " 모두"}보다 낫`;
  const matches = `전체 신경망과 맞먹${beaten}`; // without its ending
  const later = denseCensored.length === 0 ? "더 늦게 배웁니다" : "조기 종료 단계가 더 늦습니다";
  if (basis === "seeds" && controls.length > 0) {
    const name = speed.noLater
      ? `${at}의 당첨 티켓`
      : `${at}의 티켓은 정확도로는 당첨 티켓이지만 전체 신경망보다 ${later}`;
    return `${name}: ${matches}습니다.`;
  }
  const found = speed.noLater ? `${matches}습니다` : `${matches}지만 ${later}`;
  const examples = basis === "one run" ? "이 시험 예시에서 " : "";
  const untested = controls.length === 0 ? " 대조군이 없어 초기 가중치의 몫은 검증되지 않았습니다." : "";
  return claim(basis, `${examples}${at}의 티켓은 ${found}.${untested}`);
}

function claim(basis: Verdict["basis"], text: string): string {
  return basis === "one run" ? `한 번의 실행이므로 주장은 아닙니다: ${text}` : text;
}

function where({ sparsities, judged, isUnbroken, areFew }: MatchedSparsities): string {
  const shares = sparsities.map(sharePercent);
  if (isUnbroken) return `희소성 ${shares.at(-1)} %까지`;
  if (!areFew) return `희소성 ${judged}개 가운데 ${shares.length}개(가장 희소한 것은 ${shares.at(-1)} %)에서`;
  return `희소성 ${shares.join(", ")} %에서`;
}

function found({ levels, winner, measure }: Verdict, labels: Labels): string[] {
  const shown = winner ?? levels.findLast(({ dense }) => dense.standing === "supported") ?? mostAccurate(levels);
  if (shown === undefined) return [];
  const { sparsity, dense, controls, speed } = shown;
  const one = ({ arm, difference, standing }: Comparison) =>
    `${labels.arm(arm)} 대비 ${pointsEstimate(difference).replace("points", labels.points)} (${labels.standings[standing]})`;
  const when = speed.earlier ? "더 일찍" : speed.noLater ? "같은 때에" : "더 늦게";
  return [
    `희소성 ${sparsityPercent(sparsity)}에서 ${labels.testMeasure(measure ?? labels.measure)}의 차이: ${[dense, ...controls].map(one).join(", ")}.`,
    `검증 손실이 가장 낮은 때는 전체 신경망보다 ${when} 옵니다: ${count(speed.step)} 단계, 전체 신경망은 ${count(speed.denseStep)} 단계.`,
  ];
}

function mostAccurate(levels: readonly LevelVerdict[]): LevelVerdict | undefined {
  return [...levels].sort((a, b) => b.dense.difference.mean - a.dense.difference.mean)[0];
}

function censoring({ denseCensored, levels, seeds }: Verdict): string[] {
  if (denseCensored.length > 0) {
    const whose = seeds.length === 1 ? "" : `(${seedsOf(denseCensored)})`;
    return [
      `전체 신경망${whose}이 마지막 단계에서 가장 좋았습니다. 학습이 너무 짧아 학습 속도를 말할 수 없으니 더 오래 학습하십시오.`,
    ];
  }
  const censored = levels.filter(({ speed }) => speed.censored > 0).length;
  if (censored === 0) return [];
  return [
    `희소성 ${levels.length}개 가운데 ${censored}개에서 마지막 단계까지 나아지고 있었습니다. 그 조기 종료 단계는 하한입니다.`,
  ];
}

function lateRewinding({ basis, lateRewinding: levels }: Verdict): string[] {
  if (levels.length === 0) return [];
  const matching = matchedSparsities(levels);
  if (matching.sparsities.length > 0)
    return [claim(basis, `늦은 되감기는 ${where(matching)} 전체 신경망과 맞먹습니다.`)];
  const undecided = levels.filter(({ standing }) => standing === "undecided").length;
  const rest = undecided === 0 ? "모두 기각" : `${levels.length}개 가운데 미결 ${undecided}개`;
  return [claim(basis, `늦은 되감기가 전체 신경망과 맞먹는다고 확인된 희소성은 없습니다: ${rest}.`)];
}

function excluded(
  { levels, lateRewinding: late, leftOut, denseVariesMore, measure }: Verdict,
  labels: Labels,
): string[] {
  const sentences: string[] = [];
  const collapsed = [...levels, ...late].filter((level) => level.collapsed.length > 0);
  if (collapsed.length > 0) {
    const names = [...new Set(collapsed.map(({ arm }) => arm))].map((arm) => {
      const where = collapsed.filter((level) => level.arm === arm).map(({ sparsity }) => sparsityPercent(sparsity));
      return `${labels.arm(arm)} ${where.join(", ")}`;
    });
    const how =
      measure === undefined
        ? "답이 늘 같거나 정확도가 우연 수준이어서"
        : `답이 늘 같거나 ${measure}이 그보다 낫지 않아`;
    sentences.push(`무너진 것은 ${how} 기각되었습니다: ${names.join("; ")}.`);
  }
  if (leftOut.length > 0) sentences.push(`끝나지 않아 세지 않았습니다: ${seedsOf(leftOut)}.`);
  if (denseVariesMore) {
    sentences.push(
      `전체 신경망의 ${measure ?? labels.measure} 값이 시드에 따라 가지치기한 신경망보다 더 크게 달라집니다(F 검정, 1 %). 구간이 너무 ` +
        "좁으므로 무너진 것 말고는 지지되었다고도 기각되었다고도 하지 않습니다. 시드를 더 실행하십시오.",
    );
  }
  return sentences;
}

function conditions({ basis, margin, seeds, levels, measure }: Verdict, labels: Labels): string {
  const together = levels.length === 1 ? "" : `, 희소성 ${levels.length}개에 동시에`;
  return (
    `“맞먹는다”는 ${measure ?? labels.measure} 값이 ${trim(100 * margin)} 퍼센트포인트 넘게 낮지 않다는 뜻입니다. ` +
    (basis === "one run"
      ? `±는 다른 시험 예시가 바꿀 것(95 %${together})을 말할 뿐 다른 시드(실행한 시드: ${seeds[0]})나 다른 분할은 말하지 않습니다.`
      : `±는 시드 ${seeds.length}개의 95 % 구간의 절반입니다${together === "" ? "" : `(희소성 ${levels.length}개에 동시에)`}. 자료의 이 분할에 대한 것입니다.`)
  );
}

function seedsOf(seeds: readonly number[]): string {
  return `시드 ${seeds.join(", ")}`;
}
