// A screen in a branch: for the staff room (page=wall) or for customers (page=board). Its parts take turns; who wishes for less
// motion, or touches a dot, gets the one that he chose.
import "./wall.css";
import type { Session, Wall } from "../api.ts";
import { Face, makeText, pick, TextContext, useEffect, useMemo, useState, useText } from "../kit.ts";
import type { Level } from "../face.tsx";
import type { Lang } from "../settings.ts";
import { useWall } from "./feed.ts";
import { WORDS, type Words } from "./words.ts";

interface Props {
  session: Session;
  place: string;
  query: URLSearchParams;
  signedOut: () => void;
}

const TURN_MS = 15_000;
const DONE_AT_ONCE = 3; // what was done, on one part
const DONE_HIGH = 470; // ... and all of it so high, in pixels of 1920x1080; what is this low may be larger:
const DONE_LOW = 250;
const ALERTS_AT_ONCE = 4;
const MINUTE_MS = 60_000;

export function WallPage({ session, place, query }: Props) {
  const outer = useText();
  const wanted = query.get("lang");
  const lang: Lang = wanted === "en" || wanted === "id" ? wanted : outer.lang;
  const staff = query.get("page") === "wall";
  const state = useWall(place, staff ? "staff" : "customers");
  const text = useMemo(() => makeText(lang, state.wall?.place.tz ?? "UTC"), [lang, state.wall?.place.tz]);
  const w = WORDS[lang];
  useEffect(() => {
    document.documentElement.lang = lang;
  }, [lang]);
  useEffect(() => {
    document.title = w.title(state.wall?.place.name ?? place);
  }, [w, state.wall?.place.name]);
  return (
    <TextContext.Provider value={text}>
      <main id="content" class={`wall ${staff ? "staff" : "board"}`} tabIndex={-1} data-testid="wall">
        {state.ended ? (
          <section class="panel alone"><h1>{w.ended}</h1><p>{w.endedHint}</p></section>
        ) : state.gone ? (
          <section class="panel alone"><h1>{w.gone}</h1><p>{w.goneHint}</p></section>
        ) : state.wall ? (
          <Screen wall={state.wall} at={state.at} live={state.live} org={session.org.name} w={w} />
        ) : (
          <section class="panel alone"><p role="status">{w.connecting}</p></section>
        )}
      </main>
    </TextContext.Provider>
  );
}

interface Item {
  said: string;
  did: string;
  since: string;
}

function itemsOf(wall: Wall, lang: Lang, w: Words, date: (ms: number) => string): Item[] {
  const said = wall.messages.map(({ said: s, did }) => ({ said: pick(s, lang), did: pick(did, lang), since: "" }));
  const told = wall.told.map(({ said: s, did, at }) => ({ said: pick(s, lang), did: pick(did, lang), since: w.since(date(at)) }));
  return [...told, ...said];
}

// About as high as it will be: a line of either text has so many letters.
const height = ({ said, did, since }: Item): number => 38 + 33 * Math.ceil(said.length / 50) + 37 * Math.ceil(did.length / 42) + (since ? 31 : 0);

function inParts(items: Item[]): Item[][] {
  const parts: Item[][] = [[]];
  let high = 0;
  for (const item of items) {
    const part = parts[parts.length - 1] ?? [];
    if (part.length === DONE_AT_ONCE || (part.length > 0 && high + height(item) > DONE_HIGH)) {
      parts.push([item]);
      high = height(item);
    } else {
      part.push(item);
      high += height(item);
    }
  }
  return parts;
}

