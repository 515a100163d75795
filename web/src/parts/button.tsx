import type { ButtonHTMLAttributes, ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon.js";

export interface ButtonProps extends ButtonHTMLAttributes {
  /** "main" once a view; "plain" has no frame; default a framed one. */
  kind?: "main" | "plain" | "danger";
  size?: "small";
  icon?: IconName;
  children?: ComponentChildren;
}

/** A button of the page. Without children it needs `aria-label`. */
export function Button({ kind, size, icon, children, class: name, type = "button", ...rest }: ButtonProps) {
  const classes = ["button", kind, size, children == null ? "bare" : "", name].filter(Boolean).join(" ");
  return (
    <button type={type} class={classes} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}
