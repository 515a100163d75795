export { compileGrammar, type NamedTables } from "./compile-grammar.js";
