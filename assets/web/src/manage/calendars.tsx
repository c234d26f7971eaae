// Calendars: holidays and days with other hours, each of a place and all under it; read from a file, too. A file of its own.
import "./calendars.css";
import type { Managed } from "../api.ts";
import { useCalendarsWords, type CalendarsWords } from "./calendars-words.ts";
import { DaysField } from "./days-field.tsx";
import { FileField } from "./days-file.tsx";
import type { Day } from "./items.ts";
import type { TabProps } from "./page.tsx";
import type { After } from "./parts.tsx";
import { addDays, daysOf, Editor, hoursWrong, idOf, isDay, isUnder, lastOf, nameOf, NEW, PlaceField, PlacePick, Removal, Split, spansOf, TextField, today, upFrom, useAfter, useEnded, useReport, useSayDay, Waiting, word } from "./tools.ts";

const SHOWN = ["id", "place", "days"] as const;
const DAYS_MOST = 200; // entries of a calendar
const SPAN_MOST = 366; // days of one
const NAME_MOST = 80; // bytes
const NAMES_SHOWN = 6;

export function CalendarsTab(props: TabProps) {
  const { view, places, set, signedOut } = props;
  const { w, c } = useCalendarsWords();
  const sayDay = useSayDay();
  const loaded = useReport<{ calendars: Managed[] }>("manage/calendars");
  useEnded(loaded, signedOut);
  const after = useAfter(loaded, props);
  if (!loaded.data) return <Waiting failure={loaded.failure} again={loaded.again} />;
  const all = loaded.data.calendars;
  const given = all.find((each) => idOf(each) === view.id) ?? null;
  const above = upFrom(places, view.place).map(idOf);
  const shown = all.filter(({ item }) => isUnder(places, word(item, "place"), view.place) || above.includes(word(item, "place")));
  const now = today();
  return (
    <Split
      list={
        <section class="card" aria-labelledby="h-calendars">
          <header>
            <h2 id="h-calendars">{w.tabs.calendars}</h2>
            <PlacePick places={places} value={view.place} choose={(place) => set({ place, id: "" })} />
            <button type="button" class="tool" data-testid="new" onClick={() => set({ id: NEW })}>{c.newCalendar}</button>
          </header>
          <div class="scroll-x">
            <table class="data things" data-testid="calendars">
              <thead><tr><th scope="col">{c.calendar}</th><th scope="col">{w.field.appliesTo}</th><th scope="col">{c.next}</th><th scope="col" class="num">{c.ahead}</th></tr></thead>
              <tbody>
                {shown.map((each) => {
                  const at = word(each.item, "place");
                  const ahead = daysOf(each).filter((day) => lastOf(day) >= now).sort((a, b) => (a.from < b.from ? -1 : 1));
                  return (
                    <tr key={idOf(each)} class={idOf(each) === view.id ? "on" : ""} data-testid={`row-${idOf(each)}`}>
                      <th scope="row"><button type="button" class="link" data-testid={`open-${idOf(each)}`} aria-current={idOf(each) === view.id ? "true" : undefined} onClick={() => set({ id: idOf(each) })}>{idOf(each)}</button></th>
                      <td>{nameOf(places, at)}{view.place && at !== view.place && above.includes(at) && <small class="from">{w.from(nameOf(places, at))}</small>}</td>
                      <td>{ahead[0] ? sayDay(ahead[0]) : <span class="none">{c.over}</span>}</td>
                      <td class="num" data-label={c.ahead}>{ahead.length}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
          {shown.length === 0 && <p class="hint">{c.noCalendars}</p>}
        </section>
      }
      open={(view.id === NEW || given) && <CalendarForm key={view.id} given={view.id === NEW ? null : given} places={places} start={view.place} after={after} />}
    />
  );
}

/** What is wrong with the days, by the names of the fields. */
function daysWrong(days: Day[], c: CalendarsWords, w: { hoursWrong: string }): Record<string, string> {
  const found = days.flatMap((day, i): [string, string][] => {
    const to = lastOf(day);
    return [
      ...(new TextEncoder().encode(day.name ?? "").length > NAME_MOST ? [[`days-${i}-name`, c.nameLong] as [string, string]] : []),
      ...(isDay(day.from) ? [] : [[`days-${i}-from`, c.dayNeeded] as [string, string]]),
      ...(day.to && (!isDay(to) || (isDay(day.from) && (to < day.from || to > addDays(day.from, SPAN_MOST)))) ? [[`days-${i}-to`, c.toWrong] as [string, string]] : []),
      ...(day.hours && (day.hours.length === 0 || hoursWrong(spansOf(day.hours))) ? [[`days-${i}-hours`, w.hoursWrong] as [string, string]] : []),
    ];
  });
  if (days.length === 0) return { days: c.daysNeeded };
  return Object.fromEntries(days.length > DAYS_MOST ? [...found, ["days", c.tooMany]] : found);
}

function CalendarForm({ given, places, start, after: { saved, gone, close, say } }: { given: Managed | null; places: Managed[]; start: string; after: After }) {
  const { w, c } = useCalendarsWords();
  const sayDay = useSayDay();
  const top = places.find(({ mine }) => mine);
  const id = given ? idOf(given) : "";
  if (given && !given.mine) {
    return (
      <section class="card editor" aria-labelledby="h-editor" data-testid="editor">
        <header>
          <h2 id="h-editor">{id}</h2>
          <button type="button" class="link" data-testid="close" onClick={close}>{w.close}</button>
        </header>
        <p class="hint">{w.fromAbove(nameOf(places, word(given.item, "place")))}</p>
        <ul class="days-read">{daysOf(given).map((day) => <li key={day.from + (day.name ?? "")}>{sayDay(day)}</li>)}</ul>
      </section>
    );
  }
  return (
    <Editor list="calendars" given={given} start={{ id: "", place: start || (top ? idOf(top) : ""), days: [] }} title={given ? id : c.newCalendar} shown={SHOWN} places={places} saved={saved} close={close}
      sayEntry={(field, entry) => (field === "days" ? sayDay(entry as Day) : null)}
      check={(item) => ({ ...(word(item, "place") === "" ? { place: w.needed } : {}), ...daysWrong(daysOf({ item }), c, w) })}
      form={({ item, isNew, put, error }) => {
        const days = daysOf({ item });
        const set = (next: Day[]) => put({ days: next });
        return (
          <>
            <TextField name="id" label={w.field.id} hint={isNew ? c.idHint : c.idFixed} value={word(item, "id")} fixed={!isNew} set={(next) => put({ id: next })} error={error("id")} />
            <PlaceField name="place" label={w.field.appliesTo} places={places} value={word(item, "place")} set={(place) => put({ place })} hint={<Uses places={places} at={word(item, "place")} />} error={error("place")} />
            <DaysField days={days} set={set} error={error} />
            <FileField days={days} add={(more) => set([...days, ...more])} />
          </>
        );
      }}
    >
      {given && <Removal list="calendars" given={given} id="end" words={c.end} sure={c.endSure} hint={c.endHint} done={() => {
        say(w.ended(id));
        gone();
      }} />}
    </Editor>
  );
}

/** Which places have these days. */
function Uses({ places, at }: { places: Managed[]; at: string }) {
  const { c } = useCalendarsWords();
  const branches = places.filter((each) => word(each.item, "kind") === "branch" && isUnder(places, idOf(each), at) && at !== "");
  const names = branches.slice(0, NAMES_SHOWN).map(({ item }) => word(item, "name"));
  if (!branches.length) return <>{c.usesNone}</>;
  return <span data-testid="uses">{c.uses(branches.length, names.join(", "), branches.length - names.length)}</span>;
}
