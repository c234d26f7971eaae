// Alerts of all places that one may see: what is open now and whose it is, with the way to the branch's day where one acts; what is
// over, with the votes behind it and how it ended. Place and choice are in the address.
import "../trends/trends.css";
import "./alerts.css";
import type { ComponentChildren } from "preact";
import type { PastAlert, Session } from "../api.ts";
import { addressOf, failureText, follow, go, lazy, makeText, Mark, pick, TextContext, useEffect, useMemo, useState, useText } from "../kit.ts";
import { PickPlace, Segmented } from "../trends/controls.tsx";
import { useNewest } from "./newest.ts";
import { words } from "./words.ts";

const AlertVotesDialog = lazy("votes", async () => (await import("../alert-votes.tsx")).AlertVotesDialog, true);

const STEP = 30;
const ASK_MS = 15_000;
const ABOUT_KIOSKS: readonly PastAlert["kind"][] = ["silence", "offline", "coverage", "clock", "tamper", "contact"]; // no votes are behind these

interface Props {
  session: Session;
  query: URLSearchParams;
  renew: () => void; // the session: other alerts are open than it says
  signedOut: () => void;
}

export function AlertsPage({ session: { places }, query, renew, signedOut }: Props) {
  const { t, lang } = useText();
  const w = words[lang];
  const place = query.get("place") ?? places[0]?.id ?? "";
  const state = query.get("state") === "closed" ? "closed" : "open";
  const set = (change: { place?: string; state?: string }) => {
    const next = { place, state, ...change };
    go(addressOf("alerts", { place: next.place, ...(next.state === "closed" ? { state: next.state } : {}) }));
  };
  useEffect(() => {
    document.title = `${t.alerts} \u00b7 ${places.find(({ id }) => id === place)?.name ?? place}`;
  }, [t, place, places]);
  return (
    <main id="content" class="page alerts-page" tabIndex={-1}>
      <div class="trends-head">
        <h1>{t.alerts}</h1>
        {places.length > 1 && <PickPlace id="alerts-place" label={w.place} places={places} value={place} choose={(id) => set({ place: id })} />}
        <Segmented id="alerts-state" label={w.which} value={state} options={[["open", w.open], ["closed", w.past]]} choose={(next) => set({ state: next })} />
      </div>
      <List key={`${place} ${state}`} place={place} state={state} branches={places.filter(({ kind }) => kind === "branch").map(({ id }) => id)} known={places.find(({ id }) => id === place)?.openAlerts} renew={renew} signedOut={signedOut} />
    </main>
  );
}

interface ListProps {
  place: string;
  state: "open" | "closed";
  branches: string[];
  known: number | undefined; // open ones, by the session
  renew: () => void;
  signedOut: () => void;
}

function List({ place, state, branches, known, renew, signedOut }: ListProps) {
  const { t, lang } = useText();
  const w = words[lang];
  const [most, setMost] = useState(STEP);
  const { data, failure, busy, again } = useNewest(place, state, most);
  const [votes, setVotes] = useState<PastAlert | null>(null);
  useEffect(() => {
    const ask = () => document.hidden || again();
    const timer = setInterval(ask, ASK_MS);
    document.addEventListener("visibilitychange", ask);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", ask);
    };
  }, []);
  useEffect(() => {
    if (failure?.kind === "auth") signedOut();
  }, [failure]);

  const open = state === "open" && data?.next === null ? data.alerts.length : undefined;
  useEffect(() => {
    if (open !== undefined && open !== known) renew();
  }, [open]);

  const shown = data?.alerts;
  const asking = busy && shown !== undefined && most > shown.length;
  const more = () => {
    if (asking || !shown) return;
    setMost(shown.length + STEP);
    again(); // also when it did not come before
  };
  return (
    <section class="card alerts-list" aria-labelledby="h-alerts" data-testid="alerts-list">
      <h2 id="h-alerts" class={shown?.length || (!shown && failure) ? "vh" : ""}>{!shown ? (failure ? t.alerts : t.loading) : shown.length ? (state === "open" ? w.open : w.past) : state === "open" ? w.noneOpen : w.nonePast}</h2>
      {failure && <p class="error" role="alert">{failureText(failure, t)}</p>}
      {shown?.length === 0 && <p class="hint">{state === "open" ? w.noneOpenHint : w.nonePastHint}</p>}
      {shown && shown.length > 0 && <ul>{shown.map((alert) => <Zoned key={alert.id} tz={alert.place.tz}><One alert={alert} day={branches.includes(alert.place.id)} votes={() => setVotes(alert)} /></Zoned>)}</ul>}
      {data && data.next !== null && <button type="button" class="link older" data-testid="alerts-older" aria-disabled={asking} onClick={more}>{asking ? t.loading : w.older}</button>}
      {votes && <Zoned tz={votes.place.tz}><AlertVotesDialog alert={votes} now={Date.now()} close={() => setVotes(null)} /></Zoned>}
    </section>
  );
}

