import { browser, h, type PageElement } from "./browser.js";

const SHOWN_MS = 1500;

/** Copies the text as it was written, without the line breaks that the page adds. */
export function copyButton(what: string, text: string): PageElement {
  const button = h(
    "button",
    { type: "button", class: "plain", "aria-label": `Copy ${what}`, click: () => copy() },
    "Copy",
  );
  const copy = (): void => {
    const { clipboard } = browser.navigator;
    const say = (word: string): void => {
      button.textContent = word;
      setTimeout(() => {
        button.textContent = "Copy";
      }, SHOWN_MS);
    };
    if (!clipboard) say("No clipboard here");
    else
      clipboard.writeText(text).then(
        () => say("Copied"),
        () => say("Not allowed"),
      );
  };
  return button;
}
