/** Held-out questions about one table, as a colleague would ask them: none of these frames is used for training. */
export const testOneTable: Readonly<Record<string, readonly string[]>> = {
  list: [
    "Can you list the {c} we hold for every {e}?",
    "Please write down the {C} of our {E}.",
    "Could I get a list of {e} {C}?",
    "I'm looking for the {C} of all of our {E}.",
  ],
  "list-two": [
    "Can you tell me the {c} for each of the {E}?",
    "Please give me every {e} with {its} {c}.",
    "Could you show the {c} of all our {E}?",
  ],
  distinct: [
    "What kinds of {c} do we have among our {E}? Name each one only once.",
    "Please list every {c} that occurs in the {E}, skipping repeats.",
    "Could you give me the set of distinct {C} for our {E}?",
  ],
  count: ["How many {E} do we have in total?", "Can you count our {E}?", "What's the overall number of {E} on record?"],
  "count-distinct": [
    "How many separate {C} do our {E} cover?",
    "Across all of the {E}, how many different {C} do we see?",
    "Can you count the distinct {C} in our {E}?",
  ],
  aggregate: [
    "Can you work out the {agg} of our {E}?",
    "What's the {agg} we have for {E}?",
    "Taking all {E} together, what would be the {agg}?",
    "I'd like to know the {agg} of the {E}.",
  ],
  range: [
    "Can you tell me the {agg} of our {E}?",
    "I'd like to know the {agg} for the {E}, in that order.",
    "What's the {agg} when we look at all {E}?",
  ],
  where: [
    "Can you give me the {C} of our {E} {P}?",
    "Please look up the {C} of any {E} {P}.",
    "I'm looking for {E} {P}: what are their {C}?",
    "Could you go through the {E} {P} and list their {C}?",
    "We need the {C} of those {E} {P}.",
    "Are there any {E} {P}? If so, give the {C}.",
  ],
  "where-two-columns": [
    "Can you give me the {c} of each of our {E} {P}?",
    "Please look up the {c} of any {E} {P}.",
    "I'm looking for {E} {P}: what are their {C}?",
    "We need the {c} for those {E} {P}.",
  ],
  and: [
    "Can you give me the {C} of our {E} {P}?",
    "I'm looking for {E} {P}: what are their {C}?",
    "We need the {C} of those {E} {P}.",
  ],
  or: [
    "Can you give me the {C} of our {E} {P}?",
    "Please look up the {C} of any {E} {P}.",
    "We need the {C} of those {E} {P}.",
  ],
  "count-where": [
    "How many {E} do we have {P}?",
    "Can you count how many {E} we have {P}?",
    "I'd like to know the number of {E} {P}.",
    "What's the count of {E} {P}?",
  ],
  "aggregate-where": [
    "Can you work out the {agg} of our {E} {P}?",
    "If we only look at {E} {P}, what's the {agg}?",
    "I'd like to know the {agg} for {E} {P}.",
    "What would be the {agg} of those {E} {P}?",
  ],
  order: [
    "Can you list the {C} of our {E}, going by {o} {dir}?",
    "Please give me the {C} of all {E}, with {o} {dir}.",
    "I'd like the {C} of the {E} put in order of {o}, {dir}.",
  ],
  superlative: [
    "What's the {c} of the {e} that has {sup}?",
    "Can you tell me the {c} of our {adj} {e}?",
    "I'd like to know the {c} of the {e} with {sup}.",
    "Out of all {E}, what {is} the {c} of the {adj} one?",
    "Looking at {E}, which one has {sup}? Just the {c}.",
    "Please look up the {c} of whichever {e} has {sup}.",
  ],
  top: [
    "Can you give me the {C} of our {n} {adj} {E}?",
    "I'd like the {C} of the {n} {E} that have {sup}.",
    "Please name the {n} {E} with {sup}, just the {C}.",
  ],
  "where-order": [
    "Can you list the {C} of our {E} {P}, going by {o} {dir}?",
    "I'd like the {C} of the {E} {P}, put in order of {o}, {dir}.",
  ],
  "where-superlative": [
    "Looking only at {E} {P}, what's the {c} of the one with {sup}?",
    "Out of all {E} {P}, what {is} the {c} of the {adj}?",
    "Can you tell me the {c} of the {e} having {sup}, counting just {E} {P}?",
  ],
  lookup: [
    "Can you tell me the {c} of {v}?",
    "What's the {c} listed for {v}?",
    "I'd like to know the {c} of our {e} {v}.",
    "Please look up {v} among the {E} and tell me the {c}.",
    "Do you know the {c} of {v}?",
  ],
};
