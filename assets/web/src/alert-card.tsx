// One alert: what, how sure, why, where, who is on it, and what to do now.
import { useState } from "preact/hooks";
import type { Alert, Verdict } from "./api.ts";
import { AlertActions } from "./alert-actions.tsx";
import { isOpen, sayAlert, stateWord } from "./alert-text.ts";
import { lazy } from "./lazy.tsx";
import { Icon, Mark } from "./icons.tsx";
import { PointsChart } from "./points-chart.tsx";
import { pick, useText } from "./text.ts";
import { Track, type TrackMark } from "./track.tsx";

const AlertVotesDialog = lazy("votes", async () => (await import("./alert-votes.tsx")).AlertVotesDialog, true);

const MOST_REASONS = 3;
const MOST_PLACES = 3;
const MOST_COMMENTS = 2;

interface Props {
  alert: Alert;
  now: number;
  mayAct: boolean;
  done: () => Promise<void>;
  signedOut: () => void;
}

export function AlertCard(props: Props) {
  const { alert, now, mayAct } = props;
  const text = useText();
  const said = sayAlert(alert, now, text);
  const aboutVotes = isAboutVotes(alert);
  const tone = !isOpen(alert) ? "closed" : aboutVotes ? "breach" : "warning";
  return (
    <article
      class={`card alert ${tone} ${aboutVotes && isOpen(alert) ? "votes" : "plain"}`}
      data-testid="alert-card"
      data-alert-id={alert.id}
      data-state={alert.state}
      aria-label={`${said.kind}: ${said.headline}`}
    >
      <div class="what">
        <AlertHead alert={alert} now={now} />
        <h2>{said.headline}</h2>
        {isOpen(alert) && said.detail && <p class="detail">{said.detail}</p>}
        {isOpen(alert) && aboutVotes && <VotesTrack alert={alert} />}
        {isOpen(alert) && <Reasons alert={alert} />}
        <Comments alert={alert} now={now} />
      </div>
      {isOpen(alert) && aboutVotes && <Why alert={alert} now={now} />}
      {isOpen(alert) && <div class="act">
        {hasCurve(alert) && <Places alert={alert} />}
        <Who alert={alert} now={now} />
        {mayAct && <AlertActions alert={alert} now={now} done={props.done} signedOut={props.signedOut} />}
      </div>}
      {!isOpen(alert) && mayAct && <AlertActions alert={alert} now={now} done={props.done} signedOut={props.signedOut} />}
    </article>
  );
}

function AlertHead({ alert, now }: { alert: Alert; now: number }) {
  const text = useText();
  const { t, f } = text;
  const word = stateWord(alert, text);
  const since = f.when(alert.since, now);
  const facts = [alert.subject && isAboutVotes(alert) ? t.sinceIn(alert.subject.name, since) : t.since(since)];
  if (alert.flaps > 0) facts.push(t.flaps(alert.flaps));
  if (alert.closed !== null) {
    const closed = f.when(alert.closed, now);
    facts.push(alert.closedBy ? t.closedByPerson(closed, alert.closedBy) : t.closedItself(closed));
  }
  const mark = !isOpen(alert) ? "fine" : alert.state === "unknown" ? "unknown" : isAboutVotes(alert) ? "breach" : "warning";
  return (
    <header>
      <Mark kind={mark} />
      <b class="kind">{t.kind[alert.kind]}</b>
      {word && <span class="pill">{word}</span>}
      <span class="since">{facts.join(" · ")}</span>
    </header>
  );
}

const isAboutVotes = ({ votes }: Alert): boolean => votes !== null;
const hasCurve = (alert: Alert): boolean => alert.curve.length > 1 && alert.limit !== null;

function VotesTrack({ alert }: { alert: Alert }) {
  const votes = alert.votes;
  if (!votes || votes.share === null || votes.lo === null || votes.hi === null || alert.target === null) return null;
  const target = alert.kind === "share" ? 100 - alert.target : alert.target; // the track shows satisfied votes
  const verdict: Verdict = votes.hi * 100 < target ? "below" : votes.lo * 100 > target ? "above" : "unclear";
  return <Track share={votes.share} lo={votes.lo} hi={votes.hi} target={target} verdict={verdict} labels mark={alert.kind as TrackMark} />;
}

