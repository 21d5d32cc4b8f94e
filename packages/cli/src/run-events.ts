import type { LevelResult } from "@ltt/lottery";
import { sparsityPercent } from "@ltt/report";
import { percent } from "./dry-run.ts";
import { duration } from "./progress.ts";
import type { RunResult } from "./run.ts";

/** What `--json` says at the end. */
export function resultEvent({ folder, report, verdict, levels, winner, chosenBy, audit }: RunResult): object {
  const chosen = winner === undefined ? null : { round: winner.round, sparsity: winner.sparsity, chosenBy };
  const failed = audit.filter(({ passed }) => !passed);
  return {
    event: "result",
    folder,
    report,
    verdict,
    networks: levels.length,
    winner: chosen,
    audit: { checks: audit.length, failed },
  };
}

/** What `--json` says of a network. */
export function levelEvent(level: LevelResult): object {
  const { arm, seed, round, sparsity, groups, trainLoss, validationLoss } = level;
  const { validationAccuracy, testAccuracy, earlyStopStep, censored, collapsed, firstStep, steps, seconds, node } =
    level;
  return {
    event: "level",
    arm,
    seed,
    round,
    sparsity,
    groups,
    trainLoss,
    validationLoss,
    validationAccuracy,
    testAccuracy,
    earlyStopStep,
    censored,
    collapsed,
    firstStep,
    steps,
    seconds,
    node,
  };
}

/** What a terminal is told of a network. */
export function levelLine({
  arm,
  seed,
  round,
  sparsity,
  validationAccuracy,
  testAccuracy,
  seconds,
}: LevelResult): string {
  return (
    `${arm}, seed ${seed}, round ${round}: ${sparsityPercent(sparsity)} removed, validation ${percent(validationAccuracy)}, test ` +
    `${percent(testAccuracy)}, ${duration(seconds)}`
  );
}
