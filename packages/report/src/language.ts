import type { Labels, Language } from "./labels.ts";
import { en } from "./labels-en.ts";
import { ko } from "./labels-ko.ts";

export function labelsOf(language: Language): Labels {
  return language === "ko" ? ko : en;
}
