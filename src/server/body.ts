import { z } from "zod";
import { HttpError } from "./http-error.js";

/** A request's body by its schema. @throws HttpError 422 that knows what is wrong with it. */
export function readBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  requireModest(body);
  const result = schema.safeParse(body ?? undefined);
  if (result.success) return result.data;
  throw new HttpError(422, describeIssues(result.error), {
    param: result.error.issues[0]?.path.join(".") || undefined,
    invalid: { error: result.error, body },
  });
}

/** Values in a body, and how deep they may stand in one another: no request of this server comes near. */
const MAX_VALUES = 5000;
const MAX_DEPTH = 16;

/**
 * Reading by a schema costs much more than parsing JSON does, most where each of a million values is wrong: such a body
 * is turned away before.
 */
function requireModest(body: unknown): void {
  let values = 0;
  const visit = (value: unknown, depth: number): void => {
    if (++values > MAX_VALUES) throw new HttpError(413, `The body has over ${MAX_VALUES} values.`);
    if (typeof value !== "object" || value === null) return;
    if (depth > MAX_DEPTH) throw new HttpError(413, `The body has values over ${MAX_DEPTH} levels deep.`);
    for (const key in value) visit((value as Record<string, unknown>)[key], depth + 1);
  };
  visit(body, 0);
}

/** A body may have as many faults as it has items, and a fault names what a client has written. */
const SHOWN_ISSUES = 10;
const SHOWN_CHARACTERS = 300;

function describeIssues({ issues }: z.ZodError): string {
  const more = issues.length > SHOWN_ISSUES ? `; and ${issues.length - SHOWN_ISSUES} more` : "";
  const shown = issues
    .slice(0, SHOWN_ISSUES)
    .map(({ path, message }) => short(`${path.length > 0 ? path.join(".") : "body"}: ${message}`))
    .join("; ");
  return shown + more;
}

function short(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/** A schema as the OpenAPI document shows it: what may be sent, or what is answered. */
export function documented(schema: z.ZodType, io: "input" | "output" = "input"): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
