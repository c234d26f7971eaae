// A figure by Observable Plot, of which plot.js has what is needed: fetched with the first figure. It is made anew when its width or
// what it shows is another, and goes with its element. What can be pressed in it has a key; by the keyboard, one of them is a stop
// of the tab key and the arrows lead to the others.
import type { PlotOptions, RenderFunction } from "@observablehq/plot";
import { useEffect, useLayoutEffect, useState, useText, useWidth } from "../kit.ts";

export type Kit = typeof import("./plot-marks.ts");

let loaded: Kit | "failed" | null = null;
let loading: Promise<void> | null = null;
/** It may be asked for before there is anything to draw. */
export const loadPlot = (): Promise<void> =>
  (loading ??= import("./plot-marks.ts").then(
    (kit) => void (loaded = kit),
    () => void (loaded = "failed"),
  ));

/** null: it is on its way. */
export function usePlot(): Kit | "failed" | null {
  const [kit, setKit] = useState(loaded);
  useEffect(() => {
    if (!kit) void loadPlot().then(() => setKit(loaded));
  }, []);
  return kit;
}

interface Props {
  class?: string;
  label: string; // for those who do not see it
  height: number; // px, if `draw` says no other
  row?: boolean; // one of many, in a table that says what they show: as wide as its cell, on paper too
  of: readonly unknown[]; // what it shows, always as many: it is drawn anew when one is another
  draw: (kit: Kit, width: number) => PlotOptions;
  press?: (key: string) => void;
}

export function Plot({ class: name = "", label, height, row = false, of, draw, press }: Props) {
  const { t } = useText();
  const kit = usePlot();
  const [box, measured] = useWidth<HTMLDivElement>();
  const paper = usePaper();
  const width = row ? ROW_WIDTH : paper && measured ? PAPER_WIDTH : measured;
  useLayoutEffect(() => {
    if (!kit || kit === "failed" || !box.current || width <= 0) return;
    const figure = kit.plot({ height, margin: 0, axis: null, ...draw(kit, width), width });
    // It brings a style sheet that the content security policy refuses. Taken out while it is not in the page, it is not looked at.
    figure.querySelector("style")?.remove();
    for (const mark of [...figure.children]) {
      mark.removeAttribute("aria-label"); // "rect", "text": in English, and of no use to anybody
      if (!mark.querySelector("[data-key]")) mark.setAttribute("aria-hidden", "true");
    }
    if (row) stretch(figure);
    const keys = keysIn(figure);
    figure.setAttribute("role", keys.length ? "group" : "img");
    figure.setAttribute("aria-label", label);
    const held = document.activeElement instanceof SVGElement && box.current.contains(document.activeElement) ? document.activeElement.dataset["key"] : undefined;
    box.current.replaceChildren(figure);
    const stop = keys.find(({ dataset }) => dataset["key"] === held) ?? keys.find((each) => each.getAttribute("aria-pressed") === "true") ?? keys[0];
    stopAt(keys, stop);
    if (held !== undefined) stop?.focus({ preventScroll: true });
  }, [kit, width, height, label, ...of]);

  const pressed = ({ target }: Event) => {
    const key = target instanceof Element ? target.closest<SVGElement>("[data-key]")?.dataset["key"] : undefined;
    if (key !== undefined) press?.(key);
    return key !== undefined;
  };
  const typed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !(event.target instanceof SVGElement) || !box.current) return;
    if (event.key === "Enter" || event.key === " ") {
      if (pressed(event)) event.preventDefault();
      return;
    }
    const way = WAYS[event.key];
    const keys = keysIn(box.current);
    const next = way && nextOf(keys, event.target, way);
    if (!next) return;
    event.preventDefault();
    stopAt(keys, next);
    next.focus();
  };
  return (
    <div ref={box} class={`chart plot ${row ? "row" : ""} ${name}`} style={row ? { height } : kit ? {} : { minHeight: height }} aria-busy={!kit} {...(press && { onClick: pressed, onKeyDown: typed })}>
      {!kit && !row && <p class="hint" role="status">{t.loading}</p>}
    </div>
  );
}

