import type { SqlAnswer } from "../api/types.js";

/** Where the time went, what the SQL uses, how much was read and written. */
export function AnswerFacts({ answer }: { answer: SqlAnswer }) {
  const { timings, usage, cached_tokens: cached = 0 } = answer;
  const parts = [
    ["Waited", timings.queue_ms],
    ["Read the prompt", timings.encode_ms],
    ["Wrote the SQL", timings.generate_ms],
    ["Ran it", timings.execute_ms],
  ].filter((part): part is [string, number] => typeof part[1] === "number");
  const longest = Math.max(...parts.map(([, ms]) => ms), 1e-9);
  const speed = timings.generate_ms > 0 ? (usage.completion_tokens / timings.generate_ms) * 1000 : null;
  return (
    <div class="facts">
      <dl class="time-bars">
        {parts.map(([label, ms]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <span class="time-bar" aria-hidden="true" style={{ "--share": String(ms / longest) }} />
              <span class="time-ms">{milliseconds(ms)}</span>
            </dd>
          </div>
        ))}
        <div class="time-total">
          <dt>In all</dt>
          <dd>
            <span />
            <span class="time-ms">{milliseconds(timings.total_ms)}</span>
          </dd>
        </div>
      </dl>
      <dl class="fact-list">
        <Fact label="Model">{answer.model}</Fact>
        <Fact label="Tables">{answer.tables.join(", ") || "none"}</Fact>
        <Fact label="Columns">
          {answer.columns.map(({ table, column }) => `${table}.${column}`).join(", ") || "none"}
        </Fact>
        <Fact label="Prompt">
          {`${usage.prompt_tokens} tokens${cached > 0 ? `, ${cached} of them kept from before` : ""}`}
        </Fact>
        <Fact label="Answer">
          {`${usage.completion_tokens} tokens${speed === null ? "" : `, ${speed.toFixed(speed < 10 ? 1 : 0)} a second`}`}
        </Fact>
      </dl>
    </div>
  );
}

function Fact({ label, children }: { label: string; children: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function milliseconds(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(0)} s`;
  if (ms >= 1_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms >= 10 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(1)} ms`;
}
