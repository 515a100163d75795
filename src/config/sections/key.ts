import { z } from "zod";

/**
 * One config key: its type, the value it has when the file does not name it, and the line that documents it
 * (docs/configuration.md is made from these). `fix` is added to the error about an ill-typed value.
 */
export function key<T extends z.ZodType>(type: T, value: z.util.NoUndefined<z.output<T>>, doc: string, fix?: string) {
  return type.default(value).meta({ description: doc, ...(fix === undefined ? {} : { fix }) });
}

/** Keys inside a key that is off (null) unless the file names it; `{}` turns it on with the default of each. */
export function group<T extends z.core.$ZodLooseShape>(keys: T, doc: string) {
  return z.strictObject(keys).nullable().default(null).meta({ description: doc });
}
