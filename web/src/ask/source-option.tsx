import { useEffect, useRef } from "preact/hooks";
import { Button } from "../parts/button.js";
import { Icon, type IconName } from "../parts/icon.js";

export interface SourceOptionProps {
  title: string;
  about?: string;
  icon: IconName;
  chosen: boolean;
  onChoose: () => void;
  onDelete?: (() => void) | undefined;
}

/** One line of what can be asked about. */
export function SourceOption({ title, about, icon, chosen, onChoose, onDelete }: SourceOptionProps) {
  const line = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (chosen) bringIntoList(line.current!);
  }, [chosen]);
  return (
    <li ref={line} class={chosen ? "source-option chosen" : "source-option"}>
      <button type="button" aria-pressed={chosen} onClick={onChoose}>
        <Icon name={icon} />
        <span class="source-title">{title}</span>
        {about && <span class="quiet small">{about}</span>}
      </button>
      {onDelete && <Button kind="plain" size="small" icon="trash" aria-label={`Delete ${title}`} onClick={onDelete} />}
    </li>
  );
}

/** Scrolls the list, and not the page. */
function bringIntoList(line: HTMLElement): void {
  const list = line.parentElement!;
  const [box, frame] = [line.getBoundingClientRect(), list.getBoundingClientRect()];
  if (box.left < frame.left || box.right > frame.right) list.scrollLeft += box.left - frame.left - 16;
  if (box.top < frame.top || box.bottom > frame.bottom) list.scrollTop += box.top - frame.top - 16;
}
