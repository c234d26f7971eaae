// The document as it is written. It is read by the server after a pause; what cannot be read stays as it is typed.
import { FieldError, useEffect, useRef, useState } from "../kit.ts";
import type { Path } from "./doc.ts";
import { useSurveyWords } from "./words.ts";

const PAUSE_MS = 500;

interface Props {
  text: string;
  wrong: { path: Path; text: string; line: number } | null;
  read: (text: string) => Promise<boolean>;
  typed: (text: string) => void;
}

export function Source({ text, wrong, read, typed }: Props) {
  const { w } = useSurveyWords();
  const [shown, setShown] = useState(text);
  const timer = useRef(0);
  const own = useRef(text);
  useEffect(() => {
    if (text === own.current) return;
    own.current = text; // another version was opened
    setShown(text);
  }, [text]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <div class="field source">
      <label for="s-source">{w.source}</label>
      <textarea id="s-source" data-testid="source" rows={28} spellcheck={false} autocomplete="off" aria-invalid={wrong ? true : undefined} aria-describedby="s-source-error s-source-hint" value={shown} onInput={(event) => {
        const next = event.currentTarget.value;
        setShown(next);
        own.current = next;
        typed(next);
        clearTimeout(timer.current);
        timer.current = window.setTimeout(() => void read(next), PAUSE_MS);
      }} />
      <p class="hint" id="s-source-hint">{w.sourceHint}</p>
      <FieldError id="s-source-error" text={wrong ? `${wrong.line > 0 ? `${w.sourceWrong(wrong.line)}: ` : ""}${wrong.text}` : null} />
    </div>
  );
}
