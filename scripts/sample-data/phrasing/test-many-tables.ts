/** Held-out questions with groups, joins, nested queries and set operations: none of these frames is used for training. */
export const testManyTables: Readonly<Record<string, readonly string[]>> = {
  "group-count": [
    "Can you break down the {E} by {g}, with how many there are in each?",
    "How do the {E} split up by {g}? I need the {g} and how many.",
    "Please give me a count of {E} for every {g}, {g} first.",
    "I'd like each {g} next to the number of {E} in it.",
  ],
  "group-count-where": [
    "Can you break down the {E} {P} by {g}, with how many there are in each?",
    "Looking only at {E} {P}, please give me every {g} and a count.",
  ],
  "group-count-order": [
    "Can you break down the {E} by {g}, giving the count of each, counts {dir}?",
    "Please rank every {g} by how many {E} it has, {dir}, and include that number.",
  ],
  "group-aggregate": [
    "Can you give me the {agg} of {E} broken down by {g}, {g} first?",
    "How does the {agg} of the {E} differ by {g}? List both.",
    "I'd like to see every {g} next to the {agg} of its {E}.",
    "Please work out the {agg} of the {E} by {g}, naming the {g} first.",
  ],
  "group-having": [
    "Can you tell me which {G} have {many} {E}?",
    "I'm looking for the {G} where we count {many} {E}.",
    "Are there {G} with {many} {E}? Which ones?",
  ],
  "group-having-aggregate": [
    "Can you tell me the {G} whose {E} have a(n) {agg} of more than {over}?",
    "Can you tell me the {G} whose {E} have a(n) {agg} of less than {under}?",
  ],
  "group-top": [
    "Can you tell me which {g} has the biggest number of {E}?{most}",
    "What {g} do we see most often among our {E}?{most}",
    "Can you tell me which {g} has the smallest number of {E}?{least}",
    "What {g} do we see least often among our {E}?{least}",
  ],
  "group-top-aggregate": [
    "Can you tell me the {g} where the {E} have the highest {agg}?{most}",
    "Can you tell me the {g} where the {E} have the lowest {agg}?{least}",
    "Looking at {E} by {g}, which {g} comes out with the highest {agg}?{most}",
    "Looking at {E} by {g}, which {g} comes out with the lowest {agg}?{least}",
  ],
  "join-list": [
    "Can you give me every {e}'s {c} and the {d} of the {f} next to it?",
    "I'd like a list of all {E} with two things: the {c}, and the {d} of {its} {f}.",
    "Please match each {e} to {its} {f}: the {c} of the {e}, then the {d} of the {f}.",
  ],
  "join-where": [
    "Can you give me the {C} of our {E} {of} {T}?",
    "Please look up the {C} of any {E} {of} {T}.",
    "I'm looking for {E} {of} {T}: what are their {C}?",
    "We need the {C} of those {E} {of} {T}.",
  ],
  "join-where-two": ["Can you give me the {c} of each of our {E} {of} {T}?", "We need the {c} for those {E} {of} {T}."],
  "join-both": [
    "Can you give me the {C} of our {E} {P}, and the {d} of the {f} as well?",
    "I'm looking for {E} {P}: I need their {c} and the {d} of the {f}.",
    "Please look up any {E} {P}, giving the {c} and then the {f}'s {d}.",
  ],
  "join-count": [
    "Can you count how many {E} we have {of} {T}?",
    "I'd like to know the number of {E} {of} {T}.",
    "What's the count of {E} {of} {T}?",
    "How many of our {E} are {of} {T}?",
  ],
  "join-aggregate": [
    "Can you work out the {agg} of our {E} {of} {T}?",
    "If we only look at {E} {of} {T}, what's the {agg}?",
    "I'd like to know the {agg} for {E} {of} {T}.",
  ],
  "join-superlative": [
    "Can you tell me the {d} of the {f} linked to the {e} with {sup}?",
    "Looking at {E}, what's the {d} of the {f} of the {adj} one?",
    "The {e} with {sup}: what's the {d} of {its} {f}?",
    "I'd like to know the {d} of the {f} that goes with the {adj} {e}.",
  ],
  "join-group-count": [
    "Can you give me each {f}'s {d} and how many {E} we have {of} {it}?",
    "I'd like every {f} by {d}, next to a count of the {E} {of} {it}.",
    "Please break down the {E} by {f}: the {f}'s {d}, then how many.",
    "How do the {E} split up over the {F}? I need the {d} and how many.",
  ],
  "join-group-aggregate": [
    "Can you give me each {f}'s {d} and the {agg} of the {E} {of} {it}?",
    "I'd like every {f} by {d}, next to the {agg} of {itsF} {E}.",
    "Please break down the {agg} of the {E} by {f}, naming the {d} of the {f} first.",
  ],
  "join-group-having": [
    "Can you tell me the {D} of those {F} {who} {has} {many} {E}?",
    "I'm looking for {F} {who} {has} {many} {E}: what are their {D}?",
    "Are there {F} {who} {has} {many} {E}? Give me the {D}.",
  ],
  "join-group-top": [
    "Can you tell me the {d} of the {f} {who} {hasS} more {E} than any other?{most}",
    "I'd like to know which {f} {hasS} the biggest number of {E}, just the {d}.{most}",
    "Which one of our {F} has the most {E}? I only need the {d}.{most}",
    "I'd like to know which {f} {hasS} the smallest number of {E}, just the {d}.{least}",
    "Which one of our {F} has the fewest {E}? I only need the {d}.{least}",
  ],
  "join-group-top-sum": [
    "Can you tell me the {d} of the {f} whose {E} come out with the highest {agg}?{most}",
    "Can you tell me the {d} of the {f} whose {E} come out with the lowest {agg}?{least}",
  ],
  chain: [
    "Can you give me the {C} of our {E} {of} {T}?",
    "I'm looking for {E} {of} {T}: what are their {C}?",
    "We need the {C} of those {E} {of} {T}.",
  ],
  linked: ["Can you give me the {C} of our {E} {of} {T}?", "We need the {C} of those {E} {of} {T}."],
  in: [
    "Can you give me the {C} of those {F} {who} {has} {E} {P}?",
    "I'm looking for {F} {who} {has} {E} {P}: what are their {C}?",
    "Are there any {F} {who} {has} {E} {P}? If so, give the {C}.",
    "Please look up the {C} of any {F} {who} {has} {E} {P}.",
  ],
  "not-in": [
    "Can you give me the {C} of those {F} {who} {never} {E} {P}?",
    "I'm looking for {F} {who} {never} {E} {P}: what are their {C}?",
    "Are there any {F} lacking {E} {P}? If so, give the {C}.",
    "Please look up the {C} of any {F} {who} {never} {E} {P}.",
  ],
  "count-not-in": [
    "Can you count how many {F} we have {who} {never} {E} {P}?",
    "I'd like to know the number of {F} {who} {never} {E} {P}.",
  ],
  "against-average": [
    "Can you give me the {C} of our {E} with a(n) {o} that is above average?{above}",
    "Can you give me the {C} of our {E} with a(n) {o} that is below average?{below}",
    "I'm looking for {E} whose {o} beats the average of all {E}: what are their {C}?{above}",
    "I'm looking for {E} whose {o} falls short of the average of all {E}: what are their {C}?{below}",
  ],
  "count-against-average": [
    "Can you count how many of our {E} have a(n) {o} that is above average?{above}",
    "Can you count how many of our {E} have a(n) {o} that is below average?{below}",
  ],
  "against-one": [
    "Can you give me the {C} of our {E} with a(n) {o} that is higher than the one of {v}?{above}",
    "Can you give me the {C} of our {E} with a(n) {o} that is lower than the one of {v}?{below}",
    "Can you give me the {C} of our {E} with a(n) {o} that is later than the one of {v}?{later}",
    "Can you give me the {C} of our {E} with a(n) {o} that is earlier than the one of {v}?{earlier}",
  ],
  "union-tables": [
    "Can you put together one list of the {C} where we have {E} or {F}, no repeats?",
    "Please merge the {C} of our {E} with those of our {F}, naming each one only once.",
  ],
  "intersect-tables": [
    "Can you tell me the {C} where we have {E} as well as {F}?",
    "Is there a {c} that our {E} and {F} both share? List every one.",
  ],
  "except-tables": [
    "Can you tell me the {C} where we have {E} and not a single {f}?",
    "Please list every {c} of our {E} that none of our {F} share.",
  ],
  union: [
    "Can you put together one list, no repeats, of the {C} of {E} {P} plus the {C} of {E} {Q}?",
    "Please merge the {C} of {E} {P} with those of {E} {Q}, naming each one only once.",
  ],
  intersect: [
    "Can you tell me the {C} where we have {E} {P} as well as {E} {Q}?",
    "I'm looking for {C} that show up both for {E} {P} and for {E} {Q}.",
  ],
  except: [
    "Can you tell me the {C} where we have {E} {P} and not a single {e} among {E} {Q}?",
    "I'm looking for {C} that show up for {E} {P} and never for {E} {Q}.",
  ],
};
