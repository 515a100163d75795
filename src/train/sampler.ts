import { SqltuneError } from "../errors.js";
import { createRandom, deriveSeed, shuffle } from "./random.js";

/** Where the data stands: `row` rows of `epoch` (0-based) are used up. Enough to go on with the same order. */
export interface SamplerCursor {
  epoch: number;
  row: number;
}

/** Rows of one database that share a schema prefix. */
export interface PlannedGroup {
  /** Indices into the training rows. */
  rows: number[];
  /** Seed of the order of tables and columns; null keeps the schema's own order. */
  schemaSeed: number | null;
}

/** The rows of one optimizer step. */
export interface StepPlan {
  epoch: number;
  groups: PlannedGroup[];
  /** The cursor after this step. */
  next: SamplerCursor;
}

export interface SamplerOptions {
  rows: readonly { dbId: string | null }[];
  /** Rows of one optimizer step: per_device_train_batch_size x gradient_accumulation_steps. */
  rowsPerStep: number;
  /** Questions of one database that stand together, k. */
  questionsPerGroup: number;
  seed: number;
  /** Gives every group its own order of tables and columns, another one each epoch. */
  shuffleSchema: boolean;
}

export interface Sampler {
  /** Optimizer steps of one epoch; the last may hold fewer rows, as with HuggingFace's Trainer. */
  readonly stepsPerEpoch: number;
  /** The step that starts at `cursor`. A pure function of options and cursor. */
  stepAt(cursor: SamplerCursor): StepPlan;
}

/**
 * Every row once an epoch. The rows of each database are shuffled and cut into groups of `questionsPerGroup`, the
 * groups are shuffled over all databases, and steps are cut from that order. The order of an epoch follows from
 * (seed, epoch) alone.
 */
export function createSampler(options: SamplerOptions): Sampler {
  const { rows, rowsPerStep } = options;
  if (rows.length === 0) {
    throw new SqltuneError(
      "There is no row to train on: every row was dropped or the source is empty. See the dropped rows and their " +
        "reasons above; raise model.max_seq_length if they were too long.",
    );
  }
  let cached: { epoch: number; groups: PlannedGroup[] } | null = null;
  const epochGroups = (epoch: number): PlannedGroup[] => {
    cached = cached?.epoch === epoch ? cached : { epoch, groups: planEpoch(options, epoch) };
    return cached.groups;
  };

  return {
    stepsPerEpoch: Math.ceil(rows.length / rowsPerStep),
    stepAt(cursor) {
      const start = cursor.row >= rows.length ? { epoch: cursor.epoch + 1, row: 0 } : cursor;
      const end = Math.min(start.row + rowsPerStep, rows.length);
      return {
        epoch: start.epoch,
        groups: joinGroups(sliceGroups(epochGroups(start.epoch), start.row, end), rows),
        next: end === rows.length ? { epoch: start.epoch + 1, row: 0 } : { epoch: start.epoch, row: end },
      };
    },
  };
}

function planEpoch(options: SamplerOptions, epoch: number): PlannedGroup[] {
  const random = createRandom(deriveSeed(options.seed, epoch));
  const byDatabase = new Map<string, number[]>();
  const groups: number[][] = [];
  options.rows.forEach(({ dbId }, index) => {
    if (dbId === null) groups.push([index]);
    else if (byDatabase.get(dbId)?.push(index) === undefined) byDatabase.set(dbId, [index]);
  });
  for (const rows of byDatabase.values()) {
    shuffle(rows, random);
    for (let i = 0; i < rows.length; i += options.questionsPerGroup) {
      groups.push(rows.slice(i, i + options.questionsPerGroup));
    }
  }
  return shuffle(groups, random).map((rows, index) => ({
    rows,
    schemaSeed: options.shuffleSchema ? deriveSeed(options.seed, epoch, index) : null,
  }));
}

/** Rows [from, to) of the groups laid end to end; a group across the border is parted and keeps its schema's order. */
function sliceGroups(groups: readonly PlannedGroup[], from: number, to: number): PlannedGroup[] {
  const taken: PlannedGroup[] = [];
  let start = 0;
  for (const group of groups) {
    if (start >= to) break;
    const rows = group.rows.slice(Math.max(0, from - start), Math.max(0, to - start));
    if (rows.length > 0) taken.push({ rows, schemaSeed: group.schemaSeed });
    start += group.rows.length;
  }
  return taken;
}

/** Joins the groups that would repeat the same prefix: those of one database whose schema keeps its order. */
function joinGroups(groups: readonly PlannedGroup[], rows: SamplerOptions["rows"]): PlannedGroup[] {
  const joined = new Map<string | PlannedGroup, PlannedGroup>();
  for (const group of groups) {
    const dbId = rows[group.rows[0] as number]?.dbId ?? null;
    const key = dbId === null || group.schemaSeed !== null ? group : dbId;
    const earlier = joined.get(key);
    joined.set(key, earlier ? { ...group, rows: [...earlier.rows, ...group.rows] } : group);
  }
  return [...joined.values()];
}
