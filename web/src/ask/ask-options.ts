import type { Constrain, SqlRequest } from "../api/types.js";
import { localStore } from "../state/local-store.js";

/** How answers are made, where the reader wants another way than the server's own. */
export interface AskOptions {
  /** null: the server's first. */
  model: string | null;
  constrain: Constrain | null;
  select: NonNullable<SqlRequest["select"]> | null;
  repair: number;
}

export const DEFAULT_OPTIONS: AskOptions = { model: null, constrain: null, select: null, repair: 0 };

export const askOptions = localStore<AskOptions>("options", DEFAULT_OPTIONS, (value): value is AskOptions => {
  if (typeof value !== "object" || value === null) return false;
  const { model, constrain, select, repair } = value as Record<string, unknown>;
  const isTextOrNull = (it: unknown) => it === null || typeof it === "string";
  return isTextOrNull(model) && isTextOrNull(constrain) && isTextOrNull(select) && Number.isInteger(repair);
});

/**
 * The fields of a request; what the server decides itself is left out.
 *
 * @param models those of the server: one that was chosen in an earlier visit may be gone
 * @param canRun whether there is a database: without one nothing can be chosen by running it
 */
export function optionFields(options: AskOptions, models: readonly string[], canRun: boolean): Partial<SqlRequest> {
  const { model, constrain, select, repair } = options;
  return {
    ...(model !== null && models.includes(model) ? { model } : {}),
    ...(constrain === null ? {} : { constrain }),
    ...(select === null || (select !== "logprob" && !canRun) ? {} : { select }),
    ...(repair === 0 || !canRun ? {} : { repair }),
  };
}
