import type { ExperimentSettings } from "@ltt/lottery";
import { type ImageSettings, isImagePair } from "./image-pairs.ts";
import { hasImageProfile, imageNotesOf, imageSettingsOf, ownImageSettings } from "./image-profiles.ts";
import { OWN_NOTES, ownSettings } from "./own-profile.ts";
import type { TaskSettings } from "./prepare-encoded.ts";
import { IMAGE_PROFILES, type Profile, TEXT_PROFILES } from "./profile-names.ts";
import { notesOf, settingsOf } from "./profiles.ts";
import type { Subject } from "./subject.ts";

/** Everything that decides a run. */
export type RunSettings = { readonly experiment: ExperimentSettings } & (TaskSettings | ImageSettings);

/** What a pair does unless told. */
export function defaultProfile({ isImages }: Pick<Subject, "isImages">): Profile {
  return isImages ? "paper" : "corrected";
}

/**
 * The settings of a profile for a pair, or for texts of the user's, and what a report must say about it.
 *
 * @throws {RangeError} if it has no such profile.
 */
export function profileSettings(
  { pair, own, ownImages }: Pick<Subject, "pair" | "own" | "ownImages">,
  profile: Profile,
): { settings: RunSettings; notes: readonly string[] } {
  if (ownImages !== undefined) return ownImageSettings(ownImages, named("images of your own", profile, IMAGE_PROFILES));
  if (own !== undefined || pair === undefined) {
    const texts = named("texts of your own", profile, TEXT_PROFILES);
    return { settings: ownSettings(own!, texts), notes: OWN_NOTES[texts] };
  }
  if (isImagePair(pair)) {
    const profiles = IMAGE_PROFILES.filter((one) => hasImageProfile(pair, one));
    const images = named(pair, profile, profiles);
    return { settings: imageSettingsOf(pair, images), notes: imageNotesOf(pair, images) };
  }
  const texts = named(pair, profile, TEXT_PROFILES);
  return { settings: settingsOf(pair, texts), notes: notesOf(pair, texts) };
}

function named<P extends Profile>(pair: string, profile: Profile, profiles: readonly P[]): P {
  const found = profiles.find((one) => one === profile);
  if (found === undefined) throw new RangeError(`${pair} has no profile ${profile}; it has ${profiles.join(", ")}`);
  return found;
}
