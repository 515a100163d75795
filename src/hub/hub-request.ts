import { SqltuneError } from "../errors.js";
import type { HubRepo } from "./hub-cache.js";
import type { HubEnvironment } from "./hub-environment.js";

/** The Hub could not be reached at all: no answer, no such host, no network. Callers may have another source. */
export class HubUnreachable extends SqltuneError {}

/**
 * A fetch for one repository that turns every refusal into an error that says what to do. Given to @huggingface/hub,
 * whose own errors keep only the status, and used for the files.
 *
 * @param timeoutMs until the answer's headers are there
 */
export function hubFetch(
  repo: HubRepo,
  hub: HubEnvironment,
  options: { signal?: AbortSignal | undefined; timeoutMs: number },
): typeof fetch {
  return async (input, init) => {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), options.timeoutMs);
    const signals = [late.signal, options.signal, init?.signal].filter((signal) => signal != null);
    let response: Response;
    try {
      response = await fetch(input, { ...init, signal: AbortSignal.any(signals) });
    } catch (error) {
      options.signal?.throwIfAborted();
      init?.signal?.throwIfAborted();
      throw unreachable(
        hub,
        late.signal.aborted ? `no answer in ${options.timeoutMs / 1000} s` : reasonOf(error),
        error,
      );
    } finally {
      clearTimeout(timer);
    }
    if (response.ok) return response;
    await response.body?.cancel();
    throw refusal(response, repo, hub);
  };
}

function unreachable(hub: HubEnvironment, reason: string, cause: unknown): HubUnreachable {
  return new HubUnreachable(
    `the Hub at ${hub.endpoint} cannot be reached: ${reason}\n` +
      "Check the network (HF_ENDPOINT names a mirror), or give a folder or a .gguf file instead of a hub id.",
    { code: "ERR_SQLTUNE_HUB_UNREACHABLE", cause },
  );
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as { message: string; cause?: { code?: string; message?: string } };
  return cause?.message || cause?.code || message;
}

function refusal(response: Response, repo: HubRepo, hub: HubEnvironment): SqltuneError {
  const { status } = response;
  const page = `${hub.endpoint}/${repo.type === "dataset" ? "datasets/" : ""}${repo.name}`;
  const reason = response.headers.get("x-error-code");
  const said = response.headers.get("x-error-message");
  const found = `${page} answered ${status}${said ? ` (${said})` : ""}`;
  const token = hub.token ? "The HF_TOKEN in use was sent." : "No HF_TOKEN is set.";
  const code = "ERR_SQLTUNE_HUB_REFUSED";
  if (reason === "GatedRepo" || (status === 403 && reason === null)) {
    return new SqltuneError(
      `${found}: ${repo.name} is gated. ${token}\n` +
        `1. Accept its terms at ${page}\n2. Make a token at ${hub.endpoint}/settings/tokens and set HF_TOKEN to it`,
      { code },
    );
  }
  if (reason === "RevisionNotFound") {
    return new SqltuneError(`${found}: ${repo.name} has no such branch, tag or commit`, { code });
  }
  // The Hub says 401, not 404, to somebody without a token who asks for what does not exist.
  if (status === 401 || status === 403 || status === 404) {
    return new SqltuneError(
      `${found}: there is no ${repo.type} ${repo.name}, or it is private or gated. ${token}\n` +
        "Check the spelling (ORG/NAME, as in its address on the Hub); if it is private or gated, set HF_TOKEN.",
      { code },
    );
  }
  if (status === 429 || status >= 500) {
    return new HubUnreachable(`${found}; try again later`, { code: "ERR_SQLTUNE_HUB_UNREACHABLE" });
  }
  return new SqltuneError(`${found}; expected 200`, { code });
}
