/*
 * The part of MLflow's REST API that a run needs: https://mlflow.org/docs/latest/api_reference/rest-api.html
 */

export interface MlflowRun {
  runId: string;
  /** Where its artifacts go. */
  artifactUri: string;
}

export interface MlflowMetric {
  key: string;
  value: number;
  /** ms since 1970. */
  timestamp: number;
  step: number;
}

export interface KeyValue {
  key: string;
  value: string;
}

export interface MlflowClient {
  /** Id of the experiment; it is made where there is none of the name. */
  experiment(name: string): Promise<string>;
  createRun(run: { experimentId: string; name: string; startTime: number; tags: KeyValue[] }): Promise<MlflowRun>;
  getRun(runId: string): Promise<MlflowRun>;
  /** At most 1000 metrics, 100 params and 100 tags. */
  logBatch(runId: string, batch: { metrics?: MlflowMetric[]; params?: KeyValue[]; tags?: KeyValue[] }): Promise<void>;
  updateRun(
    runId: string,
    change: { status: "RUNNING" | "FINISHED" | "FAILED" | "KILLED"; end_time?: number },
  ): Promise<void>;
  /** Only for artifacts that the server keeps itself: `mlflow-artifacts:/…`. */
  putArtifact(artifactUri: string, path: string, text: string): Promise<void>;
}

const TIMEOUT_MS = 10_000;

/**
 * @param uri e.g. http://127.0.0.1:5000
 * @param env MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD
 */
export function createMlflowClient(uri: string, env: NodeJS.ProcessEnv, signal: AbortSignal): MlflowClient {
  const base = uri.replace(/\/+$/, "");
  const headers = authorization(env);

  const request = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const text = typeof body === "string";
    const response = await fetch(`${base}/api/2.0/${path}`, {
      method,
      headers: { ...headers, ...(body === undefined || text ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: text ? (body as string) : JSON.stringify(body) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    }).catch((error: unknown) => {
      throw new Error(`${base} cannot be reached`, { cause: (error as Error).cause ?? error });
    });
    if (!response.ok) throw await explain(base, response);
    return response;
  };
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> =>
    (await (await request(method, `mlflow/${path}`, body)).json()) as T;

  const getByName = async (name: string) => {
    const path = `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`;
    return (await call<{ experiment: { experiment_id: string } }>("GET", path)).experiment.experiment_id;
  };

  return {
    experiment: async (name) => {
      try {
        return await getByName(name);
      } catch (error) {
        if ((error as MlflowError).code !== "RESOURCE_DOES_NOT_EXIST") throw error;
      }
      try {
        return (await call<{ experiment_id: string }>("POST", "experiments/create", { name })).experiment_id;
      } catch (error) {
        // Another run of the same project was quicker.
        if ((error as MlflowError).code !== "RESOURCE_ALREADY_EXISTS") throw error;
        return await getByName(name);
      }
    },
    createRun: async ({ experimentId, name, startTime, tags }) => {
      const body = { experiment_id: experimentId, run_name: name, start_time: startTime, tags };
      return runOf(await call("POST", "runs/create", body));
    },
    getRun: async (runId) => runOf(await call("GET", `runs/get?run_id=${encodeURIComponent(runId)}`)),
    logBatch: async (runId, batch) => void (await call("POST", "runs/log-batch", { run_id: runId, ...batch })),
    updateRun: async (runId, change) => void (await call("POST", "runs/update", { run_id: runId, ...change })),
    putArtifact: async (artifactUri, path, text) => {
      const root = /^mlflow-artifacts:\/+(?:[^/]+:\d+\/)?(.*)$/.exec(artifactUri)?.[1];
      if (root !== undefined) await request("PUT", `mlflow-artifacts/artifacts/${root}/${path}`, text);
    },
  };
}

class MlflowError extends Error {
  constructor(
    message: string,
    /** MLflow's own name of what is wrong, e.g. RESOURCE_DOES_NOT_EXIST. */
    readonly code: string | undefined,
  ) {
    super(message);
  }
}

async function explain(base: string, response: Response): Promise<MlflowError> {
  const text = await response.text().catch(() => "");
  const { error_code: code, message } = parse(text);
  const hint =
    response.status === 401 || response.status === 403 ? " (see MLFLOW_TRACKING_TOKEN, _USERNAME, _PASSWORD)" : "";
  return new MlflowError(`${base} answers ${response.status}${hint}: ${message ?? text.slice(0, 200)}`, code);
}

function parse(text: string): { error_code?: string; message?: string } {
  try {
    return (JSON.parse(text) ?? {}) as { error_code?: string; message?: string };
  } catch {
    return {};
  }
}

function runOf({ run }: { run: { info: { run_id: string; artifact_uri: string } } }): MlflowRun {
  return { runId: run.info.run_id, artifactUri: run.info.artifact_uri };
}

function authorization(env: NodeJS.ProcessEnv): Record<string, string> {
  const { MLFLOW_TRACKING_TOKEN: token, MLFLOW_TRACKING_USERNAME: user, MLFLOW_TRACKING_PASSWORD: password } = env;
  if (user && password) {
    return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
  }
  return token ? { authorization: `Bearer ${token}` } : {};
}
