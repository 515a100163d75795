import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { validationDetails } from "./fastapi-detail.js";
import { HttpError } from "./http-error.js";

/** Writes every error in the shape of the API that was called: OpenAI's below /v1, FastAPI's elsewhere. */
export function replyWithErrors(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError | HttpError>((error, request, reply) => {
    // The client has gone and nobody reads this; 499 is what nginx logs for it.
    if (reply.raw.destroyed) return reply.code(499).send();
    const known = asHttpError(error);
    if (known.statusCode >= 500) {
      request.facts.error = String((error as { message?: unknown }).message ?? error);
      request.log.error({ err: error }, "request failed");
    }
    return write(known, request, reply);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?")[0];
    write(
      new HttpError(404, `There is no ${request.method} ${path}. See /docs.`, { code: "not_found" }),
      request,
      reply,
    );
  });
}

function write(error: HttpError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { retryAfter } = error.details;
  if (retryAfter !== undefined) reply.header("retry-after", retryAfter);
  if (error.statusCode === 401) reply.header("www-authenticate", "Bearer");
  if (request.url.startsWith("/v1/")) {
    // OpenAI answers a malformed body with 400; 422 is FastAPI's.
    const status = error.statusCode === 422 ? 400 : error.statusCode;
    return reply.code(status).send(openAiError(error, status));
  }
  const { invalid, code } = error.details;
  const detail = invalid
    ? validationDetails(invalid.error, invalid.body)
    : code === "invalid_json"
      ? [{ type: "json_invalid", loc: ["body", 0], msg: "JSON decode error", input: {} }]
      : error.message;
  return reply.code(error.statusCode).send({ detail });
}

export interface OpenAiError {
  error: { message: string; type: string; param: string | null; code: string | null };
}

export function openAiError({ message, details }: HttpError, status: number): OpenAiError {
  const { param = null, code = null } = details;
  return { error: { message, type: errorType(status), param, code } };
}

function errorType(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

/** What the client is told. What it cannot act on is logged and told in general terms: messages name files. */
export function asHttpError(error: FastifyError | HttpError | Error): HttpError {
  if (error instanceof HttpError) return error;
  const { code, statusCode } = error as FastifyError;
  switch (code) {
    case "FST_ERR_CTP_INVALID_JSON_BODY":
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
      return new HttpError(422, "The body is no JSON.", { code: "invalid_json" });
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new HttpError(415, "Expected a JSON body with Content-Type: application/json.");
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new HttpError(413, "The body is too large.");
    case "ERR_SQLTUNE_OOM":
      return new HttpError(503, "The model ran out of memory. Ask about fewer tables.", { code: "out_of_memory" });
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new HttpError(statusCode, error.message);
  return new HttpError(500, "Something failed inside the server; its log says what.", { code: "internal_error" });
}
