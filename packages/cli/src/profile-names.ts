/** What a run of texts does unless options say otherwise. */
export const TEXT_PROFILES = ["quick", "corrected", "published-2020"] as const;
export type TextProfile = (typeof TEXT_PROFILES)[number];

/** What a run of images does unless options say otherwise. */
export const IMAGE_PROFILES = ["quick", "paper", "rewinding"] as const;
export type ImageProfile = (typeof IMAGE_PROFILES)[number];

export type Profile = TextProfile | ImageProfile;
export const PROFILES: readonly Profile[] = [...new Set<Profile>([...TEXT_PROFILES, ...IMAGE_PROFILES])];
