/**
 * What nltk's English sentence model knows of the words that stand in SQL. The whole model has 20,000 words; the rest can
 * change a verdict only where an English word that is no SQL keyword follows an initial or an abbreviation and its full stop
 * (`AS a. Singer`), which no parser but Spider's reads anyway.
 */

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** Words whose full stop belongs to them. Every other word's full stop ends the sentence. */
export const ABBREVIATIONS = words(
  "c d e f g h k l m n p r s t v w jan feb aug sep sept oct nov dec tues wed fri mr mrs ms dr prof jr sr messrs sen rep reps " +
    "gen lt col adm maj st ave ct ft mg yr vs inc ltd co cos corp bros cie chg ok sw ala ariz calif colo conn fla ga ill kan " +
    "ky mich minn nev okla ore pa tenn va vt wash wis",
);

/** Capitalised, they end the sentence even after an abbreviation. */
export const FREQUENT_STARTERS = words("in when");

/** Keywords that the model has seen in lower case. After an initial, any other capitalised word goes on with a name. */
export const SEEN_IN_LOWER_CASE = words(
  "select from where group by order limit union except having and or not in like is between exists join on as distinct " +
    "count sum left right inner outer cross natural full all any some case when then else end cast with using over offset",
);

/** Of these, the ones never seen with a capital inside a sentence: capitalised, they start one. */
export const SEEN_ONLY_IN_LOWER_CASE_INSIDE = words(
  "select except between exists distinct sum right inner outer else cast using offset",
);
