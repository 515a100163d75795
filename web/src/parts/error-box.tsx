import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ApiError, messageOf } from "../api/api-error.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";

export interface ErrorBoxProps {
  /** "The databases could not be loaded" */
  title: string;
  error: unknown;
  /** Offers to try again; after a 429 not before the server's time has passed. */
  onRetry?: (() => void) | undefined;
  children?: ComponentChildren;
}

/** An error in the place where its result would have been. It is read aloud when it appears. */
export function ErrorBox({ title, error, onRetry, children }: ErrorBoxProps) {
  const wait = useCountdown(error);
  return (
    <div class="notice wrong" role="alert">
      <Icon name="alert" />
      <div class="notice-text">
        <p class="notice-title">{title}</p>
        <p>{messageOf(error)}</p>
        {children}
      </div>
      {onRetry && (
        <Button size="small" icon="redo" disabled={wait > 0} onClick={onRetry}>
          {wait > 0 ? `Try again in ${wait} s` : "Try again"}
        </Button>
      )}
    </div>
  );
}

/** Seconds that the server asked to wait, from the moment that the error is shown. */
function useCountdown(error: unknown): number {
  const seconds = error instanceof ApiError ? (error.details.retryAfter ?? 0) : 0;
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    setLeft(seconds);
    if (seconds <= 0) return;
    const until = Date.now() + seconds * 1000;
    const timer = setInterval(() => {
      const now = Math.max(0, Math.ceil((until - Date.now()) / 1000));
      setLeft(now);
      if (now === 0) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [error, seconds]);
  return left;
}
