import type { Admission } from "./admission.js";
import type { Databases } from "./databases.js";
import { HttpError } from "./http-error.js";
import type { ServerMetrics } from "./metrics.js";
import type { ServedModel, ServerSettings } from "./settings.js";

/** What every route works with. */
export interface ServerContext {
  settings: ServerSettings;
  models: readonly ServedModel[];
  databases: Databases;
  admission: Admission;
  metrics: ServerMetrics;
  /** Unix time at which the server was made: OpenAI's `created` of its models. */
  created: number;
}

/** The model of a name; the first where none is named. @throws HttpError 404, and 503 without any model. */
export function modelNamed({ models }: ServerContext, name: string | undefined): ServedModel {
  const [first] = models;
  if (!first) throw new HttpError(503, "Model not loaded", { code: "model_not_loaded" });
  if (name === undefined) return first;
  const found = models.find((model) => model.name === name);
  if (found) return found;
  const known = models.map((model) => model.name).join(", ");
  throw new HttpError(404, `There is no model ${JSON.stringify(name)}. The models are: ${known}.`, {
    ...{ code: "model_not_found", param: "model" },
  });
}
