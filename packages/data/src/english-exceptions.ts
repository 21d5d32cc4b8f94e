const clitics = words("'s 'm 'd 'll 're 've n't 't y' d' o'");

const shortened = words(
  "'em 'til 'bout 'cause 'cos 'cuz 'round 'n 'n' ol' goin' doin' nothin' somethin' nuthin' lovin' havin'",
);

// Not those that are words of their own at the end of a sentence: "no.", "fig.", "sat.", "sun.".
const abbreviations = words(`
  mr. mrs. ms. dr. prof. st. jr. sr. vs. etc. inc. corp. co. ltd. bros. gov. gen. sen. rep. lt. col. sgt. capt. cmdr. adm.
  rev. hon. mt. ft. pres. dept. univ. assn. approx. est. ave. blvd. jan. feb. aug. sept. oct. nov. dec. tues. thurs.
  ala. ariz. ark. calif. colo. conn. fla. ind. kan. ky. mich. minn. mont. neb. nev. okla. ore. pa. tenn. va. vt. wis. wyo.
  ph.d. ph.d
`);

const divided = `
  can+not gon+na got+ta wan+na lem+me gim+me y'+all d'+you 't+is 't+was i+m i+ve you+re they+re you+ve they+ve we+ve that+s
  what+s
`;

const negations = words("ai are ca could did does do had has have is must should was were wo would");

const emoticons = words(`
  :) :-) :( :-( ;) ;-) :D :-D ;D :P :-P :p :-p ;P ;p :/ :-/ :\\ :| :-| :O :o :-O :-o :* :-* :'( :') :] :[ =) =( =D =P =/ =]
  (: (-: (; ): )-: 8) 8-) XD xD X-D xD <3 <33 <333 </3 ^_^ ^^ -_- -__- o_O O_o o_o O_O >:( >:) :3 :> :< D: T_T
`);

/**
 * Words of English that rules would cut wrongly: the word, and the tokens it makes. Each comes in small letters, capitalised
 * and in capitals, and with
 * each of the apostrophes that people type.
 */
export const exceptions: ReadonlyMap<string, readonly string[]> = new Map(entries());

/** No exception is longer, in UTF-16 units: longer words need no look. */
export const longestException: number = Math.max(...Array.from(exceptions.keys(), (word) => word.length));

function* entries(): Generator<[string, readonly string[]], void, undefined> {
  for (const word of [...clitics, ...shortened, ...abbreviations]) yield* spellings([word]);
  for (const parts of words(divided)) yield* spellings(parts.split("+"));
  for (const negation of negations) yield* spellings([negation, "nt"]);
  for (const face of emoticons) yield [face, [face]];
  yield ["I.", ["I", "."]]; // not an initial: "better than I."
}

function* spellings(parts: readonly string[]): Generator<[string, readonly string[]], void, undefined> {
  const capitalised = parts.map((part, i) => (i === 0 ? part.charAt(0).toUpperCase() + part.slice(1) : part));
  for (const spelling of [parts, capitalised, parts.map((part) => part.toUpperCase())]) {
    for (const apostrophe of "'’`´") {
      const tokens = spelling.map((part) => part.replaceAll("'", apostrophe));
      yield [tokens.join(""), tokens];
    }
  }
}

function words(list: string): string[] {
  return list.split(/\s+/).filter((word) => word !== "");
}
