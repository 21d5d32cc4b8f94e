/** The ids that vocabularies begin with: words that are not in them, and padding. Both rows of an embedding start at 0. */
export const UNKNOWN_ID = 0;
export const PADDING_ID = 1;
