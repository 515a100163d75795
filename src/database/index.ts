export { createDatabasePool } from "./pool.js";
export type * from "./types.js";
