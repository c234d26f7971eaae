// The days of an iCalendar file, as calendars of holidays come: looked at first, then added to those that are there.
import type { CalendarFile } from "../api.ts";
import { failureText, FieldError, postJson, useState } from "../kit.ts";
import { useCalendarsWords } from "./calendars-words.ts";
import type { Day } from "./items.ts";
import { lastOf, useSayDay } from "./tools.ts";

const BYTES_MOST = 900_000; // of a file; the server takes a megabyte of JSON

interface Found {
  name: string;
  fresh: Day[];
  here: number; // of its days: are there already
  others: number;
}

export function FileField({ days, add }: { days: Day[]; add: (days: Day[]) => void }) {
  const { t, c } = useCalendarsWords();
  const say = useSayDay();
  const [found, setFound] = useState<Found | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const read = async (input: HTMLInputElement) => {
    const file = input.files?.[0];
    setFound(null);
    setWrong(null);
    if (!file) return;
    if (file.size > BYTES_MOST) return setWrong(c.fileTooLarge);
    const result = await postJson<CalendarFile>("/api/v1/manage/calendar-file", { ics: await file.text() });
    if (!result.ok) return setWrong(failureText(result.failure, t));
    const known = new Set(days.map((day) => `${day.from} ${lastOf(day)}`));
    const fresh = result.value.days.filter((day) => !known.has(`${day.from} ${day.to}`));
    setFound({ name: file.name, fresh, here: result.value.days.length - fresh.length, others: result.value.others });
    input.value = ""; // the same file can be chosen again
  };
  return (
    <div class="field file-field">
      <label for="m-file">{c.file}</label>
      <input id="m-file" data-testid="m-file" type="file" accept=".ics,text/calendar" aria-invalid={wrong ? true : undefined} aria-describedby="hint-file error-file" onChange={(event) => void read(event.currentTarget)} />
      <p class="hint" id="hint-file">{c.fileHint}</p>
      <FieldError id="error-file" text={wrong} />
      {found && (
        <div class="preview" role="status" data-testid="file-preview">
          <b>{c.fileAdds(found.name, found.fresh.length)}</b>
          {(found.here > 0 || found.others > 0) && <p>{[found.here > 0 ? c.fileHere(found.here) : "", found.others > 0 ? c.fileOthers(found.others) : ""].filter(Boolean).join(" ")}</p>}
          <ul>{found.fresh.map((day, i) => <li key={i}>{say(day)}</li>)}</ul>
          <span class="actions">
            {found.fresh.length > 0 && <button type="button" class="primary" data-testid="file-add" onClick={() => {
              add(found.fresh);
              setFound(null);
            }}>{c.fileAdd}</button>}
            <button type="button" data-testid="file-not" onClick={() => setFound(null)}>{t.cancel}</button>
          </span>
        </div>
      )}
    </div>
  );
}
