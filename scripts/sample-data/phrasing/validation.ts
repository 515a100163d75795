import type { Bank } from "./bank.js";
import { train } from "./train.js";

/** Sentences of their own; conditions and the like in the words of the training questions. */
export const validation: Bank = {
  ...train,
  split: "validation",
  frames: {
    list: ["Retrieve the {C} of the {E}.", "Report the {c} of every {e} we know."],
    "list-two": ["Retrieve the {c} of each {e}.", "Report the {C} of every one of the {E}."],
    distinct: ["Retrieve the distinct {C} of the {E}.", "Report every different {c} of the {E}."],
    count: ["Work out how many {E} there are.", "What is the count of all {E}?"],
    "count-distinct": [
      "Work out how many different {C} the {E} have.",
      "What is the count of distinct {C} of the {E}?",
    ],
    aggregate: ["Work out the {agg} of the {E}.", "Retrieve the {agg} across the {E}."],
    range: ["Work out the {agg} of all {E}.", "Retrieve the {agg} across the {E}."],
    where: [
      "Retrieve the {C} of all {E} {P}.",
      "Report the {C} of just the {E} {P}.",
      "Which are the {C} of the {E} {P}?",
    ],
    "where-two-columns": ["Retrieve the {c} of the {E} {P}.", "Report the {C} of just the {E} {P}."],
    and: ["Retrieve the {C} of all {E} {P}.", "Which are the {C} of the {E} {P}?"],
    or: ["Retrieve the {C} of all {E} {P}.", "Which are the {C} of the {E} {P}?"],
    "count-where": ["Work out how many {E} {P} there are.", "What is the count of {E} {P}?"],
    "aggregate-where": ["Work out the {agg} of the {E} {P}.", "Retrieve the {agg} across just the {E} {P}."],
    order: [
      "Retrieve the {C} of the {E}, ordered by {o} {dir}.",
      "Report the {C} of every one of the {E}, by {o} {dir}.",
    ],
    superlative: [
      "Retrieve the {c} of the {e} with {sup}.",
      "Report the {c} of the {adj} {e}.",
      "Which {c} belongs to the {e} with {sup}?",
    ],
    top: ["Retrieve the {C} of the {n} {E} with {sup}.", "Report the {C} of the {n} {adj} {E}."],
    "where-order": ["Retrieve the {C} of all {E} {P}, ordered by {o} {dir}."],
    "where-superlative": ["Retrieve the {c} of the one with {sup} of all {E} {P}."],
    lookup: ["Retrieve the {c} of {v}.", "Which {c} belongs to the {e} {v}?"],
    "group-count": [
      "Retrieve each {g} and the count of its {E}.",
      "Work out the number of {E} of each {g}, and report the {g} first.",
    ],
    "group-count-where": ["Retrieve each {g} and the count of its {E} {P}."],
    "group-count-order": ["Retrieve each {g} and the count of its {E}, counts {dir}."],
    "group-aggregate": [
      "Retrieve each {g} and the {agg} of the {E} in it.",
      "Work out the {agg} of the {E} of each {g}, and report the {g} first.",
    ],
    "group-having": ["Retrieve the {G} with {many} {E}.", "Report every {g} that has {many} {E}."],
    "group-having-aggregate": [
      "Retrieve the {G} for which the {agg} of the {E} is above {over}.",
      "Retrieve the {G} for which the {agg} of the {E} is below {under}.",
    ],
    "group-top": ["Report the {g} that has the most {E}.{most}", "Report the {g} that has the fewest {E}.{least}"],
    "group-top-aggregate": [
      "Report the {g} for which the {agg} of the {E} is highest.{most}",
      "Report the {g} for which the {agg} of the {E} is lowest.{least}",
    ],
    "join-list": [
      "Retrieve the {c} of every {e} and the {d} of the {f}.",
      "Report the {c} of each {e}, and of {its} {f} the {d}.",
    ],
    "join-where": ["Retrieve the {C} of all {E} {of} {T}.", "Which are the {C} of the {E} {of} {T}?"],
    "join-where-two": ["Retrieve the {c} of the {E} {of} {T}."],
    "join-both": [
      "Retrieve the {c} and the {d} of the {f} for the {E} {P}.",
      "Report the {c} of the {E} {P}, and the {d} of the {f}.",
    ],
    "join-count": ["Work out how many {E} {of} {T} there are.", "What is the count of {E} {of} {T}?"],
    "join-aggregate": ["Work out the {agg} of the {E} {of} {T}.", "Retrieve the {agg} across just the {E} {of} {T}."],
    "join-superlative": [
      "Retrieve the {d} of the {f} {who} {hasS} the {e} with {sup}.",
      "Report the {d} of the {f} for the {adj} {e}.",
    ],
    "join-group-count": [
      "Retrieve the {d} of each {f} and the count of {E} {of} {it}.",
      "Work out the number of {E} of each {f}, and report the {f} by {d} first.",
    ],
    "join-group-aggregate": ["Retrieve the {d} of each {f} and the {agg} of the {E} {of} {it}."],
    "join-group-having": [
      "Retrieve the {D} of the {F} {who} {has} {many} {E}.",
      "Report the {F} by {d} {who} {has} {many} {E}.",
    ],
    "join-group-top": [
      "Retrieve the {d} of the {f} {who} {hasS} the most {E}.{most}",
      "Retrieve the {d} of the {f} {who} {hasS} the fewest {E}.{least}",
    ],
    "join-group-top-sum": [
      "Report the {d} of the {f} for which the {agg} of the {E} is highest.{most}",
      "Report the {d} of the {f} for which the {agg} of the {E} is lowest.{least}",
    ],
    chain: ["Retrieve the {C} of all {E} {of} {T}.", "Which are the {C} of the {E} {of} {T}?"],
    linked: ["Retrieve the {C} of all {E} {of} {T}.", "Which are the {C} of the {E} {of} {T}?"],
    in: ["Retrieve the {C} of all {F} {who} {has} {E} {P}.", "Which are the {C} of the {F} {who} {has} {E} {P}?"],
    "not-in": [
      "Retrieve the {C} of all {F} {who} {never} {E} {P}.",
      "Which are the {C} of the {F} {who} {never} {E} {P}?",
    ],
    "count-not-in": ["Work out how many {F} {never} {E} {P}."],
    "against-average": [
      "Retrieve the {C} of the {E} whose {o} lies above the average.{above}",
      "Retrieve the {C} of the {E} whose {o} lies below the average.{below}",
    ],
    "count-against-average": [
      "Work out how many {E} have a(n) {o} above the average.{above}",
      "Work out how many {E} have a(n) {o} below the average.{below}",
    ],
    "against-one": [
      "Retrieve the {C} of the {E} whose {o} is above that of {v}.{above}",
      "Retrieve the {C} of the {E} whose {o} is below that of {v}.{below}",
      "Retrieve the {C} of the {E} whose {o} is later than that of {v}.{later}",
      "Retrieve the {C} of the {E} whose {o} is earlier than that of {v}.{earlier}",
    ],
    "union-tables": ["Retrieve the {C} of the {E} and of the {F}, each only once."],
    "intersect-tables": ["Retrieve the {C} that the {E} and the {F} share."],
    "except-tables": ["Retrieve the {C} of the {E} that no {f} has."],
    union: ["Retrieve the {C} of the {E} {P} and of the {E} {Q}, each only once."],
    intersect: ["Retrieve the {C} that {E} {P} and {E} {Q} share."],
    except: ["Retrieve the {C} of {E} {P} that no {E} {Q} have."],
  },
};