/** Times as they are at the place. */
function Zoned({ tz, children }: { tz: string; children: ComponentChildren }) {
  const { lang } = useText();
  const text = useMemo(() => makeText(lang, tz), [lang, tz]);
  return <TextContext.Provider value={text}>{children}</TextContext.Provider>;
}

const MINUTE_MS = 60_000;
const YEAR_MS = 300 * 86_400_000; // from here on a day needs its year

function One({ alert, day, votes }: { alert: PastAlert; day: boolean; votes: () => void }) {
  const { t, f, lang } = useText();
  const w = words[lang];
  const now = Date.now();
  const at = (ms: number) => (now - ms > YEAR_MS ? `${f.date(ms)} ${f.time(ms)}` : f.when(ms, now));
  const aboutVotes = !ABOUT_KIOSKS.includes(alert.kind);
  const over = alert.closed !== null && !alert.reopened;
  const mark = over ? "fine" : alert.state === "unknown" ? "unknown" : aboutVotes ? "breach" : "warning";
  const word = alert.reopened ? t.reopened : alert.state === "unknown" ? t.noData : null;
  const facts = [
    alert.kioskName || alert.kiosk,
    t.since(at(alert.since)),
    alert.closed !== null && w.lasted(f.span((alert.closed - alert.raised) / MINUTE_MS)),
    alert.flaps > 0 && t.flaps(alert.flaps),
  ].filter(Boolean);
  const how = alert.closed === null ? null : alert.closedBy ? t.closedByPerson(at(alert.closed), alert.closedBy) : t.closedItself(at(alert.closed));
  const theirs = !over && [how === null && alert.ack && alert.ack.until > now && t.onIt(alert.ack.by, at(alert.ack.at), at(alert.ack.until)), alert.assigned && t.given(alert.assigned)].filter(Boolean).join(" ");
  const who = [how, theirs || (how === null && t.nobody)].filter(Boolean).join(". ");
  const address = addressOf("today", { place: alert.place.id });
  return (
    <li data-testid="alert-row" data-alert-id={alert.id} data-state={alert.state}>
      <Mark kind={mark} />
      <div class="what">
        <p class="head"><b>{pick(alert.rule.name, lang) || t.kind[alert.kind]}</b> {word && <span class="pill">{word}</span>}</p>
        <p>{alert.place.name}<span class="facts">{facts.map((each) => ` \u00b7 ${each}`).join("")}</span></p>
      </div>
      <p class="who">{who}</p>
      <p class="ways">
        {aboutVotes && <button type="button" class="link" data-testid="alert-votes" onClick={votes}>{w.votes}</button>}
        {day && !over && <a href={address} data-testid="alert-day" onClick={follow(address)}>{w.day(alert.place.name)}</a>}
      </p>
    </li>
  );
}
