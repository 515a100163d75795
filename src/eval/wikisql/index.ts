export { executeWikiSql } from "./execute-query.js";
export { readWikiSqlPredictions, readWikiSqlRows, readWikiSqlTables } from "./files.js";
export { sameLogicalForm } from "./logical-form.js";
export { parseWikiSqlText } from "./parse-query.js";
export {
  type WikiSqlDetail,
  type WikiSqlPrediction,
  type WikiSqlRow,
  type WikiSqlScoreOptions,
  type WikiSqlScores,
  wikiSqlScores,
} from "./scores.js";
