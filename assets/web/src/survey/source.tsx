// The document as it is written. It is read by the server after a pause; what cannot be read stays as it is typed.
import { FieldError, useEffect, useRef } from "../kit.ts";
import type { Path } from "./doc.ts";
import { useSurveyWords } from "./words.ts";

const PAUSE_MS = 500;

interface Props {
  text: string;
  wrong: { path: Path; text: string; line: number } | null;
  typed: (text: string) => () => void; // what it returns has the text read
}

export function Source({ text, wrong, typed }: Props) {
  const { w } = useSurveyWords();
  const timer = useRef(0);
  const read = useRef(() => {});
  useEffect(() => () => {
    clearTimeout(timer.current);
    read.current(); // who goes to the form finds there what was typed
  }, []);
  return (
    <div class="field source">
      <label for="s-source">{w.source}</label>
      <textarea id="s-source" data-testid="source" rows={28} spellcheck={false} autocomplete="off" aria-invalid={wrong ? true : undefined} aria-describedby="s-source-error s-source-hint" value={text} onInput={(event) => {
        clearTimeout(timer.current);
        read.current = typed(event.currentTarget.value);
        timer.current = window.setTimeout(read.current, PAUSE_MS);
      }} />
      <p class="hint" id="s-source-hint">{w.sourceHint}</p>
      <FieldError id="s-source-error" text={wrong ? `${wrong.line > 0 ? `${w.sourceWrong(wrong.line)}: ` : ""}${wrong.text}` : null} />
    </div>
  );
}