function Screen({ wall, at, live, org, w }: { wall: Wall; at: number; live: boolean; org: string; w: Words }) {
  const { f, lang } = useText();
  const now = useMinute(wall.now, at);
  const items = itemsOf(wall, lang, w, f.shortDate);
  const done = inParts(items);
  const parts = [...done.map((list, i) => <Done key={`done-${i}`} items={list} w={w} />), ...(wall.staff ? [<Act key="act" staff={wall.staff} w={w} />] : [])];
  const urgent = wall.staff?.alerts.some(({ closed }) => closed === null) ?? false;
  const turn = useTurn(parts.length, urgent ? parts.length - 1 : 0);
  const { stored, known, complete } = wall.coverage;
  return (
    <>
      <header class="top">
        <span class="org-mark" aria-hidden="true">{org.slice(0, 1).toUpperCase()}</span>
        <div><h1>{org}</h1><p data-testid="wall-place">{wall.place.name}</p></div>
        <p class="clock" data-testid="wall-live" data-live={String(live)}>{live ? `${f.date(now)}, ${f.time(now)}` : <strong>{w.notLive(f.time(wall.now))}</strong>}</p>
      </header>
      <Score wall={wall} items={items} w={w} />
      <div class="turn" key={turn.at}>{parts[turn.at]}</div>
      <Tally wall={wall} w={w} />
      <footer class="bottom">
        <p>{complete || known <= stored ? w.anonymous(f.int(stored)) : w.lacking(f.int(stored), f.int(known))}{wall.phone.n > 0 && ` ${w.phone(f.int(wall.phone.n))}`}</p>
        {parts.length > 1 && (
          <nav aria-label={w.pages}>
            {parts.map((_, i) => <button key={i} type="button" aria-label={w.page(i + 1)} aria-current={i === turn.at ? "true" : undefined} onClick={() => turn.hold(i)} />)}
            <button type="button" class="hold" data-testid="wall-hold" onClick={turn.toggle}>{turn.held ? w.go : w.hold}</button>
          </nav>
        )}
      </footer>
    </>
  );
}

function Score({ wall, items, w }: { wall: Wall; items: Item[]; w: Words }) {
  const { f } = useText();
  const { score, promise, words, attended } = wall;
  const { lang } = useText();
  const today = items.find((_, i) => i < wall.told.length && wall.now - (wall.told[i]?.at ?? 0) < 24 * 60 * MINUTE_MS);
  const bad = score.verdict === "below";
  const verdict = score.verdict === "few" ? w.few : promise ? w[score.verdict] : "";
  return (
    <section class="panel score" aria-labelledby="h-today">
      <h2 id="h-today">{w.today}</h2>
      {score.share === null || score.lo === null || score.hi === null ? (
        <div class="none"><strong>{w.none}</strong><p>{w.noneHint}</p></div>
      ) : (
        <>
          <div class="figure">
            <strong data-testid="wall-score">{f.share(score.share, 0)}</strong>
            <p><span data-testid="wall-n">{w.satisfiedOf(f.int(score.n))}</span><small>{w.range(f.range(score.lo, score.hi, 0))}</small></p>
          </div>
          <Track share={score.share} target={promise?.target ?? null} verdict={score.verdict} label={promise ? w.promise(f.percent(promise.target)) : ""} />
          <p class="verdict" data-testid="wall-verdict">{verdict} {bad && (today ? w.done(today.did) : attended ? w.attended : "")}</p>
        </>
      )}
      {Object.keys(words).length > 0 && <p class="words">{pick(words, lang)}</p>}
    </section>
  );
}

function Track({ share, target, verdict, label }: { share: number; target: number | null; verdict: string; label: string }) {
  return (
    <div class={`rail ${verdict}`}>
      <svg viewBox="0 0 1000 48" preserveAspectRatio="none" aria-hidden="true">
        <rect class="all" y="12" width="1000" height="24" rx="12" />
        <rect class="part" y="12" width={Math.max(24, share * 1000)} height="24" rx="12" />
        {target !== null && <rect class="tick" x={target * 10 - 3} width="6" height="48" rx="2" />}
      </svg>
      {target !== null && <svg class="label" viewBox="0 0 1000 44" aria-hidden="true"><text x={Math.min(target * 10 + 12, 1000)} y="32" text-anchor="end">{label}</text></svg>}
      <span class="vh">{label}</span>
    </div>
  );
}

