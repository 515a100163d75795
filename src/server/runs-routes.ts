import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { SqltuneError } from "../errors.js";
import { readRunEvents, type StopResult, stopRun } from "../runs/index.js";
import { documented, readBody } from "./body.js";
import { HttpError } from "./http-error.js";
import { describeRun, describeRunDetails, RunsFolder } from "./runs-folder.js";
import { readPredictions } from "./runs-predictions.js";
import { RunStarter, startRequest } from "./runs-start.js";
import { RunStreams } from "./runs-stream.js";
import type { ServerContext } from "./server-context.js";
import type { WebOptions } from "./web-views.js";

interface Named {
  Params: { id: string };
}

/** Of {@link WebOptions}; `dataFolder` is where a config that a client sends may read too. */
export type RunsOptions = Pick<WebOptions, "runs" | "allowTraining" | "configs"> & { dataFolder?: string };

const tags = ["runs"];
const position = z.object({ after: z.coerce.number().int().min(0).default(0) });
const afterQuery = { type: "object", properties: { after: { type: "integer", minimum: 0, default: 0 } } };

/** Training runs: how they stand, what they say, and, where that is allowed, starting and stopping them. */
export function runsRoutes(app: FastifyInstance, { settings }: ServerContext, options: RunsOptions): void {
  const runs = options.runs === undefined ? null : new RunsFolder(options.runs);
  const known = (): RunsFolder => {
    if (runs) return runs;
    throw new HttpError(403, "This server shows no runs: start it with --runs FOLDER.", { code: "runs_off" });
  };
  const training = options.allowTraining === true;
  const allowed = (): RunsFolder => {
    const folder = known();
    if (training) return folder;
    const why = "This server starts and stops no runs: start it with --allow-training.";
    throw new HttpError(403, why, { code: "training_off" });
  };

  const list = { summary: "Training runs, and whether they can be started here", tags };
  app.get("/v1/runs", { schema: list }, async () => ({ runs: (await known().list()).map(describeRun), training }));

  const one = { summary: "A run: its standing, its resolved config, its files", tags };
  app.get<Named>("/v1/runs/:id", { schema: one }, async ({ params }) =>
    describeRunDetails(await known().read(params.id)),
  );

  const events = { summary: "A run's events from a position on", tags, querystring: afterQuery };
  app.get<Named>("/v1/runs/:id/events", { schema: events }, async ({ params, query }) =>
    readRunEvents(await known().folderOf(params.id), readBody(position, query)),
  );

  const streams = runs && new RunStreams(runs, settings.drainMs);
  if (streams) app.addHook("preClose", async () => streams.close());
  const stream = {
    summary: "A run's events as they come (server-sent events)",
    description: "run: a line of metrics.jsonl. status: how it stands. restart: events begin anew. end: no more come.",
    ...{ tags, querystring: afterQuery },
  };
  app.get<Named>("/v1/runs/:id/stream", { schema: stream }, async ({ params, query }, reply) => {
    known();
    await streams!.serve(params.id, readBody(position, query).after, reply);
    return reply;
  });

  const predictions = { summary: "The same questions at each evaluation, and what the model answered", tags };
  app.get<Named>("/v1/runs/:id/predictions", { schema: predictions }, async ({ params }) =>
    readPredictions(await known().read(params.id)),
  );

  const starter = runs && new RunStarter(runs, options);
  const configs = { summary: "Configs that a run can be started from", tags };
  app.get("/v1/configs", { schema: configs }, async () => {
    allowed();
    return { configs: await starter!.configs() };
  });
  const start = { summary: "Start a run", tags, body: documented(startRequest) };
  app.post("/v1/runs", { schema: start }, async (request, reply) => {
    allowed();
    return reply.code(202).send(await starter!.start(readBody(startRequest, request.body)));
  });
  for (const [how, summary] of [
    ["stop", "Stop a run after a checkpoint"],
    ["cancel", "End a run at once, without a checkpoint"],
  ] as const) {
    app.post<Named>(`/v1/runs/:id/${how}`, { schema: { summary, tags } }, async ({ params }, reply) => {
      const folder = await allowed().folderOf(params.id);
      // A killed process is gone at once; one that saves a checkpoint takes its time, and the page watches it.
      const { run, asked } = await control(folder, how);
      return reply.code(202).send({ ...describeRun({ ...run, id: params.id }), asked });
    });
  }
}

/** @throws HttpError 409 for a run that cannot be reached from here */
async function control(folder: string, how: "stop" | "cancel"): Promise<StopResult> {
  try {
    return await stopRun(folder, how, { timeoutMs: how === "cancel" ? 5000 : 0 });
  } catch (error) {
    if (!(error instanceof SqltuneError)) throw error;
    throw new HttpError(409, error.message.replaceAll(folder, "this folder"), { code: "not_stopped" });
  }
}
