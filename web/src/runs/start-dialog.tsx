import { useEffect, useState } from "preact/hooks";
import { messageOf } from "../api/api-error.js";
import { Button } from "../parts/button.js";
import { Dialog } from "../parts/dialog.js";
import { ErrorBox } from "../parts/error-box.js";
import { Icon } from "../parts/icon.js";
import { hrefOf, navigate } from "../router.js";
import { fetchConfigs, startRun } from "./runs-api.js";
import { usePolled } from "./use-polled.js";

const OWN = "";

/** Starts a run from a config of the server's, changed or as it is, or from one that is pasted. */
export function StartDialog({ onClose }: { onClose: () => void }) {
  const { value, error } = usePolled(fetchConfigs, null);
  const [config, setConfig] = useState<string | null>(null);
  const [text, setText] = useState("");
  const [settings, setSettings] = useState("");
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const configs = value?.configs ?? [];
  const original = configs.find((it) => it.name === config)?.text ?? "";
  useEffect(() => {
    if (!value || config !== null) return;
    choose((value.configs.find((it) => /quickstart/.test(it.name)) ?? value.configs[0])?.name ?? OWN);
  }, [value]);
  const choose = (next: string) => {
    setConfig(next);
    setText(configs.find((it) => it.name === next)?.text ?? "");
    setFailure(null);
  };
  const start = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    const set = settings.split("\n").flatMap((line) => line.trim() || []);
    // What was not touched stays the server's own file, which may name paths of its own.
    const what = config !== OWN && text === original ? { config: config! } : { yaml: text };
    try {
      const { id } = await startRun({ ...what, set, ...(name.trim() ? { name: name.trim() } : {}) });
      navigate(hrefOf("runs", id));
    } catch (problem) {
      setFailure(problem);
      setBusy(false);
    }
  };
  return (
    <Dialog title="Start a run" wide onClose={onClose}>
      <form class="form start-form" onSubmit={start}>
        {error != null && <ErrorBox title="The configs could not be loaded" error={error} />}
        <label class="field">
          <span class="field-label">Config</span>
          <select value={config ?? OWN} onChange={(event) => choose(event.currentTarget.value)}>
            {configs.map((it) => (
              <option key={it.name} value={it.name}>
                {it.name}
              </option>
            ))}
            <option value={OWN}>Paste YAML</option>
          </select>
        </label>
        <label class="field">
          <span class="field-label">
            {config === OWN
              ? "YAML"
              : text === original
                ? "YAML (edit to change it for this run)"
                : "YAML, changed for this run"}
          </span>
          <textarea
            class="mono start-yaml"
            spellcheck={false}
            required
            value={text}
            placeholder={"project:\n  name: mine\n…"}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <div class="start-row">
          <label class="field">
            <span class="field-label">Overrides, one a line</span>
            <textarea
              class="mono start-set"
              spellcheck={false}
              value={settings}
              placeholder={"training.num_epochs=1\nlora.r=8"}
              onInput={(event) => setSettings(event.currentTarget.value)}
            />
          </label>
          <label class="field">
            <span class="field-label">Name of the run (optional)</span>
            <input
              value={name}
              pattern="[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}"
              title="Letters, digits, _, - and ."
              placeholder="made of project and time"
              onInput={(event) => setName(event.currentTarget.value)}
            />
          </label>
        </div>
        {failure != null && (
          <div class="notice wrong" role="alert">
            <Icon name="alert" />
            <div class="notice-text">
              <p class="notice-title">It was not started</p>
              <p class="preserve">{messageOf(failure)}</p>
            </div>
          </div>
        )}
        <div class="form-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="main" icon="play" type="submit" disabled={busy || text.trim() === ""}>
            {busy ? "Starting…" : "Start"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
