import type { z } from "zod";

/** One entry of FastAPI's 422 `detail`. */
export interface ValidationDetail {
  type: string;
  loc: (string | number)[];
  msg: string;
  input: unknown;
}

const EXPECTED: Record<string, [type: string, msg: string]> = {
  string: ["string_type", "Input should be a valid string"],
  number: ["float_type", "Input should be a valid number"],
  int: ["int_type", "Input should be a valid integer"],
  boolean: ["bool_type", "Input should be a valid boolean"],
  array: ["list_type", "Input should be a valid list"],
  object: ["model_attributes_type", "Input should be a valid dictionary or object to extract fields from"],
};

/** What is wrong with a body, as FastAPI with pydantic 2 says it: the Python seed project's clients read that. */
export function validationDetails(error: z.ZodError, body: unknown): ValidationDetail[] {
  return error.issues.slice(0, 100).map((issue) => {
    const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
    const loc = ["body", ...path];
    const input = valueAt(body, path);
    if (input === undefined || (path.length === 0 && body === null)) {
      const parent = valueAt(body, path.slice(0, -1));
      return { type: "missing", loc, msg: "Field required", input: parent ?? null };
    }
    const expected = issue.code === "invalid_type" ? EXPECTED[issue.expected] : undefined;
    const [type, msg] = expected ?? ["value_error", issue.message];
    return { type, loc, msg, input };
  });
}

function valueAt(body: unknown, path: readonly (string | number)[]): unknown {
  let value = body;
  for (const step of path) value = (value as Record<string | number, unknown> | null | undefined)?.[step];
  return value;
}
