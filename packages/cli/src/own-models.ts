/** Models that classify texts of the user's. */
export const OWN_MODELS = ["cnn", "lstm"] as const;
export type OwnModel = (typeof OWN_MODELS)[number];
