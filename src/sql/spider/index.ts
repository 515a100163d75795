export { parseSpiderSql, type SpiderParseOptions, type SpiderScript } from "./parse.js";
export { pythonStrip } from "./python-strings.js";
export { SpiderSchema, type SpiderTables } from "./spider-schema.js";
export * from "./spider-sql.js";
export { spiderTokens } from "./tokenize.js";