function Done({ items, w }: { items: Item[]; w: Words }) {
  return (
    <section class={`panel done ${items.reduce((sum, item) => sum + height(item), 0) <= DONE_LOW ? "few" : ""}`} aria-labelledby="h-did">
      <h2 id="h-did">{w.did}</h2>
      {items.length === 0 && <p class="nothing">{w.didNone}</p>}
      <ul>
        {items.map(({ said, did, since }, i) => (
          <li key={i} data-testid="wall-did">
            <svg class="tick" viewBox="0 0 56 56" aria-hidden="true"><circle cx="28" cy="28" r="28" /><path d="M19 29l6 6 12-13" /></svg>
            <div>{said && <q>{said}</q>}<strong>{did}</strong>{since && <small>{since}</small>}</div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Act({ staff, w }: { staff: NonNullable<Wall["staff"]>; w: Words }) {
  const { f, lang } = useText();
  const open = staff.alerts.filter(({ closed }) => closed === null);
  const not = staff.kiosks.filter(({ state }) => state !== "ready" && state !== "sleeping");
  return (
    <section class="panel act" aria-labelledby="h-alerts">
      <h2 id="h-alerts">{w.alerts}{open.length > 0 && <b class="count" data-testid="wall-alerts">{f.int(open.length)}</b>}</h2>
      {open.length === 0 && <p class="nothing">{w.alertsNone}</p>}
      <ul>
        {open.slice(0, ALERTS_AT_ONCE).map((alert) => {
          const who = alert.assigned?.to ?? alert.ack?.by;
          return (
            <li key={alert.id} data-testid="wall-alert">
              <svg class="octagon" viewBox="-28 -28 56 56" aria-hidden="true"><path class="shape" d="M-11-26h22l15 15v22L11 26h-22l-15-15v-22z" /><path class="cut" d="M0-13V4M0 12v1" /></svg>
              <div><strong>{w.kind[alert.kind]}</strong><small>{[alert.subject?.name ?? alert.place.name, w.sinceTime(f.time(alert.raised)), who ? w.on(who) : w.nobody].join(" · ")}</small></div>
            </li>
          );
        })}
      </ul>
      <div class="pair">
        <div>
          <h3>{w.kiosks}</h3>
          {not.length === 0 ? <p>{w.kiosksFine(staff.kiosks.length)}</p> : not.map(({ id, name, state, since }) => <p key={id} data-testid="wall-kiosk"><b>{name}</b> {w.state[state]}{since !== null && `, ${w.sinceTime(f.time(since))}`}</p>)}
        </div>
        <div>
          <h3>{w.reasons}</h3>
          {staff.reasons.length === 0 ? <p>{w.reasonsNone}</p> : staff.reasons.map(({ id, label, n }) => <p key={id}><b>{f.int(n)}</b> {pick(label, lang) || id}</p>)}
        </div>
      </div>
    </section>
  );
}

function Tally({ wall, w }: { wall: Wall; w: Words }) {
  const { f } = useText();
  const names = wall.tally.length === 4 ? w.faces4 : w.faces;
  const levels: Level[] = wall.tally.length === 4 ? [5, 4, 2, 1] : [5, 4, 3, 2, 1];
  return (
    <ul class="tally">
      {wall.tally.map(({ score, n }, i) => (
        <li key={score} class="panel">
          <Face level={levels[i] ?? 3} />
          <div><strong data-testid={`wall-tally-${score}`}>{f.int(n)}</strong><span>{names[i] ?? score}</span></div>
        </li>
      )).reverse()}
    </ul>
  );
}

// Whose turn it is. Held by a touch, until "go on"; from the beginning for those who wish for less motion.
function useTurn(count: number, first: number) {
  const [at, setAt] = useState(first);
  const [held, setHeld] = useState(() => matchMedia("(prefers-reduced-motion: reduce)").matches);
  useEffect(() => setAt(first), [first, count]);
  useEffect(() => {
    if (held || count < 2) return;
    const timer = setInterval(() => setAt((was) => (was + 1) % count), TURN_MS);
    return () => clearInterval(timer);
  }, [held, count]);
  return { at: Math.min(at, count - 1), held, hold: (i: number) => (setHeld(true), setAt(i)), toggle: () => setHeld(!held) };
}

/** The server's time, to the minute. */
function useMinute(serverNow: number, at: number): number {
  const [, tick] = useState(0);
  const now = serverNow + performance.now() - at;
  useEffect(() => {
    const timer = setTimeout(() => tick((n) => n + 1), MINUTE_MS - (now % MINUTE_MS) + 50);
    return () => clearTimeout(timer);
  });
  return now;
}