const PAPER_WIDTH = 900; // fitted into a card on A4: figures of 6.5 points, and trends on two sheets

/** It is being printed: fitted onto paper, what is drawn for a wide screen is too small to be read. */
function usePaper(): boolean {
  const [paper, setPaper] = useState(false);
  useEffect(() => {
    const [begin, end] = [() => setPaper(true), () => setPaper(false)];
    addEventListener("beforeprint", begin);
    addEventListener("afterprint", end);
    return () => {
      removeEventListener("beforeprint", begin);
      removeEventListener("afterprint", end);
    };
  }, []);
  return paper;
}

const ROW_WIDTH = 1000;

/** What lies across is said in percent: drawn once, it fits any width. */
function stretch(figure: Element): void {
  const percent = (px: string) => `${(Number(px) / ROW_WIDTH) * 100}%`;
  figure.removeAttribute("viewBox");
  figure.setAttribute("width", "100%");
  for (const element of figure.querySelectorAll("rect, circle, line, text")) {
    for (const name of ["x", "width", "cx", "x1", "x2"]) {
      const px = element.getAttribute(name);
      if (px !== null) element.setAttribute(name, percent(px));
    }
    const [, x, y] = /^translate\((.+),(.+)\)$/.exec(element.getAttribute("transform") ?? "") ?? [];
    if (x === undefined) continue;
    element.setAttribute("x", percent(x));
    element.setAttribute("transform", `translate(0,${y})`);
  }
}

const keysIn = (box: Element): SVGElement[] => [...box.querySelectorAll<SVGElement>("[data-key]")];

const stopAt = (keys: SVGElement[], stop: SVGElement | undefined) => {
  for (const each of keys) each.tabIndex = each === stop ? 0 : -1;
};

const WAYS: Record<string, readonly [number, number] | undefined> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const ASIDE = 4; // straight on is nearer than across

function nextOf(all: SVGElement[], from: SVGElement, [dx, dy]: readonly [number, number]): SVGElement | null {
  const middle = (element: Element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return [(left + right) / 2, (top + bottom) / 2] as const;
  };
  const [x, y] = middle(from);
  let [next, least]: [SVGElement | null, number] = [null, Infinity];
  for (const each of all) {
    const [eachX, eachY] = middle(each);
    const [right, down] = [eachX - x, eachY - y];
    const along = right * dx + down * dy;
    const far = along + ASIDE * Math.abs(right * dy + down * dx);
    if (along > 0.5 && far < least) [next, least] = [each, far];
  }
  return next;
}

/** A mark's `render`: each of its elements with what it stands for. */
export const dressed = <T,>(rows: readonly T[], dress: (element: SVGElement, row: T) => void): RenderFunction => (index, scales, values, dimensions, context, next) => {
  const group = next?.(index, scales, values, dimensions, context) ?? null;
  index.forEach((at, i) => {
    const [element, row] = [group?.children[i], rows[at]];
    if (element instanceof SVGElement && row !== undefined) dress(element, row);
  });
  return group;
};

export interface Key {
  key: string;
  pressed?: boolean; // said of a choice
  tone?: string; // class
}

/** A mark's `render`: its elements can be pressed. Their words are the mark's `ariaLabel` and `title`. */
export const pressable = <T,>(rows: readonly T[], of: (row: T) => Key): RenderFunction =>
  dressed(rows, (element, row) => {
    const { key, pressed, tone } = of(row);
    element.setAttribute("role", "button");
    element.dataset["key"] = element.dataset["testid"] = key;
    if (pressed !== undefined) element.setAttribute("aria-pressed", String(pressed));
    if (tone) element.setAttribute("class", tone);
  });

export const HATCHED = "url(#hatch)"; // the paint of too few votes; the page has the pattern

/** A channel in px, by no scale. */
export const px = <T,>(value: (row: T) => number) => ({ value, scale: null });
