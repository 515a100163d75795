import { useStore } from "../state/store.js";
import { type AskOptions, askOptions } from "./ask-options.js";
import { subjectState } from "./subject.js";

const CONSTRAIN = [
  ["", "As the server does"],
  ["off", "Anything"],
  ["lex", "SQL"],
  ["schema", "SQL on this schema"],
] as const;
const SELECT = [
  ["", "As the server does"],
  ["first-executable", "First of 5 that runs"],
  ["vote", "Most votes of 5"],
  ["logprob", "Likeliest of 5"],
] as const;
const REPAIR = [
  ["0", "Never"],
  ["1", "Once, with the error"],
  ["2", "Twice, with the error"],
] as const;

/** How answers are made, for those who want another way. */
export function AskOptionsForm() {
  const options = useStore(askOptions);
  const subject = useStore(subjectState);
  const canRun = subject.phase !== "none" && "database" in subject.ref;
  const change = (part: Partial<AskOptions>) => askOptions.set({ ...options, ...part });
  return (
    <fieldset id="ask-options" class="ask-options">
      <legend class="unseen">How answers are made</legend>
      <Choice
        label="The model may write"
        options={CONSTRAIN}
        value={options.constrain ?? ""}
        onChoose={(value) => change({ constrain: (value || null) as AskOptions["constrain"] })}
      />
      <Choice
        label="Answer with"
        options={canRun ? SELECT : SELECT.filter(([value]) => value === "" || value === "logprob")}
        value={canRun || options.select === "logprob" ? (options.select ?? "") : ""}
        onChoose={(value) => change({ select: (value || null) as AskOptions["select"] })}
      />
      {canRun && (
        <Choice
          label="Ask again if it fails"
          options={REPAIR}
          value={String(options.repair)}
          onChoose={(value) => change({ repair: Number(value) })}
        />
      )}
    </fieldset>
  );
}

interface ChoiceProps {
  label: string;
  options: readonly (readonly [value: string, text: string])[];
  value: string;
  onChoose: (value: string) => void;
}

function Choice({ label, options, value, onChoose }: ChoiceProps) {
  return (
    <label class="field">
      <span class="field-label">{label}</span>
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {options.map(([it, text]) => (
          <option key={it} value={it}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
