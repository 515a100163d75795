import { Environment, Interpreter, Template } from "@huggingface/jinja";
import { SqltuneError } from "../errors.js";

export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface RenderChatOptions {
  bosToken: string | null;
  eosToken: string | null;
  /** Ends with the header of the assistant's turn. Default false. */
  addGenerationPrompt?: boolean;
  /**
   * The date that templates print which ask for one (Llama 3.1 and later), as `date_string` and `strftime_now`. Default
   * 26 July 2024, the one that those templates fall back to: a prompt must not change from one day to the next between
   * training and serving.
   */
  date?: Date;
  /** Further variables of the template (`tools`, `enable_thinking`, ...). */
  variables?: Record<string, unknown>;
}

/** Jinja's own names (also as Python spells them), and raise_exception, which Transformers adds. */
const GLOBALS = {
  ...{ true: true, false: false, none: null, True: true, False: false, None: null },
  raise_exception: (message: string) => {
    throw new Error(message);
  },
  range: (start: number, stop?: number, step = 1): number[] => {
    const [first, last] = stop === undefined ? [0, start] : [start, stop];
    const length = Math.max(0, Math.ceil((last - first) / step));
    return Array.from({ length }, (_, i) => first + i * step);
  },
};

/**
 * The messages as a model's chat template writes them, with Jinja's trim_blocks and lstrip_blocks, as Transformers'
 * apply_chat_template does. Throws SqltuneError (code ERR_SQLTUNE_CHAT_TEMPLATE) where the template raises or is
 * malformed; the template's own words are the message of its `cause`.
 */
export function renderChat(template: string, messages: readonly ChatMessage[], options: RenderChatOptions): string {
  const date = options.date ?? new Date(2024, 6, 26);
  const names: Record<string, unknown> = {
    ...GLOBALS,
    strftime_now: (format: string) => strftime(date, format),
    messages: messages.map((message) => ({ ...message })),
    bos_token: options.bosToken ?? "",
    eos_token: options.eosToken ?? "",
    add_generation_prompt: options.addGenerationPrompt ?? false,
    date_string: strftime(date, "%d %b %Y"),
    ...options.variables,
  };
  try {
    // Template.render would bring its own strftime_now, bound to today.
    const { parsed } = new Template(template);
    const environment = new Environment();
    for (const [name, value] of Object.entries(names)) environment.set(name, value);
    return String(new Interpreter(environment).run(parsed).value);
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    const roles = messages.map((message) => message.role).join(", ");
    throw new SqltuneError(
      `The model's chat template does not take these messages (${roles}): ${words}\n` +
        "Give the model a chat_template that does, or set another prompt program.",
      { code: "ERR_SQLTUNE_CHAT_TEMPLATE", cause },
    );
  }
}

/** What a template writes after an assistant's last message; null where it cannot be rendered. */
export function assistantTurnTail(
  template: string,
  tokens: { bosToken: string | null; eosToken: string | null },
): string | null {
  const marker = "sqltune-assistant-message";
  const messages: ChatMessage[] = [
    { role: "user", content: "question" },
    { role: "assistant", content: marker },
  ];
  try {
    const rendered = renderChat(template, messages, tokens);
    const at = rendered.lastIndexOf(marker);
    return at === -1 ? null : rendered.slice(at + marker.length);
  } catch {
    return null;
  }
}

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** C's strftime in the C locale, local time; an unknown directive stands as written. */
function strftime(date: Date, format: string): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const parts: Record<string, string> = {
    a: DAYS[date.getDay()]!.slice(0, 3),
    A: DAYS[date.getDay()]!,
    b: MONTHS[date.getMonth()]!.slice(0, 3),
    B: MONTHS[date.getMonth()]!,
    d: two(date.getDate()),
    m: two(date.getMonth() + 1),
    y: two(date.getFullYear() % 100),
    Y: String(date.getFullYear()),
    H: two(date.getHours()),
    I: two(date.getHours() % 12 || 12),
    M: two(date.getMinutes()),
    S: two(date.getSeconds()),
    p: date.getHours() < 12 ? "AM" : "PM",
    "%": "%",
  };
  return format.replace(/%([a-zA-Z%])/g, (whole, directive: string) => parts[directive] ?? whole);
}
