/** What went wrong with a request, in words that can be shown. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    message: string,
    /** HTTP status; 0 where no answer came. */
    readonly status: number,
    readonly details: { code?: string | null; param?: string | null; retryAfter?: number | null } = {},
  ) {
    super(message);
  }

  /** No answer came: the server is away, or the network is. */
  get isAway(): boolean {
    return this.status === 0;
  }
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Reads the shapes that the server writes errors in: OpenAI's below /v1, FastAPI's elsewhere. */
export async function errorFrom(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => "");
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  const details = { retryAfter: Number.isFinite(retryAfter) ? retryAfter : null };
  try {
    const body = JSON.parse(text) as { error?: OpenAiError; detail?: unknown };
    if (body.error) return new ApiError(body.error.message, response.status, { ...details, ...named(body.error) });
    if (typeof body.detail === "string") return new ApiError(body.detail, response.status, details);
  } catch {
    // Not of this server: a proxy's page, say.
  }
  return new ApiError(`The server answered ${response.status} ${response.statusText}.`, response.status, details);
}

export interface OpenAiError {
  message: string;
  param: string | null;
  code: string | null;
}

function named({ code, param }: OpenAiError): { code: string | null; param: string | null } {
  return { code, param };
}
