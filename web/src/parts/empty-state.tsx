import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon.js";

/** What stands where nothing is yet: what would be here, and how it gets here. */
export function EmptyState({ icon, title, children }: { icon: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <p class="empty-title">{title}</p>
      {children && <div class="empty-text">{children}</div>}
    </div>
  );
}
