import { ApiError, errorFrom, isAbort } from "./api-error.js";
import { apiKey, askForKey } from "./api-key.js";
import { noteAnswer, noteSilence } from "./connection.js";

export interface RequestOptions {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is, with `type`. */
  body?: Blob;
  type?: string;
  signal?: AbortSignal;
}

/**
 * One request to the server. Paths are relative to the page ("v1/databases").
 *
 * @throws ApiError for every status that is no success and where no answer comes; DOMException "AbortError" after an abort
 */
export async function request(path: string, options: RequestOptions = {}): Promise<Response> {
  const { method = options.json === undefined ? "GET" : "POST", json, body, type, signal } = options;
  const headers = new Headers();
  const key = apiKey.get();
  if (key !== "") headers.set("authorization", `Bearer ${key}`);
  if (json !== undefined) headers.set("content-type", "application/json");
  else if (type !== undefined) headers.set("content-type", type);
  const sent = { method, headers, body: json === undefined ? body : JSON.stringify(json), signal } as RequestInit;
  let response: Response;
  try {
    response = await fetch(new URL(path, document.baseURI), sent);
  } catch (error) {
    if (isAbort(error)) throw error;
    noteSilence();
    throw new ApiError("The server does not answer. Is it still running?", 0);
  }
  noteAnswer();
  if (response.ok) return response;
  const error = await errorFrom(response);
  if (error.status === 401) askForKey(key === "" ? "missing" : "refused");
  throw error;
}

/** The JSON that a request is answered with. @throws as `request` does */
export async function requestJson<T>(path: string, options?: RequestOptions): Promise<T> {
  const response = await request(path, options);
  try {
    return (await response.json()) as T;
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError("The server's answer is no JSON. Is something else listening there?", response.status);
  }
}
