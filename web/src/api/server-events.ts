/** One event of a stream. */
export interface ServerEvent {
  /** "message" where the server names none. */
  event: string;
  data: string;
}

/**
 * Reads `text/event-stream` from the answer of a fetch, which unlike EventSource can POST and send a key.
 * Format: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export async function* serverEvents(response: Response): AsyncGenerator<ServerEvent> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let event = "";
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + value).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop()!;
      for (const line of lines) {
        if (line !== "") {
          const [, field, text] = /^([^:]*):? ?(.*)$/s.exec(line)!;
          if (field === "event") event = text!;
          else if (field === "data") data.push(text!);
          continue;
        }
        if (data.length > 0) yield { event: event || "message", data: data.join("\n") };
        event = "";
        data = [];
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
