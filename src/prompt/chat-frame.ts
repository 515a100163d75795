import { SqltuneError } from "../errors.js";
import { type ChatMessage, renderChat } from "../tokenizer/chat-template.js";
import type { Tokenizer } from "../tokenizer/types.js";
import { endToken } from "./end-token.js";

/** What stands around the user's message and the answer, in a conversation of one question. */
export interface ChatFrame {
  beforeUser: string;
  afterUser: string;
  /** Written by the template before the assistant's words ("" mostly; a space in Llama 2). */
  beforeAnswer: string;
  /** Up to and with the end token. */
  afterAnswer: string;
  bos: boolean;
  notes: string[];
}

const USER = "sqltune-user-message";
const ANSWER = "sqltune-assistant-message";

/**
 * The frame of a chat template: it is rendered once with markers for what varies and parted there, so that no question,
 * schema or query is ever searched for anything. Where the template takes no system message, or drops it, the system
 * text opens the user's message. Throws SqltuneError where the template does not show the user's message exactly once.
 */
export function chatFrame(options: { template: string; system: string | null; tokenizer: Tokenizer }): ChatFrame {
  const { template, tokenizer } = options;
  const system = options.system?.trim() || null;
  const render = (messages: ChatMessage[], addGenerationPrompt: boolean) =>
    renderChat(template, messages, {
      bosToken: tokenizer.bosToken,
      eosToken: tokenizer.eosToken,
      addGenerationPrompt,
      // Qwen 3: answers come without a block of thoughts before them.
      variables: { enable_thinking: false },
    });
  const notes: string[] = [];
  let messages: ChatMessage[] = [{ role: "user", content: USER }];
  if (system !== null) {
    if (showsSystem(render, system)) messages = [{ role: "system", content: system }, ...messages];
    else {
      messages = [{ role: "user", content: `${system}\n${USER}` }];
      notes.push("The model's chat template takes no system message; the instruction opens the user's message.");
    }
  }
  const open = render(messages, true);
  const [beforeUser, afterUser, ...more] = open.split(USER);
  if (beforeUser === undefined || afterUser === undefined || more.length > 0) {
    throw new SqltuneError(
      `The model's chat template shows the user's message ${open.split(USER).length - 1} times. Expected once. ` +
        'Give the model another chat_template, or set the prompt program "inst".',
      { code: "ERR_SQLTUNE_CHAT_TEMPLATE" },
    );
  }
  return { beforeUser, afterUser, ...answerFrame(), bos: false, notes };

  function answerFrame(): { beforeAnswer: string; afterAnswer: string } {
    const closed = render([...messages, { role: "assistant", content: ANSWER }], false);
    const at = closed.lastIndexOf(ANSWER);
    if (at === -1) return { beforeAnswer: "", afterAnswer: endToken(tokenizer) };
    // A template may write a finished turn otherwise than the one that it opens: the open one is what serving sees.
    const beforeAnswer = closed.startsWith(open) && at >= open.length ? closed.slice(open.length, at) : "";
    const tail = closed.slice(at + ANSWER.length);
    const ends = tokenizer.stopIds
      .map((id) => tokenizer.decode([id]))
      .filter((text) => text !== "" && tail.includes(text))
      .map((text) => tail.indexOf(text) + text.length);
    return { beforeAnswer, afterAnswer: ends.length > 0 ? tail.slice(0, Math.min(...ends)) : endToken(tokenizer) };
  }
}

function showsSystem(render: (messages: ChatMessage[], addGenerationPrompt: boolean) => string, system: string) {
  try {
    return render(
      [
        { role: "system", content: system },
        { role: "user", content: USER },
      ],
      true,
    ).includes(system);
  } catch {
    return false;
  }
}

/**
 * The frame for a model without chat template (a base model):
 * `{system}\n{schema}\nQuestion: {question}\nSQL: {sql}{eos}`.
 */
export function plainFrame(system: string | null, tokenizer: Tokenizer): ChatFrame {
  const instruction = system?.trim() || null;
  return {
    beforeUser: instruction === null ? "" : `${instruction}\n`,
    afterUser: "\nSQL:",
    beforeAnswer: " ",
    afterAnswer: endToken(tokenizer),
    bos: tokenizer.addsBos,
    notes: ['The model has no chat template; its prompt is plain text: schema, "Question:", "SQL:".'],
  };
}
