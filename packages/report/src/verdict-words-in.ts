import type { Verdict } from "@ltt/lottery";
import type { Labels } from "./labels.ts";
import { type VerdictWords, verdictWords } from "./verdict-words.ts";
import { verdictWordsInKorean } from "./verdict-words-ko.ts";

/** A verdict in the words of a report's language. */
export function verdictWordsIn(verdict: Verdict, labels: Labels): VerdictWords {
  return labels.language === "ko" ? verdictWordsInKorean(verdict, labels) : verdictWords(verdict);
}
