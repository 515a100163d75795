import { z } from "zod";
import { HttpError } from "./http-error.js";

/** A request's body by its schema. @throws HttpError 422 that knows what is wrong with it. */
export function readBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body ?? undefined);
  if (result.success) return result.data;
  throw new HttpError(422, describeIssues(result.error), {
    param: result.error.issues[0]?.path.join(".") || undefined,
    invalid: { error: result.error, body },
  });
}

/** A body may have as many faults as it has items. */
const SHOWN_ISSUES = 10;

function describeIssues({ issues }: z.ZodError): string {
  const more = issues.length > SHOWN_ISSUES ? `; and ${issues.length - SHOWN_ISSUES} more` : "";
  const shown = issues
    .slice(0, SHOWN_ISSUES)
    .map(({ path, message }) => `${path.length > 0 ? path.join(".") : "body"}: ${message}`)
    .join("; ");
  return shown + more;
}

/** A schema as the OpenAPI document shows it. */
export function documented(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return rest;
}
