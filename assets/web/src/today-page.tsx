// Today of one branch: act first (alerts), understand second (score, hours, reasons), check the machines last.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Alert, Session, Today } from "./api.ts";
import { AlertCard } from "./alert-card.tsx";
import { isOpen, sayAlert } from "./alert-text.ts";
import { failureText } from "./failure.tsx";
import { HoursCard } from "./hours-card.tsx";
import { lazy } from "./lazy.tsx";
import { KiosksCard } from "./kiosks-card.tsx";
import { useFeed } from "./live/feed.ts";
import { PlaceHead } from "./place-head.tsx";
import { ReasonsCard } from "./reasons-card.tsx";
import { ScoreCard } from "./score-card.tsx";
import { browserZone, makeText, TextContext, useText, type Text } from "./text.ts";

const CommentsCard = lazy("comments", async () => (await import("./comments/card.tsx")).CommentsCard, true);
const AboutCard = lazy("about", async () => (await import("./about/card.tsx")).AboutCard, true);
const NewsCard = lazy("news", async () => (await import("./news/card.tsx")).NewsCard, true);
const InboxCard = lazy("inbox", async () => (await import("./inbox/card.tsx")).InboxCard, true);

interface Props {
  session: Session;
  place: string;
  go: (place: string) => void;
  renew: () => void; // the session: other alerts are open than it says
  signedOut: () => void;
}

export function TodayPage({ session, place, go, renew, signedOut }: Props) {
  const { lang } = useText();
  const feed = useFeed(place);
  const { today, failure, refresh } = feed;
  const tz = today?.place.tz ?? browserZone();
  const text = useMemo(() => makeText(lang, tz), [lang, tz]);
  useEffect(() => {
    if (failure?.kind === "auth") signedOut();
  }, [failure]);
  useTitle(today, text);
  const open = today?.alerts.filter(isOpen).length;
  useEffect(() => {
    if (open !== undefined && session.places.find(({ id }) => id === place)?.openAlerts !== open) renew();
  }, [open]);

  return (
    <TextContext.Provider value={text}>
      <main id="content" class="page" tabIndex={-1}>
        {session.holds && <p class="card" role="alert">{text.t.notStored}</p>}
        <PlaceHead places={session.places} current={place} feed={feed} go={go} />
        {today ? (
          <>
            <Announcer today={today} />
            {today.alerts.length > 0 && (
              <section class="alerts" aria-label={text.t.alerts}>
                {today.alerts.map((alert) => (
                  <AlertCard key={alert.id} alert={alert} now={today.now} mayAct={session.user.role !== "viewer"} done={refresh} signedOut={signedOut} />
                ))}
              </section>
            )}
            <InboxCard place={today.place.id} rev={today.rev} now={today.now} mayAct={session.user.role !== "viewer"} signedOut={signedOut} />
            <div class="cards">
              <ScoreCard today={today} />
              <ReasonsCard reasons={today.reasons} />
              <HoursCard today={today} />
              <KiosksCard kiosks={today.kiosks} now={today.now} />
              <AboutCard today={today} />
              <NewsCard place={today.place.id} fresh />
              <CommentsCard place={today.place.id} rev={today.rev} now={today.now} role={session.user.role} />
            </div>
          </>
        ) : (
          <NoFigures place={place} failure={failure} refresh={refresh} />
        )}
      </main>
    </TextContext.Provider>
  );
}

function NoFigures({ place, failure, refresh }: { place: string; failure: ReturnType<typeof useFeed>["failure"]; refresh: () => Promise<void> }) {
  const { t } = useText();
  if (!failure || failure.kind === "auth") return <p class="card notice hint" role="status">{t.loading}</p>;
  const unknown = failure.kind === "problem" && (failure.status === 404 || failure.status === 403);
  return (
    <section class="card notice" role="alert">
      <h2>{unknown ? t.unknownPlace : t.loadFailed}</h2>
      <p>{unknown ? t.unknownPlaceHint(place) : failureText(failure, t)}</p>
      {!unknown && <button type="button" class="primary" onClick={() => void refresh()}>{t.retry}</button>}
    </section>
  );
}

/** Says new and ended alerts to those who do not see the page. */
function Announcer({ today }: { today: Today }) {
  const text = useText();
  const before = useRef<Map<string, Alert> | null>(null);
  const [news, setNews] = useState("");
  useEffect(() => {
    const old = before.current;
    before.current = new Map(today.alerts.map((alert) => [alert.id, alert]));
    if (!old) return;
    const lines: string[] = [];
    for (const alert of today.alerts) {
      const was = old.get(alert.id);
      const said = sayAlert(alert, today.now, text);
      if (isOpen(alert) && !(was && isOpen(was))) lines.push(text.t.announceNew(said.kind, said.headline));
      if (!isOpen(alert) && was && isOpen(was)) lines.push(text.t.announceClosed(said.kind));
    }
    if (lines.length) setNews(lines.join(" "));
  }, [today]);
  return <p class="vh" aria-live="assertive" data-testid="announcer">{news}</p>;
}

function useTitle(today: Today | null, text: Text): void {
  useEffect(() => {
    if (!today) return;
    const open = today.alerts.filter(isOpen);
    const first = open[0];
    const plain = `${today.place.name} · ${text.t.today}`;
    document.title = first ? text.t.titleAlerts(open.length, `${text.t.kind[first.kind]} · ${today.place.name}`) : plain;
  }, [today, text]);
}
