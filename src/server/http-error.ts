import type { ZodError } from "zod";

export interface HttpErrorDetails {
  /** A short name for programs, as OpenAI's errors have one: "model_not_found". */
  code?: string;
  /** The field of the request that is at fault. */
  param?: string;
  /** Seconds after which the same request may be let in. */
  retryAfter?: number;
  /** What a schema found wrong with the body, and the body. */
  invalid?: { error: ZodError; body: unknown };
}

/** An answer with an error status whose message the client may read. Each API writes it in its own shape. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  constructor(
    readonly statusCode: number,
    message: string,
    readonly details: HttpErrorDetails = {},
  ) {
    super(message);
  }
}

export function unknownDatabase(name: string): HttpError {
  return new HttpError(404, `There is no database ${JSON.stringify(name)}. GET /v1/databases lists them.`, {
    code: "database_not_found",
    param: "database",
  });
}
