import type { ComponentChildren } from "preact";

export type Tone = "right" | "unsure" | "wrong" | "accent" | "quiet";

/** A word or number with a colour; the text alone must tell what the colour tells. */
export function Badge({
  tone = "quiet",
  title,
  children,
}: {
  tone?: Tone;
  title?: string;
  children: ComponentChildren;
}) {
  return (
    <span class={`badge ${tone}`} title={title}>
      {children}
    </span>
  );
}
