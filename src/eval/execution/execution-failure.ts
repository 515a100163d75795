import type { QueryFailureKind } from "../../database/types.js";

/**
 * Why a prediction gave no result, or why a row cannot be judged: `gold` where the gold gave none, and
 * `missing_database` or `corrupt_database` where the file is at fault.
 */
export interface ExecutionFailure {
  kind: QueryFailureKind | "gold";
  error: string;
  /** The database, where the fault lies with the gold or the file. */
  file?: string;
}

export function isDatabaseFault(kind: ExecutionFailure["kind"]): kind is "missing_database" | "corrupt_database" {
  return kind === "missing_database" || kind === "corrupt_database";
}
