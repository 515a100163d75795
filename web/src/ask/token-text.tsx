import type { AnswerToken } from "../api/types.js";

export interface TokenTextProps {
  tokens: readonly AnswerToken[];
  /** A caret stands at the end. */
  writing?: boolean;
  legend?: boolean;
}

/** Below this a token is underlined too, so that colour alone does not tell it. */
const DOUBTFUL = 0.5;

/** What the model wrote, each token on a ground that tells its probability. */
export function TokenText({ tokens, writing, legend }: TokenTextProps) {
  return (
    <div class="token-text">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section class="tokens" tabIndex={0} aria-label="SQL, token by token">
        {tokens.map(({ text, probability }, at) => (
          <span
            key={at}
            class={probability < DOUBTFUL ? "doubtful" : undefined}
            style={{ "--doubt": String(Math.round((1 - probability) * 100) / 100) }}
            title={`${JSON.stringify(text)} ${(probability * 100).toFixed(1)} %`}
          >
            {text}
          </span>
        ))}
        {writing && <span class="caret" aria-hidden="true" />}
      </section>
      {(legend || writing) && <Legend />}
      {legend && <LeastSure tokens={tokens} />}
    </div>
  );
}

function Legend() {
  return (
    <p class="token-legend quiet small">
      <span>unsure</span>
      <span class="token-ramp" aria-hidden="true" />
      <span>sure</span>
      <span class="token-mark">underlined: under 50 %</span>
    </p>
  );
}

/** The places to look at first, as text. */
function LeastSure({ tokens }: { tokens: readonly AnswerToken[] }) {
  const least = tokens
    .filter(({ text, probability }) => text.trim() !== "" && probability < 0.9)
    .toSorted((a, b) => a.probability - b.probability)
    .slice(0, 5);
  if (least.length === 0) return <p class="small quiet">Every token was at least 90 % probable.</p>;
  return (
    <p class="small">
      <span class="quiet">Least sure: </span>
      {least.map(({ text, probability }, at) => (
        <span key={at} class="least">
          <code>{text.trim()}</code> {Math.round(probability * 100)} %
        </span>
      ))}
    </p>
  );
}
