import { SqltuneError } from "../errors.js";
import { loadModel, Model } from "../model/index.js";
import { answerSettings } from "./answer-settings.js";
import { Engine } from "./engine.js";
import type { EngineOptions } from "./engine-types.js";
import { promptFor } from "./prompt-for.js";

/**
 * Makes an engine that answers questions with a model. A model given by name is loaded here and disposed with the
 * engine; a loaded one stays the caller's.
 * @throws SqltuneError for options that make no sense, and what loadModel throws
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { model: given, load, prompt, batchSize = 64, prefixCacheBytes, pool = null, ...rest } = options;
  const { constrain, select, repair, abstainBelow, promptLimit, check, ...sampling } = rest;
  if (!(Number.isInteger(batchSize) && batchSize >= 1))
    throw new SqltuneError(`batchSize is ${batchSize}; expected a whole number of at least 1.`);
  const answering = { constrain, select, repair, abstainBelow, promptLimit, check, sampling };
  answerSettings(answering);
  const model = given instanceof Model ? given : await loadModel(given, load);
  try {
    const enginePrompt = promptFor(model.tokenizer, model.adapter?.sqltune ?? null, prompt);
    if (prefixCacheBytes !== undefined) model.native.setPrefixCacheLimit(prefixCacheBytes);
    return new Engine({ model, ownsModel: model !== given, prompt: enginePrompt, answering, batchSize, pool });
  } catch (error) {
    if (model !== given) model.dispose();
    throw error;
  }
}
