export { readSpamAssassin } from "./read-spam-assassin.ts";
