import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Button } from "./button.js";

export interface DialogProps {
  title: string;
  onClose: () => void;
  /** Buttons at the end. */
  actions?: ComponentChildren;
  wide?: boolean;
  children: ComponentChildren;
}

/** A modal dialog; it is open as long as it is drawn. The browser keeps the focus in it and gives it back. */
export function Dialog({ title, onClose, actions, wide, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current!;
    const focused = document.activeElement;
    element.showModal();
    // The first field, where there is one: the close button stands before it.
    element.querySelector<HTMLElement>("[data-first], input, textarea, select")?.focus();
    return () => {
      element.close();
      if (focused instanceof HTMLElement && focused.isConnected) focused.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? "dialog wide" : "dialog"}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      // Not on click: a selection that is drawn out of a field ends beside the dialog too.
      onMouseDown={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div class="dialog-body">
        <header>
          <h2 id={id}>{title}</h2>
          <Button kind="plain" icon="close" aria-label="Close" onClick={onClose} />
        </header>
        {children}
        {actions && <footer>{actions}</footer>}
      </div>
    </dialog>
  );
}
