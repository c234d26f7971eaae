// Places: the tree, with what each says itself and what it has from above.
import type { Changes, Managed } from "../api.ts";
import { addressOf, follow } from "../kit.ts";
import { useReport } from "../trends/report.ts";
import { Editor } from "./editor.tsx";
import { PlaceField, SelectField, TextField } from "./fields.tsx";
import { HoursField } from "./hours-field.tsx";
import { daysAhead, idOf, inherited, slug, spansOf, treeOf, upFrom, word } from "./items.ts";
import type { TabProps } from "./page.tsx";
import { nameOf, Split, today, useSayDay, useSieve } from "./parts.tsx";
import { NEW, viewAddress } from "./view.ts";
import { useManageWords } from "./words.ts";

const ZONES = ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Asia/Singapore", "Asia/Kuala_Lumpur", "UTC"];
const SHOWN = ["id", "name", "kind", "parent", "tz", "hours"] as const;

export function PlacesTab({ view, places, set, changed, say }: TabProps) {
  const { w } = useManageWords();
  const given = places.find((each) => idOf(each) === view.id) ?? null;
  const top = places.find(({ mine }) => mine);
  const under = places.find((each) => each.mine && idOf(each) === view.place) ?? top; // of a new one
  const { found, field, none } = useSieve(treeOf(places), ([each]) => upFrom(places, idOf(each)).map((up) => `${word(up.item, "name")} ${idOf(up)}`).join(" "));
  const open = (id: string) => set(id === NEW ? { id } : { id, place: id });
  return (
    <Split
      list={
        <section class="card" aria-labelledby="h-places">
          <header>
            <h2 id="h-places">{w.tabs.places}</h2>
            {field}
            <button type="button" class="tool" data-testid="new" onClick={() => open(NEW)}>{w.newPlace}</button>
          </header>
          <div class="scroll-x">
            <table class="data things" data-testid="places">
              <thead><tr><th scope="col">{w.field.name}</th><th scope="col">{w.field.kind}</th><th scope="col">{w.field.tz}</th><th scope="col">{w.field.hours}</th></tr></thead>
              <tbody>
                {found.map(([each, depth]) => (
                  <tr key={idOf(each)} class={idOf(each) === view.id ? "on" : ""} data-testid={`row-${idOf(each)}`}>
                    <th scope="row" class={`depth-${Math.min(depth, 5)}`}>
                      {each.mine ? <button type="button" class="link" data-testid={`open-${idOf(each)}`} aria-current={idOf(each) === view.id ? "true" : undefined} onClick={() => open(idOf(each))}>{word(each.item, "name")}</button> : <span>{word(each.item, "name")}</span>}
                      <small>{idOf(each)}</small>
                    </th>
                    <td>{w.kindOf(word(each.item, "kind"))}</td>
                    <td><Own places={places} place={each} field="tz" /></td>
                    <td><Own places={places} place={each} field="hours" /></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {none && <p class="hint" role="status">{w.nothingFound}</p>}
        </section>
      }
      open={
        (view.id === NEW || given?.mine) && (
          <PlaceForm key={view.id} given={view.id === NEW ? null : given} under={under} places={places} close={() => set({ id: "", place: "" })} saved={(id, { lines }) => {
            say(lines[0] === "no change" ? w.noChange : w.saved(nameOf(places, id)));
            changed();
            if (view.id === NEW) open(id);
          }} />
        )
      }
    />
  );
}

/** What holds here, and from where. */
function Own({ places, place, field }: { places: Managed[]; place: Managed; field: "tz" | "hours" }) {
  const { w } = useManageWords();
  const found = inherited(places, idOf(place), field);
  if (!found) return <span class="none">{w.notSaid}</span>;
  return (
    <>
      {field === "tz" ? String(found.value) : w.hoursLine(spansOf(found.value))}
      {found.from !== place && <small class="from">{w.from(word(found.from.item, "name"))}</small>}
    </>
  );
}

interface FormProps {
  given: Managed | null;
  under: Managed | undefined;
  places: Managed[];
  saved: (id: string, changes: Changes) => void;
  close: () => void;
}

function PlaceForm({ given, under, places, saved, close }: FormProps) {
  const { w } = useManageWords();
  const inBranch = under && ["branch", "area"].includes(word(under.item, "kind"));
  const start = { id: "", name: "", parent: under ? idOf(under) : "", kind: inBranch ? "area" : "branch" };
  const above = (item: Managed["item"], field: "tz" | "hours") => {
    const found = inherited(places, word(item, "parent"), field);
    return found ? w.asAbove(field === "tz" ? String(found.value) : w.hoursLine(spansOf(found.value)), word(found.from.item, "name")) : w.nobodySays;
  };
  const isTop = given !== null && word(given.item, "parent") === "";
  const links = given && ([["kiosks", w.tabs.kiosks], ["standards", w.tabs.standards]] as const).map(([tab, words]) => [viewAddress({ tab, place: idOf(given), id: "" }), words] as const);
  return (
    <Editor list="places" given={given} start={start} title={given ? word(given.item, "name") : w.newPlace} shown={SHOWN} places={places} saved={saved} close={close}
      check={(item) => ({ ...(word(item, "name") === "" ? { name: w.needed } : {}) })}
      form={({ item, isNew, put, error }) => (
        <>
          <TextField name="name" label={w.field.name} value={word(item, "name")} set={(name) => put(isNew && word(item, "id") === slug(word(item, "name")) ? { name, id: slug(name) } : { name })} error={error("name")} />
          <TextField name="id" label={w.field.id} hint={isNew ? w.idHint : w.idFixed} value={word(item, "id")} fixed={!isNew} set={(id) => put({ id })} error={error("id")} />
          {!isTop && (
            <>
              <PlaceField name="parent" label={w.field.parent} places={places} not={(each) => !isNew && upFrom(places, idOf(each)).some((up) => idOf(up) === word(item, "id"))} value={word(item, "parent")} set={(parent) => put({ parent })} hint={!isNew && given && word(item, "parent") !== word(given.item, "parent") ? w.moveHint : undefined} error={error("parent")} />
              <SelectField name="kind" label={w.field.kind} value={word(item, "kind")} options={(["region", "branch", "area"] as const).map((each) => [each, w.kindOf(each)] as const)} set={(kind) => put({ kind })} error={error("kind")} />
            </>
          )}
          <TextField name="tz" label={w.field.tz} list={ZONES} value={word(item, "tz")} set={(tz) => put({ tz })} hint={word(item, "tz") === "" ? above(item, "tz") : undefined} error={error("tz")} />
          <HoursField value={item["hours"]} set={(hours) => put({ hours })} hint={spansOf(item["hours"]).length === 0 ? above(item, "hours") : w.hoursHint} error={error("hours")} />
        </>
      )}
    >
      {given && <DaysAhead places={places} id={idOf(given)} />}
      {links && (
        <p class="links">
          {links.map(([address, words]) => <a key={address} href={address} onClick={follow(address)}>{words}</a>)}
          <a href={addressOf("trends", { place: idOf(given) })} onClick={follow(addressOf("trends", { place: idOf(given) }))}>{w.figures}</a>
          <a href={addressOf("survey", { place: idOf(given) })} data-testid="to-survey" onClick={follow(addressOf("survey", { place: idOf(given) }))}>{w.survey}</a>
        </p>
      )}
    </Editor>
  );
}

const DAYS_SHOWN = 4;

/** The next days that are not as every week, and whose they are. */
function DaysAhead({ places, id }: { places: Managed[]; id: string }) {
  const { w } = useManageWords();
  const say = useSayDay();
  const loaded = useReport<{ calendars: Managed[] }>("manage/calendars");
  const to = (calendar: string) => viewAddress({ tab: "calendars", place: id, id: calendar });
  if (!loaded.data) return null;
  const ahead = daysAhead(loaded.data.calendars, places, id, today());
  return (
    <section class="days-ahead" aria-labelledby="h-days-ahead" data-testid="days-ahead">
      <h3 id="h-days-ahead">{w.specialDays}</h3>
      {ahead.length === 0 && <p class="hint">{w.noSpecialDays}</p>}
      <ul>
        {ahead.slice(0, DAYS_SHOWN).map(({ day, calendar }) => {
          const at = word(calendar.item, "place");
          return (
            <li key={`${idOf(calendar)} ${day.from}`}>
              <a href={to(idOf(calendar))} onClick={follow(to(idOf(calendar)))}>{say(day)}</a>
              {at !== id && <small class="from">{w.from(nameOf(places, at))}</small>}
            </li>
          );
        })}
      </ul>
      <p class="links"><a href={to("")} onClick={follow(to(""))}>{w.allSpecialDays}</a></p>
    </section>
  );
}
