import { SqltuneError } from "../errors.js";
import type { OnEvent } from "../observe/events.js";
import type { MicroBatchLimit } from "./batch.js";
import { beginMeasurement, type MeasurementSubject, measureMicroBatches } from "./micro-batch-measurement.js";
import type { MicroBatchMeasurement } from "./plan-report.js";
import { describeProbe } from "./plan-text.js";
import type { RunSetting } from "./trainer-state.js";

/** What `micro_batch_tokens: auto` was settled to; run.json and every checkpoint keep it. */
export interface MicroBatchChoice extends Pick<MicroBatchMeasurement, "memory" | "probes" | "reason"> {
  /** Most packed tokens of a micro-batch. */
  tokens: number;
}

/** Measures as `plan` does, and tells each size as a note. @throws SqltuneError when nothing fits. */
export async function chooseMicroBatch(
  subject: MeasurementSubject,
  { signal, emit }: { signal?: AbortSignal; emit: OnEvent },
): Promise<MicroBatchChoice> {
  const note = (message: string) => emit({ event: "note", message: `micro_batch_tokens: auto: ${message}` });
  note("measuring, each size in a process of its own");
  const measurement = await beginMeasurement(subject, signal);
  const { recommended, memory, probes, reason } = await measureMicroBatches(measurement, (probe) =>
    note(describeProbe(probe)),
  );
  note(`takes ${recommended.micro_batch_tokens} tokens (${reason})`);
  return { tokens: recommended.micro_batch_tokens, memory, probes, reason };
}

/**
 * The limit that a checkpoint's run went by. A resumed run with `auto` keeps it: other micro-batches would round
 * otherwise, and it would no longer be the same run bit for bit.
 */
export function limitOfRun({ exactness }: Pick<RunSetting, "exactness">): MicroBatchLimit {
  const [tokens, rows] = [exactness["tokens per micro-batch"], exactness["rows per micro-batch"]];
  if (typeof tokens === "number") return { tokens, rows: null };
  if (typeof rows === "number") return { tokens: null, rows };
  throw new SqltuneError(
    "The checkpoint does not say how large its micro-batches were, so training.micro_batch_tokens: auto cannot keep " +
      "their size. Set training.micro_batch_tokens to a number, or to null.",
  );
}
