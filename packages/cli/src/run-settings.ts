import type { ExperimentSettings } from "@ltt/lottery";
import { type ImageSettings, isImagePair } from "./image-pairs.ts";
import { IMAGE_NOTES, imageSettingsOf } from "./image-profiles.ts";
import { OWN_NOTES, ownSettings } from "./own-profile.ts";
import type { Pair } from "./pairs.ts";
import type { TaskSettings } from "./prepare-encoded.ts";
import { IMAGE_PROFILES, type Profile, TEXT_PROFILES } from "./profile-names.ts";
import { NOTES, settingsOf } from "./profiles.ts";
import type { Subject } from "./subject.ts";

/** Everything that decides a run. */
export type RunSettings = { readonly experiment: ExperimentSettings } & (TaskSettings | ImageSettings);

/** What a pair does unless told. */
export function defaultProfile(pair: Pair | undefined): Profile {
  return pair !== undefined && isImagePair(pair) ? "paper" : "corrected";
}

/**
 * The settings of a profile for a pair, or for texts of the user's, and what a report must say about it.
 *
 * @throws {RangeError} if it has no such profile.
 */
export function profileSettings(
  { pair, own }: Pick<Subject, "pair" | "own">,
  profile: Profile,
): { settings: RunSettings; notes: readonly string[] } {
  if (own !== undefined || pair === undefined) {
    const texts = named("texts of your own", profile, TEXT_PROFILES);
    return { settings: ownSettings(own!, texts), notes: OWN_NOTES[texts] };
  }
  if (isImagePair(pair)) {
    const images = named(pair, profile, IMAGE_PROFILES);
    return { settings: imageSettingsOf(pair, images), notes: IMAGE_NOTES[images] };
  }
  const texts = named(pair, profile, TEXT_PROFILES);
  return { settings: settingsOf(pair, texts), notes: NOTES[texts] };
}

function named<P extends Profile>(pair: string, profile: Profile, profiles: readonly P[]): P {
  const found = profiles.find((one) => one === profile);
  if (found === undefined) throw new RangeError(`${pair} has no profile ${profile}; it has ${profiles.join(", ")}`);
  return found;
}
