import { useId, useState } from "preact/hooks";
import type { SqlAnswer } from "../api/types.js";
import type { Tone } from "../parts/badge.js";

/** Green from 80 %, amber from 50 %, red below. */
export function toneOf(confidence: number): Tone {
  return confidence >= 0.8 ? "right" : confidence >= 0.5 ? "unsure" : "wrong";
}

const WORDS: Partial<Record<Tone, string>> = { right: "confident", unsure: "unsure", wrong: "doubtful" };

/** Rounded down: 0.999 is no certainty, and what reads 80 % is green. */
export function percent(share: number): string {
  return `${Math.floor(share * 100 + 1e-9)} %`;
}

/** How sure the model is; what the number means opens below it. */
export function ConfidenceBadge({ answer }: { answer: SqlAnswer }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const { confidence, calibrated_confidence: calibrated } = answer;
  const shown = calibrated ?? confidence;
  const tone = toneOf(shown);
  return (
    <div class="confidence">
      <button
        type="button"
        class={`badge ${tone}`}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => {
          if (event.key === "Escape" && open) {
            event.stopPropagation();
            setOpen(false);
          }
        }}
      >
        <span class="confidence-number">{percent(shown)}</span> {WORDS[tone]}
      </button>
      <div id={id} class="confidence-text" hidden={!open}>
        {calibrated == null ? (
          <p>
            From the model's own probabilities: four fifths their geometric mean, one fifth the least of them. It is no
            share of right answers: this adapter has no calibration.
          </p>
        ) : (
          <p>
            Of answers with this number about {percent(calibrated)} were right on databases kept from training. The
            model's own number is {percent(confidence)}.
          </p>
        )}
        <p class="quiet">Green from 80 %, amber from 50 %, red below.</p>
      </div>
    </div>
  );
}
