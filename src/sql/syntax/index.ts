export { formatSql } from "./format-sql.js";
export { parseSelect } from "./parse-select.js";
export type { Meaning, ResolvedNames, SchemaColumn, Source, SourceColumn } from "./scope-sources.js";
export { resolveNames } from "./scopes.js";
export { SqlSyntaxError } from "./syntax-error.js";
export type * from "./types.js";
export { childrenOf, tableTerms, walkExpression } from "./walk.js";
