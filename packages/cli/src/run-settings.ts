import type { ExperimentSettings } from "@ltt/lottery";
import { type ImageSettings, isImagePair } from "./image-pairs.ts";
import { IMAGE_NOTES, IMAGE_PROFILES, type ImageProfile, imageSettingsOf } from "./image-profiles.ts";
import type { Pair } from "./pairs.ts";
import type { TaskSettings } from "./prepare-corpus.ts";
import { NOTES, settingsOf, TEXT_PROFILES, type TextProfile } from "./profiles.ts";

/** What a run does unless options say otherwise. Texts and images have profiles of their own. */
export type Profile = TextProfile | ImageProfile;
export const PROFILES: readonly Profile[] = [...new Set<Profile>([...TEXT_PROFILES, ...IMAGE_PROFILES])];

/** Everything that decides a run. */
export type RunSettings = { readonly experiment: ExperimentSettings } & (TaskSettings | ImageSettings);

/** What a pair does unless told. */
export function defaultProfile(pair: string): Profile {
  return isImagePair(pair) ? "paper" : "corrected";
}

/**
 * The settings of a profile for a pair, and what a report must say about it.
 *
 * @throws {RangeError} if the pair has no such profile.
 */
export function profileSettings(pair: Pair, profile: Profile): { settings: RunSettings; notes: readonly string[] } {
  if (isImagePair(pair)) {
    const own = named(pair, profile, IMAGE_PROFILES);
    return { settings: imageSettingsOf(pair, own), notes: IMAGE_NOTES[own] };
  }
  const own = named(pair, profile, TEXT_PROFILES);
  return { settings: settingsOf(pair, own), notes: NOTES[own] };
}

function named<P extends Profile>(pair: Pair, profile: Profile, profiles: readonly P[]): P {
  const found = profiles.find((one) => one === profile);
  if (found === undefined) throw new RangeError(`${pair} has no profile ${profile}; it has ${profiles.join(", ")}`);
  return found;
}
