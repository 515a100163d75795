import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Layout, PlacedCard } from "./layout.js";

/** Where the drawing lies in its window: moved by x and y pixels, enlarged by k. */
export interface Viewport {
  x: number;
  y: number;
  k: number;
}

const SMALLEST = 0.08;
const LARGEST = 2;
const MARGIN = 20;

export interface ViewportControls {
  viewport: Viewport;
  /** Width over height of the window; null before it is known. */
  aspect: number | null;
  zoom: (factor: number) => void;
  fit: () => void;
  move: (dx: number, dy: number) => void;
  show: (card: PlacedCard) => void;
}

/** Moving and zooming by pointer, fingers, wheel (with Ctrl it zooms) and keys; it begins with everything in sight. */
export function useViewport(frame: { current: HTMLElement | null }, layout: Layout | null): ViewportControls {
  const [viewport, setViewport] = useState<Viewport>({ x: 0, y: 0, k: 1 });
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  const untouched = useRef(true);

  const fit = () => {
    if (size && layout) setViewport(fitted(layout, size));
    untouched.current = true;
  };
  const zoomAt = (factor: number, px: number, py: number) => {
    untouched.current = false;
    setViewport(({ x, y, k }) => {
      const next = Math.min(LARGEST, Math.max(SMALLEST, k * factor));
      return { k: next, x: px - ((px - x) / k) * next, y: py - ((py - y) / k) * next };
    });
  };
  const move = (dx: number, dy: number) => {
    untouched.current = false;
    setViewport((now) => ({ ...now, x: now.x + dx, y: now.y + dy }));
  };

  useLayoutEffect(() => {
    const element = frame.current!;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (untouched.current) fit();
  }, [layout, size]);
  useEffect(() => listen(frame.current!, move, zoomAt), []);

  return {
    viewport,
    aspect: size && size.height > 0 ? size.width / size.height : null,
    zoom: (factor) => size && zoomAt(factor, size.width / 2, size.height / 2),
    fit,
    move,
    show(card) {
      if (!size) return;
      untouched.current = false;
      const k = Math.min(1, Math.max(0.7, viewport.k));
      const [cx, cy] = [card.x + card.width / 2, card.y + Math.min(card.height / 2, size.height / 2 / k - MARGIN)];
      setViewport({ k, x: size.width / 2 - cx * k, y: size.height / 2 - cy * k });
    },
  };
}

function fitted(layout: Layout, { width, height }: { width: number; height: number }): Viewport {
  const k = Math.min(1, (width - 2 * MARGIN) / layout.width, (height - 2 * MARGIN) / layout.height);
  const bounded = Math.max(SMALLEST, k);
  return {
    k: bounded,
    x: (width - layout.width * bounded) / 2,
    // Small drawings stand at the top, where the eye begins.
    y: Math.max(MARGIN, Math.min((height - layout.height * bounded) / 2, 48)),
  };
}

function listen(
  element: HTMLElement,
  move: (dx: number, dy: number) => void,
  zoomAt: (factor: number, x: number, y: number) => void,
): () => void {
  const pointers = new Map<number, { x: number; y: number }>();
  const local = (event: MouseEvent) => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0 || (event.target as Element).closest("button, [data-click]")) return;
    element.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, local(event));
  };
  const drag = (event: PointerEvent) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = local(event);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, now);
    if (!other) return move(now.x - before.x, now.y - before.y);
    move((now.x - before.x) / 2, (now.y - before.y) / 2);
    const spread = (point: { x: number; y: number }) => Math.hypot(point.x - other.x, point.y - other.y);
    if (spread(before) > 0) zoomAt(spread(now) / spread(before), (now.x + other.x) / 2, (now.y + other.y) / 2);
  };
  const up = (event: PointerEvent) => pointers.delete(event.pointerId);
  const wheel = (event: WheelEvent) => {
    const zooms = event.ctrlKey || event.metaKey;
    // Where the page itself scrolls the wheel stays the page's, unless the diagram has the focus.
    if (!zooms && document.documentElement.scrollHeight > innerHeight + 1 && !element.matches(":focus")) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : 1;
    const at = local(event);
    if (zooms) zoomAt(Math.exp((-event.deltaY * unit) / 300), at.x, at.y);
    else move(-event.deltaX * unit, -event.deltaY * unit);
  };
  element.addEventListener("pointerdown", down);
  element.addEventListener("pointermove", drag);
  element.addEventListener("pointerup", up);
  element.addEventListener("pointercancel", up);
  element.addEventListener("wheel", wheel, { passive: false });
  return () => {
    element.removeEventListener("pointerdown", down);
    element.removeEventListener("pointermove", drag);
    element.removeEventListener("pointerup", up);
    element.removeEventListener("pointercancel", up);
    element.removeEventListener("wheel", wheel);
  };
}
