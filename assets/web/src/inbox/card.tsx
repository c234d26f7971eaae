// Customers of the branch who asked to be called: whose turn it is, until when, and what came of it. What they left is shown
// to whoever takes the call, and forgotten with the card. A file of its own.
import type { Contact, Contacts } from "../api.ts";
import type { Failure } from "../http.ts";
import { failureText, FieldError, getJson, postJson, useAgain, useEffect, useState, useText } from "../kit.ts";
import { words } from "./words.ts";
import "./inbox.css";

const OUTCOMES = ["reached", "unsolved", "no-answer", "wrong"];
const ENDS = ["reached", "unsolved", "wrong"]; // what they left is of no use any more

interface Props {
  place: string;
  rev: number; // of the page: the card follows it
  now: number;
  mayAct: boolean;
  signedOut: () => void;
}

export function InboxCard({ place, rev, now, mayAct, signedOut }: Props) {
  const { t, lang } = useText();
  const w = words[lang];
  const [list, setList] = useState<Contact[]>([]);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    void getJson<Contacts>(`/api/v1/contacts?place=${encodeURIComponent(place)}`, abort.signal).then((answer) => {
      if (abort.signal.aborted) return;
      setFailure(answer.ok || answer.failure.kind === "auth" ? null : answer.failure);
      if (answer.ok) setList(answer.value.contacts);
    });
    return () => abort.abort();
  }, [place, rev, turn]);
  useAgain(failure, () => setTurn((n) => n + 1));
  if (!list.length && !failure) return null; // nobody waits: nothing to look at
  return (
    <section class="card inbox" aria-labelledby="h-inbox" data-testid="inbox">
      <header><h2 id="h-inbox">{w.title}</h2><p>{list.length}</p></header>
      {failure && <p class="error" role="alert">{failureText(failure, t)}</p>}
      <ul>{list.map((one) => <Waiting key={one.event} one={one} now={now} mayAct={mayAct} signedOut={signedOut} done={() => setTurn((n) => n + 1)} />)}</ul>
    </section>
  );
}

function Waiting({ one, now, mayAct, done, signedOut }: { one: Contact; now: number; mayAct: boolean; done: () => void; signedOut: () => void }) {
  const { t, f, lang } = useText();
  const w = words[lang];
  const [left, setLeft] = useState<{ name: string; reach: string } | null>(null);
  const [asks, setAsks] = useState(false);
  const [outcome, setOutcome] = useState("reached");
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);

  const send = async <T,>(verb: string, body: object): Promise<T | null> => {
    if (busy) return null;
    setBusy(true);
    setFailure(null);
    const result = await postJson<T>(`/api/v1/contacts/${one.event}/${verb}`, body);
    setBusy(false);
    if (result.ok) return (result.value ?? ({} as T));
    if (result.failure.kind === "auth") signedOut();
    else setFailure(result.failure);
    return null;
  };
  const take = async () => {
    const taken = await send("take", {});
    if (taken) setLeft(await send<{ name: string; reach: string }>("open", {}));
    if (taken) done();
  };
  const save = async (event: Event) => {
    event.preventDefault();
    if (await send("outcome", { outcome, done: ENDS.includes(outcome), comment: note.trim() })) {
      setAsks(false);
      done();
    }
  };
  const mine = one.taken?.mine ?? false;
  return (
    <li data-testid="inbox-one">
      <b>{left ? left.name || w.noName : w.asked(f.when(one.asked, now), one.kiosk.id.startsWith("phone-") ? w.byPhone : one.kiosk.name)}</b>
      {left && <span class="left" data-testid="inbox-left">{left.reach}</span>}
      {one.taken ? (
        <p>{w.takenBy(one.taken.by, f.when(one.taken.at, now))}{one.outcome && `: ${w.outcomes[one.outcome] ?? one.outcome}`}{one.note && `, ${one.note}`}</p>
      ) : (
        one.due && <p class={one.overdue ? "late" : ""}>{one.overdue ? w.overdue(f.when(one.due, now)) : w.due(f.when(one.due, now))}</p>
      )}
      <p>{w.hint(f.when(one.until, now))}</p>
      <FieldError id={`inbox-error-${one.event}`} text={failure && failureText(failure, t)} />
      {mayAct && !asks && (
        <div class="actions">
          {!one.taken && <button type="button" class="primary" disabled={busy} data-testid="inbox-take" onClick={() => void take()}>{w.take}</button>}
          {mine && !left && <button type="button" disabled={busy} data-testid="inbox-show" onClick={() => void send<{ name: string; reach: string }>("open", {}).then((o) => o && setLeft(o))}>{w.show}</button>}
          {mine && <button type="button" class="primary" data-testid="inbox-outcome" onClick={() => setAsks(true)}>{w.outcome}</button>}
        </div>
      )}
      {asks && (
        <form onSubmit={save} aria-label={w.outcome}>
          <label>
            {w.outcome}
            <select data-testid="inbox-what" value={outcome} onChange={(event) => setOutcome(event.currentTarget.value)}>
              {OUTCOMES.map((each) => <option key={each} value={each}>{w.outcomes[each]}</option>)}
            </select>
          </label>
          <label>
            {w.note}
            <input maxLength={200} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
          </label>
          {ENDS.includes(outcome) && <p>{w.erases}</p>}
          <div class="actions">
            <button type="submit" class="primary" aria-disabled={busy} data-testid="inbox-save">{ENDS.includes(outcome) ? w.ended : w.again}</button>
            <button type="button" onClick={() => setAsks(false)}>{t.cancel}</button>
          </div>
        </form>
      )}
    </li>
  );
}
