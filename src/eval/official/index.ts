export {
  type ComponentRates,
  type ComponentSummary,
  componentSummary,
  type LevelSummary,
  type SummaryRow,
} from "./component-summary.js";
export { ExactSetMatch, type ExactSetMatchOptions, type OfficialVerdict } from "./exact-set-match.js";
export { type ForeignKeyMap, foreignKeyMap } from "./foreign-keys.js";
export { type OfficialSchema, type OfficialSchemas, readOfficialSchemas, tablesOfSchema } from "./schemas.js";
