import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll } from "vitest";
import type { Dataset } from "../../src/data/types.js";
import { createEngine, type Engine } from "../../src/infer/index.js";
import { loadModel, type Model } from "../../src/model/index.js";
import { createServer } from "../../src/server/create-server.js";
import type { ServerOptions } from "../../src/server/settings.js";
import { train } from "../../src/train/index.js";
import { tinyConfig, tinyDataset, writeTrainableModel } from "../native/train-fixture.js";

export const FLOAT32 = { device: "cpu", dtype: "float32", computeDtype: "float32", threads: 1 } as const;
export const SINGER = "CREATE TABLE singer (name TEXT, age INTEGER);";
/** What the fixture's tuned model answers to every question. */
export const LEARNT = "VALUES(1)";

export interface Fixture {
  folder: string;
  /** A SQLite file with two singers. */
  singers: string;
  /** Random weights: its answers are different for different questions, and no SQL. */
  random: Model;
  engine: Engine;
  /** Whether this processor has the kernels that keep prefixes. */
  keepsPrefixes: () => boolean;
  server: (options?: Partial<ServerOptions>) => ReturnType<typeof createServer>;
}

export interface FixtureOptions {
  /** Of the random model; default 2. More make answers take longer. */
  layers?: number;
  /** Every answer goes on to its limit. */
  endless?: boolean;
}

/** A random model behind a server; servers that a test makes are closed after it. */
export function useServer({ layers = 2, endless = false }: FixtureOptions = {}): Fixture {
  const fixture = {} as Fixture;
  const open: Awaited<ReturnType<typeof createServer>>[] = [];
  beforeAll(async () => {
    fixture.folder = mkdtempSync(join(tmpdir(), "sqltune-server-"));
    process.env.SQLTUNE_CACHE = join(fixture.folder, "cache");
    fixture.singers = join(fixture.folder, "singers.sqlite");
    const database = new Database(fixture.singers);
    database.exec(`${SINGER} INSERT INTO singer VALUES ('Ann', 30), ('Bo', 9007199254740993)`);
    database.close();
    // Heads of 16: the smallest that the kernels take which keep prefixes.
    writeTrainableModel(join(fixture.folder, "tiny"), { config: { headDim: 16, numLayers: layers } });
    fixture.random = await loadModel(join(fixture.folder, "tiny"), FLOAT32);
    if (endless) Object.defineProperty(fixture.random.tokenizer, "stopIds", { value: [] });
    fixture.engine = await createEngine({ model: fixture.random, maxNewTokens: 12 });
  });
  afterAll(async () => {
    for (const server of open) await server.close();
    fixture.random?.dispose();
    rmSync(fixture.folder, { recursive: true });
  });
  fixture.keepsPrefixes = () => fixture.random.native.prefixCache().limitBytes > 0;
  fixture.server = async (options = {}) => {
    const models = [{ name: "tiny", engine: fixture.engine }];
    const server = await createServer({ models, maxTokens: 12, rateLimit: 0, ...options });
    open.push(server);
    return server;
  };
  return fixture;
}

/** An adapter for the fixture's model that has learnt one answer by heart, and its folder. */
export async function trainOneAnswer(fixture: Fixture): Promise<string> {
  const oneAnswer = (dataset: Dataset) => {
    dataset.train = dataset.train.map((row) => ({ ...row, sql: LEARNT }));
    dataset.validation = [];
  };
  const output = join(fixture.folder, "learnt");
  const config = tinyConfig(join(fixture.folder, "tiny"), output, {
    // Without the head the frozen output of a random model bounds how sure it can become.
    lora: {
      r: 16,
      lora_alpha: 64,
      lora_dropout: 0,
      target_modules: ["v_proj", "o_proj", "up_proj", "down_proj", "lm_head"],
    },
    training: { max_steps: 60, learning_rate: 1e-2, save_steps: 1000, eval_steps: 1000, logging_steps: 25 },
  });
  await train(config, {
    pipeline: { prepare: async () => tinyDataset(oneAnswer) },
    onEvent: process.env.SQLTUNE_DEBUG ? (event) => process.stderr.write(`${JSON.stringify(event)}\n`) : undefined,
  });
  return join(output, "final_model");
}
