import type { Addon, NativeAbort } from "../native/types.js";

/**
 * Runs a native call that `signal` can stop between two layers. Rejects with the signal's reason once it is aborted,
 * before the call as after it.
 */
export async function abortable<T>(
  addon: Pick<Addon, "createAbort">,
  signal: AbortSignal | undefined,
  call: (abort?: NativeAbort) => Promise<T>,
): Promise<T> {
  if (!signal) return call();
  signal.throwIfAborted();
  const abort = addon.createAbort();
  const stop = () => abort.abort();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const result = await call(abort);
    signal.throwIfAborted();
    return result;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
