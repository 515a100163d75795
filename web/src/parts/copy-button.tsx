import { useEffect, useState } from "preact/hooks";
import { Button, type ButtonProps } from "./button.js";

/** Copies a text and says so; where the browser refuses the clipboard, selects it in a field to copy by hand. */
export function CopyButton({ text, label, ...rest }: { text: () => string; label: string } & ButtonProps) {
  const [state, setState] = useState<"idle" | "done" | "failed">("idle");
  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), 2_000);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setState("done");
    } catch {
      setState(copyByHand(text()) ? "done" : "failed");
    }
  };
  const said = state === "done" ? "Copied" : state === "failed" ? "Not copied" : label;
  return (
    <Button icon={state === "done" ? "check" : "copy"} onClick={copy} {...rest}>
      <span aria-live="polite">{said}</span>
    </Button>
  );
}

/** Pages that are not served over HTTPS or from localhost have no navigator.clipboard. */
function copyByHand(text: string): boolean {
  const field = document.createElement("textarea");
  const focused = document.activeElement;
  field.value = text;
  field.className = "unseen";
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}
