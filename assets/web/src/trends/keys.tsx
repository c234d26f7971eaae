// One-letter keys and the panel that tells them. They can be switched off (WCAG 2.1.4), and do nothing in fields.
import { Icon, useEffect, useRef, useState } from "../kit.ts";
import { useWords } from "./words.ts";

export type Keys = Record<string, () => void>;

const STORED = "puas.keys";
const TYPING = "input, select, textarea, [contenteditable], dialog";

function remembered(): boolean {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true;
  }
}

export function useKeys(keys: Keys): [on: boolean, setOn: (on: boolean) => void] {
  const [on, setOn] = useState(remembered);
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || (event.target as Element).closest?.(TYPING)) return;
      const act = on ? latest.current[event.key] : undefined;
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [on]);
  const change = (next: boolean) => {
    setOn(next);
    try {
      localStorage.setItem(STORED, next ? "on" : "off");
    } catch {
      // private mode: the choice lasts as long as the page
    }
  };
  return [on, change];
}

export function KeysPanel({ on, setOn, close }: { on: boolean; setOn: (on: boolean) => void; close: () => void }) {
  const { t, w } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="keys" aria-labelledby="h-keys" data-testid="keys-panel" onClose={close}>
      <header>
        <h2 id="h-keys">{w.keysTitle}</h2>
        <button type="button" class="quiet" aria-label={t.close} onClick={() => dialog.current?.close()}><Icon name="close" /></button>
      </header>
      <dl>
        {Object.entries(w.key).map(([keys, what]) => (
          <div key={keys}>
            <dt>{keys.split(" ").map((key) => <kbd key={key}>{key}</kbd>)}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label class="switch"><input type="checkbox" data-testid="keys-on" checked={on} onChange={(event) => setOn(event.currentTarget.checked)} />{w.keysOn}</label>
      <p class="hint">{w.keysHint}</p>
    </dialog>
  );
}
