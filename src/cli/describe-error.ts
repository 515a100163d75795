import { inspect } from "node:util";
import { SqltuneError } from "../errors.js";

/** An error as the command line ends with it. */
export interface ErrorDescription {
  message: string;
  exitCode: 1 | 2 | 130;
  code: string | null;
}

/**
 * Users' errors keep their own words, known system errors get advice, and whatever else arrives is said to be a bug.
 * A stack (libtorch's included) is added with `debug` alone.
 */
export function describeError(error: unknown, { interrupted = false, debug = false } = {}): ErrorDescription {
  const described = describe(error, interrupted);
  if (!debug) return described;
  const native = (error as { nativeStack?: string } | null)?.nativeStack;
  return { ...described, message: `${described.message}\n\n${inspect(error)}${native ? `\n\n${native}` : ""}` };
}

function describe(error: unknown, interrupted: boolean): ErrorDescription {
  if (error instanceof SqltuneError) {
    const { code = null, exitCode = 1 } = error.details;
    return { message: error.message, exitCode, code };
  }
  const { code, message } = toError(error);
  if (interrupted && (toError(error).name === "AbortError" || code === "ERR_SQLTUNE_ABORTED")) {
    return { message: "interrupted.", exitCode: 130, code: "ERR_SQLTUNE_ABORTED" };
  }
  if (code === "ERR_SQLTUNE_OOM") {
    return {
      message: `${message}. Out of memory: sqltune plan measures what fits. Lower training.per_device_train_batch_size, training.micro_batch_tokens or model.max_seq_length, set training.gradient_checkpointing: block, or take a smaller model.`,
      exitCode: 1,
      code,
    };
  }
  if (code === "ERR_SQLTUNE_WEIGHTS" || code === "ERR_SQLTUNE_IO") return { message, exitCode: 1, code };
  const advice = systemAdvice(error);
  if (advice) return { message: advice, exitCode: 1, code: code ?? null };
  return { message: bugText(error), exitCode: 1, code: code ?? "ERR_SQLTUNE_BUG" };
}

/** Faults of the machine that any file operation may meet. */
function systemAdvice(error: unknown): string | null {
  const { code, path } = toError(error);
  const where = path === undefined ? "" : ` (${path})`;
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return `no disk space is left${where}. Free some and run again; train --resume goes on from the last checkpoint.`;
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return `${path ?? "a file"} may not be written or read (${code}). Check its permissions, or choose another folder.`;
    case "EMFILE":
    case "ENFILE":
      return `too many open files${where}. Raise the limit with ulimit -n 4096.`;
    default:
      return null;
  }
}

function bugText(error: unknown): string {
  const { name, message } = toError(error);
  return `this is a bug in sqltune, not a mistake of yours: ${name}: ${message}\nPlease report it, with what the same command prints under SQLTUNE_DEBUG=1.`;
}

function toError(error: unknown): NodeJS.ErrnoException {
  return error instanceof Error ? error : new Error(String(error));
}
