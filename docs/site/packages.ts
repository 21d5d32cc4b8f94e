/** The packages whose reference is made: those that one imports. `@ltt/cli` is a command. */
export const PACKAGES = ["core", "layers", "data", "lottery", "report", "gpu"] as const;
