import type { Answer, StreamedToken } from "../infer/index.js";
import { answerTokens } from "./answer-tokens.js";
import type { ServedModel } from "./settings.js";

/** OpenAI's objects for one answer, whole or in chunks (https://platform.openai.com/docs/api-reference/chat). */
export class ChatCompletion {
  readonly id: string;
  private readonly created = Math.floor(Date.now() / 1000);

  constructor(
    requestId: string,
    private readonly model: ServedModel,
    private readonly withProbabilities: boolean,
  ) {
    this.id = `chatcmpl-${requestId}`;
  }

  whole(answer: Answer): object {
    return {
      ...this.head("chat.completion"),
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: answer.text, refusal: null },
          logprobs: this.withProbabilities ? { content: this.entries(answer), refusal: null } : null,
          finish_reason: answer.finishReason,
        },
      ],
      usage: usageOf(answer),
      sqltune: ownFields(answer),
    };
  }

  opening(): object {
    return this.chunk({ role: "assistant", content: "" }, null);
  }

  token(token: StreamedToken): object {
    const logprobs = this.withProbabilities ? { content: [entry(token)], refusal: null } : undefined;
    return this.chunk({ content: token.text }, null, { logprobs });
  }

  /** Text that stood in half a character when the last token came. */
  rest(text: string): object {
    return this.chunk({ content: text }, null);
  }

  closing(answer: Answer): object {
    return { ...this.chunk({}, answer.finishReason), sqltune: ownFields(answer) };
  }

  usage(answer: Answer): object {
    return { ...this.head("chat.completion.chunk"), choices: [], usage: usageOf(answer) };
  }

  private head(object: string): object {
    return { id: this.id, object, created: this.created, model: this.model.name, system_fingerprint: null };
  }

  private chunk(delta: object, finish_reason: string | null, more: object = {}): object {
    return { ...this.head("chat.completion.chunk"), choices: [{ index: 0, delta, finish_reason, ...more }] };
  }

  private entries(answer: Answer): object[] {
    return answerTokens(answer, this.model).map(entry);
  }
}

function entry({ text, probability }: Pick<StreamedToken, "text" | "probability">): object {
  return {
    token: text,
    logprob: Math.max(Math.log(probability), -9999),
    bytes: [...Buffer.from(text)],
    top_logprobs: [],
  };
}

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  /** Tokens of the prompt that were not computed again: a schema that the same key has asked about. */
  prompt_tokens_details: { cached_tokens: number };
}

export function usageOf({ promptTokens, cachedTokens, tokens }: Answer): Usage {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: tokens.length,
    total_tokens: promptTokens + tokens.length,
    prompt_tokens_details: { cached_tokens: cachedTokens },
  };
}

/** What OpenAI's objects have no place for: the SQL without fences and prose, and how sure the model was. */
function ownFields({ sql, confidence, calibratedConfidence, abstained }: Answer): object {
  return { sql, confidence, calibrated_confidence: calibratedConfidence, abstained };
}
