import { requestJson } from "../api/client.js";
import type { ModelList } from "../api/types.js";
import { createStore } from "../state/store.js";

/** Names of the models that the server has; the first answers where none is named. */
export const models = createStore<readonly string[]>([]);

export async function loadModels(): Promise<void> {
  try {
    const { data } = await requestJson<ModelList>("v1/models");
    models.set(data.map(({ id }) => id));
  } catch {
    // The list of databases, asked for at the same time, tells what is wrong.
  }
}
