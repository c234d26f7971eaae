// Before it counts: what changes, which kiosks get it, when.
import type { Content } from "../api.ts";
import { FieldError, useEffect, useRef, useState } from "../kit.ts";
import { HOURS } from "../manage/hours-words.ts";
import { spansOf } from "../manage/items.ts";
import { differences, isItem, keyOf, LANGUAGES, type Difference, type Item, type Path } from "./doc.ts";
import { useSurveyWords, type Said } from "./words.ts";

const SHOWN = 12, KIOSKS = 8;

function say(value: unknown, nothing: string): string {
  if (value === undefined || value === null || value === "") return nothing;
  if (Array.isArray(value)) return value.map((each) => say(each, nothing)).join(", ");
  if (isItem(value)) return Object.values(value).map((each) => say(each, nothing)).join(" ");
  return String(value);
}
const short = (text: string): string => (text.length > 80 ? `${text.slice(0, 79)}\u2026` : text);

/** Where in the document, in words: what only says where the form keeps it is left out. */
function sayPath(path: Path, { w, languageName }: Pick<Said, "w" | "languageName">): string {
  const words: Record<string, string> = {
    title: w.questionTitle, hint: w.hint, purpose: w.purpose, options: w.options, text: w.optionText, type: w.type, of: w.faces, several: w.several, segment: w.segment, dimension: w.dimension, aspect: w.aspect, when: w.when,
    digits: w.digits, keep_days: w.keepDays, icon: w.icon, promise: w.promise, tally: w.tally, messages: w.messages, said: w.said, did: w.did, languages: w.languages, language: w.firstLanguage, theme: w.colours, base: w.base,
    hours: w.hours, volume: w.volume, brightness: w.brightness, brightness_closed: w.brightnessClosed, thanks_code: w.thanksCode, thanks_link: w.thanksLink, still: w.still, version: w.surveyVersion, order: w.order,
  };
  const shown = path.filter((step) => step !== "survey" && step !== "questions").map((step) => (typeof step === "number" ? String(step + 1) : LANGUAGES.includes(step) ? languageName(step) : (words[step] ?? step)));
  return shown.length ? shown.join(" \u203a ") : w.title;
}

/** What two documents differ in, in a line. */
export function sayDifference({ path, was, is }: Difference, text: Said): string {
  const value = (of: unknown): string => path[0] === "hours" ? HOURS[text.lang].line(spansOf(of)) || text.w.nothing : short(say(of, text.w.nothing));
  return text.w.changed(sayPath(path, text), value(was), value(is));
}

interface Props {
  content: Content;
  doc: Item;
  busy: boolean;
  atWrong: string | null;
  go: (at: string) => void; // "": now
  close: () => void;
}

export function Publish({ content, doc, busy, atWrong, go, close }: Props) {
  const text = useSurveyWords();
  const { w, t } = text;
  const [later, setLater] = useState(false);
  const [at, setAt] = useState("");
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const changes = differences(content.content ?? {}, doc);
  const { all } = content.counts;
  return (
    <section class="card publish" aria-labelledby="h-publish" data-testid="publish-card">
      <header><h2 id="h-publish" tabIndex={-1} ref={heading}>{w.changes}</h2></header>
      {changes.length === 0 && <p>{w.unchanged}</p>}
      <ul class="changes" data-testid="changes">
        {changes.slice(0, SHOWN).map((each) => <li key={keyOf(each.path)}>{sayDifference(each, text)}</li>)}
        {changes.length > SHOWN && <li>{w.more(changes.length - SHOWN)}</li>}
      </ul>
      <p data-testid="gets">{w.gets(all)} {content.kiosks.slice(0, KIOSKS).map((each) => `${each.name || each.id} (${each.place})`).join(", ")}{all > KIOSKS && `, ${w.more(all - KIOSKS)}`}</p>
      <fieldset class="field">
        <legend>{w.when2}</legend>
        <label class="tick"><input type="radio" name="when" checked={!later} data-testid="when-now" onChange={() => setLater(false)} /><span>{w.now}</span></label>
        <label class="tick"><input type="radio" name="when" checked={later} data-testid="when-later" onChange={() => setLater(true)} /><span>{w.later}</span></label>
        {later && (
          <label class="at">
            <span>{w.atZone(content.tz)}</span>
            <input type="datetime-local" data-testid="publish-at" value={at} aria-invalid={atWrong ? true : undefined} aria-describedby="at-error" onInput={(event) => setAt(event.currentTarget.value.slice(0, 16))} />
          </label>
        )}
        <FieldError id="at-error" text={later ? atWrong : null} />
      </fieldset>
      <div class="actions">
        <button type="button" class="primary" data-testid="publish-go" aria-disabled={busy || (later && at === "")} onClick={() => busy || (later && at === "") || go(later ? at : "")}>{later ? w.publishAt : w.publishNow}</button>
        <button type="button" data-testid="publish-close" onClick={close}>{t.cancel}</button>
      </div>
    </section>
  );
}
