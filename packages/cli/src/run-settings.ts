import type { ExperimentSettings } from "@ltt/lottery";
import { type ImageSettings, isImagePair, modelOfPair } from "./image-pairs.ts";
import { imageNotesOf, imageProfilesOf, imageSettingsOf, ownImageSettings } from "./image-profiles.ts";
import { OWN_NOTES, ownSettings } from "./own-profile.ts";
import type { TaskSettings } from "./prepare-encoded.ts";
import { type Profile, TEXT_PROFILES } from "./profile-names.ts";
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
  if (ownImages !== undefined) {
    const { model } = ownImages;
    return ownImageSettings(ownImages, named(`${model} on images of your own`, profile, imageProfilesOf(model)));
  }
  if (own !== undefined || pair === undefined) {
    const texts = named("texts of your own", profile, TEXT_PROFILES);
    return { settings: ownSettings(own!, texts), notes: OWN_NOTES[texts] };
  }
  if (isImagePair(pair)) {
    const images = named(pair, profile, imageProfilesOf(modelOfPair(pair)));
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
