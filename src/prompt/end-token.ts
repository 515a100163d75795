import { SqltuneError } from "../errors.js";
import type { Tokenizer } from "../tokenizer/types.js";

/** The text of the token that ends the model's sequences. Throws SqltuneError where the tokenizer names none. */
export function endToken(tokenizer: Tokenizer): string {
  if (tokenizer.eosToken !== null && tokenizer.eosId !== null) return tokenizer.eosToken;
  const [id] = tokenizer.stopIds;
  if (id !== undefined) return tokenizer.decode([id]);
  throw new SqltuneError(
    "The tokenizer names no end token, so a model could not learn where an answer stops. " +
      'Expected "eos_token" in tokenizer_config.json or special_tokens_map.json, or "eos_token_id" in ' +
      "generation_config.json; add it to the model's folder.",
  );
}
