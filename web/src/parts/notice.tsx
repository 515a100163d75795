import type { ComponentChildren } from "preact";
import type { Tone } from "./badge.js";
import { Icon, type IconName } from "./icon.js";

/** A remark beside a result: not an error of the page, but something to know. */
export function Notice({
  tone,
  icon = "alert",
  children,
}: {
  tone: Tone;
  icon?: IconName;
  children: ComponentChildren;
}) {
  return (
    <div class={`notice ${tone}`}>
      <Icon name={icon} />
      <div class="notice-text">{children}</div>
    </div>
  );
}
