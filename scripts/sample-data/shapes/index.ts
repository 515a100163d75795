import { grouping } from "./grouping.js";
import { joins } from "./joins.js";
import { nesting } from "./nesting.js";
import { oneTable } from "./one-table.js";
import { setOperations } from "./set-operations.js";

export const shapes = [...oneTable, ...grouping, ...joins, ...nesting, ...setOperations];
export const levels = {
  "one table": oneTable,
  grouping,
  joins,
  nesting,
  "set operations": setOperations,
} as const;
