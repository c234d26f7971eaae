// The improvement log: what was done, when, where, by whom and why; and what came of it, against branches where nothing changed.
import type { Improvements, Session, TrendsEffect } from "../api.ts";
import type { Failure } from "../http.ts";
import { failureText, postJson, useState } from "../kit.ts";
import { EffectSaid } from "../trends/effect-said.tsx";
import { isReport, useEffects } from "../trends/effects.ts";
import type { Loaded } from "../trends/report.ts";
import { EntryForm, type Entry } from "./entry-form.tsx";
import { CONTROLS_MAX, controlsOf, isUnder, type Place, type View } from "./view.ts";
import { useImproveWords } from "./words.ts";

interface Props {
  session: Session;
  view: View;
  set: (change: Partial<View>) => void;
  log: Loaded<Improvements>;
  yesterday: string;
}

const EFFECTS_MOST = 30; // entries whose effect is fetched: the newest

export function LogCard({ session: { places, user }, view, set, log, yesterday }: Props) {
  const { t, i } = useImproveWords();
  const [open, setOpen] = useState<"new" | number | null>(null);
  const entries = log.data?.improvements ?? [];
  const measured = entries.filter(({ kind, withdrawn, day }) => !withdrawn && kind !== "other" && day <= yesterday).slice(0, EFFECTS_MOST);
  const placeOf = ({ place }: Entry) => (isUnder(places, place.id, view.place) ? place.id : view.place);
  const controlOf = (entry: Entry) => controlsOf(places, view.control, placeOf(entry));
  const effects = useEffects(measured.map((entry) => ({ id: String(entry.id), place: placeOf(entry), at: entry.day, control: controlOf(entry) })));
  const mayWrite = user.role !== "viewer";
  const form = (given: Entry | null) => (
    <EntryForm given={given} places={places} place={view.place} day={yesterday} renew={log.again} close={() => setOpen(null)} saved={() => {
      log.again();
      setOpen(null);
    }} />
  );
  return (
    <section class="card log-card" aria-labelledby="h-log" aria-busy={log.busy} data-testid="card-log">
      <header>
        <h2 id="h-log">{i.log}</h2>
        {mayWrite && open !== "new" && <button type="button" class="primary" data-testid="entry-new" onClick={() => setOpen("new")}>{i.add}</button>}
      </header>
      {open === "new" && form(null)}
      {places.filter(({ kind }) => kind === "branch").length > 1 && measured.length > 0 && <Controls places={places} view={view} set={set} />}
      {log.failure && log.failure.kind !== "auth" && <p class="failed" role="alert">{failureText(log.failure, t)} <button type="button" class="link" onClick={log.again}>{t.retry}</button></p>}
      {log.data && !entries.length && open !== "new" && <p class="hint"><b>{i.none}</b>{i.noneHint}</p>}
      <ol class="entries">
        {entries.map((entry) =>
          open === entry.id ? <li key={entry.id}>{form(entry)}</li> : (
            <li key={entry.id} class={entry.withdrawn ? "entry withdrawn" : "entry"} data-testid={`entry-${entry.id}`}>
              <EntrySaid entry={entry} />
              {measured.includes(entry) && <Outcome effect={effects.get(String(entry.id))} control={controlOf(entry)} />}
              {entry.kind === "other" && !entry.withdrawn && <p class="hint">{i.note}</p>}
              {entry.mine && mayWrite && !entry.withdrawn && <Doing entry={entry} edit={() => setOpen(entry.id)} done={log.again} />}
            </li>
          ),
        )}
      </ol>
    </section>
  );
}

function EntrySaid({ entry }: { entry: Entry }) {
  const { i, year, f } = useImproveWords();
  return (
    <>
      <p class="when"><span class="pill">{i.kind[entry.kind]}</span> {year(entry.day)}{entry.withdrawn && <b> · {i.withdrawn}</b>}</p>
      <h3>{entry.what}</h3>
      <p class="why-said">{entry.why}</p>
      <small>{i.atPlace(entry.place.name, entry.by)}</small>
      {entry.history.length > 0 && (
        <details>
          <summary>{i.history(entry.history.length)}</summary>
          <ol>
            {entry.history.map((old) => (
              <li key={old.revision}><small>{i.wording(f.shortDate(old.at), old.by)}</small><br />{`${i.kind[old.kind]}, ${year(old.day)}: ${old.what} ${old.why}`}</li>
            ))}
          </ol>
        </details>
      )}
    </>
  );
}

function Outcome({ effect, control }: { effect: TrendsEffect | Failure | undefined; control: string }) {
  const { i, f } = useImproveWords();
  const report = isReport(effect) ? effect : null;
  const { before, after } = report ?? {};
  const told = before?.share != null && after?.share != null;
  return (
    <p class="outcome" data-testid="outcome">
      <b>{i.result}</b> <EffectSaid effect={effect} />
      <small>
        {control ? i.against(control.split(",").length) : i.plain}
        {told && `. ${i.sides(f.share(before?.share ?? 0), f.share(after?.share ?? 0))}`}
      </small>
    </p>
  );
}

function Doing({ entry, edit, done }: { entry: Entry; edit: () => void; done: () => void }) {
  const { t, i } = useImproveWords();
  const [asked, ask] = useState(false);
  const [failure, setFailure] = useState("");
  const withdraw = async () => {
    const result = await postJson(`/api/v1/improvements/${entry.id}/withdraw`, { revision: entry.revision });
    setFailure(result.ok ? "" : result.failure.kind === "problem" && result.failure.status === 412 ? i.changed : failureText(result.failure, t));
    ask(false);
    if (result.ok || result.failure.kind === "problem") done();
  };
  return (
    <div class="doing">
      {asked ? (
        <>
          <p class="hint">{i.withdrawHint}</p>
          <span class="actions">
            <button type="button" class="primary" data-testid={`withdraw-sure-${entry.id}`} onClick={() => void withdraw()}>{i.withdrawSure}</button>
            <button type="button" onClick={() => ask(false)}>{i.cancel}</button>
          </span>
        </>
      ) : (
        <span class="links">
          <button type="button" class="link" data-testid={`edit-${entry.id}`} aria-label={i.editOf(entry.what)} onClick={edit}>{i.edit}</button>
          <button type="button" class="link" data-testid={`withdraw-${entry.id}`} aria-label={i.withdrawOf(entry.what)} onClick={() => ask(true)}>{i.withdraw}</button>
        </span>
      )}
      <p class="error" role="alert">{failure}</p>
    </div>
  );
}

function Controls({ places, view, set }: { places: Place[]; view: View; set: Props["set"] }) {
  const { i } = useImproveWords();
  const branches = places.filter(({ kind }) => kind === "branch");
  const choose = (id: string, on: boolean) => set({ control: on ? [...view.control, id] : view.control.filter((each) => each !== id) });
  return (
    <details class="controls" open={view.control.length > 0}>
      <summary data-testid="controls">{i.control}: <b>{view.control.length ? i.chosen(view.control.length) : i.controlNone}</b></summary>
      <p class="hint">{i.controlHint}</p>
      <ul>
        {branches.map(({ id, name }) => {
          const on = view.control.includes(id);
          return <li key={id}><label class="check"><input type="checkbox" data-testid={`control-${id}`} checked={on} disabled={!on && view.control.length >= CONTROLS_MAX} onChange={(event) => choose(id, event.currentTarget.checked)} />{name}</label></li>;
        })}
      </ul>
    </details>
  );
}