function Reasons({ alert }: { alert: Alert }) {
  const { f, lang } = useText();
  if (!alert.reasons.length) return null;
  return (
    <ul class="chips">
      {alert.reasons.slice(0, MOST_REASONS).map((reason) => (
        <li key={reason.id}>{pick(reason.label, lang)} <b>{f.int(reason.n)}</b></li>
      ))}
    </ul>
  );
}

function Why({ alert, now }: { alert: Alert; now: number }) {
  const { t, f } = useText();
  const [open, setOpen] = useState(false); // on a phone; wider pages always show it
  const [votes, setVotes] = useState(false);
  const cost = falseAlarms(alert, t, f);
  return (
    <div class={open ? "why open" : "why"}>
      <header>
        <h3 class="wide">{t.whyAlert}</h3>
        <span class="narrow cost">{cost}</span>
        <button type="button" class="link narrow" aria-expanded={open} onClick={() => setOpen(!open)}>{t.why}</button>
        {alert.votes && alert.votes.n > 0 && (
          <button type="button" class="link fold" data-testid="alert-votes" onClick={() => setVotes(true)}>{t.theVotes(alert.votes.n, f.int(alert.votes.n))}</button>
        )}
      </header>
      <div class="fold">
        {hasCurve(alert) && <PointsChart alert={alert} now={now} />}
        <p class="rule">
          {alert.up !== null && alert.down !== null && <>{t.pointsRule(f.int(alert.up), f.int(alert.down))} </>}
          {alert.spread !== null && <>{t.spreadRule(f.percent(100 * alert.spread))} </>}
          <span class="wide">{cost}</span>
        </p>
      </div>
      {!hasCurve(alert) && <Places alert={alert} />}
      {votes && <AlertVotesDialog alert={alert} now={now} close={() => setVotes(false)} />}
    </div>
  );
}

function falseAlarms(alert: Alert, t: ReturnType<typeof useText>["t"], f: ReturnType<typeof useText>["f"]): string {
  if (alert.falseAlarmDays !== null) return t.falseAlarmDays(Math.round(alert.falseAlarmDays), f.int(alert.falseAlarmDays));
  if (alert.falseAlarmVotes !== null) return t.falseAlarmVotes(f.int(alert.falseAlarmVotes));
  return t.falseAlarmLearning;
}

function Places({ alert }: { alert: Alert }) {
  const { t, f } = useText();
  if (!alert.places.length) return null;
  return (
    <table class="places">
      <thead>
        <tr><th scope="col">{t.whereWorst}</th><th scope="col" class="num">{t.unhappyOf}</th></tr>
      </thead>
      <tbody>
        {alert.places.slice(0, MOST_PLACES).map((place) => (
          <tr key={place.id}><th scope="row">{place.name}</th><td class="num">{t.ofVotes(f.int(place.unhappy), f.int(place.n))}</td></tr>
        ))}
      </tbody>
    </table>
  );
}

function Comments({ alert, now }: { alert: Alert; now: number }) {
  const { t, f } = useText();
  const [all, setAll] = useState(false);
  const said = alert.comments.filter((comment) => comment.text !== "");
  if (!said.length) return null;
  const shown = all ? said : said.slice(-MOST_COMMENTS);
  return (
    <ol class="comments">
      {shown.length < said.length && (
        <li><button type="button" class="link" onClick={() => setAll(true)}>{t.olderComments(said.length - shown.length)}</button></li>
      )}
      {shown.map((comment) => (
        <li key={`${comment.at} ${comment.by}`}>
          <span>{comment.text}</span> <small>{comment.by}, {f.when(comment.at, now)}</small>
        </li>
      ))}
    </ol>
  );
}

function Who({ alert, now }: { alert: Alert; now: number }) {
  const { t, f } = useText();
  return (
    <p class="who">
      <Icon name="person" />
      <span>
        {alert.ack ? t.onIt(alert.ack.by, f.when(alert.ack.at, now), f.when(alert.ack.until, now)) : !alert.assigned && t.nobody}
        {alert.assigned && ` ${t.given(alert.assigned.to)}`}
        {alert.silence && ` ${t.silenced(f.when(alert.silence.until, now))}`}
      </span>
    </p>
  );
}
