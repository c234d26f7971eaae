// Back-test: what one or two settings of a rule would have done in days that are over. Settings at the left, what follows at
// the right: the verdict as a sentence, the evidence by day, both in numbers, every alert. All of it is in the address.
import "../trends/trends.css";
import "./backtest.css";
import type { Backtest, Session, TrendsSeries } from "../api.ts";
import { NEW } from "../manage/view.ts";
import { failureText, go, makeText, TextContext, useEffect, useMemo, useText } from "../kit.ts";
import { Pick, PickPlace } from "../trends/controls.tsx";
import { addDays, clampDays, countDays, DAYS_MAX, presetDays, usualBy, type Period } from "../trends/days.ts";
import { pathOf, useReport, type Loaded } from "../trends/report.ts";
import { AlertsCard } from "./alerts-card.tsx";
import { ChartOrDays } from "./chart.tsx";
import { CurveCard } from "./curve-card.tsx";
import { NumbersCard } from "./numbers-card.tsx";
import { SettingCard, type Name } from "./setting-card.tsx";
import { fieldsOf, fieldsOfRule, isAboutKiosks, textOf } from "./setting.ts";
import { readView, SPANS, viewAddress, type Span, type View } from "./view.ts";
import { useWords } from "./words.ts";

interface Props {
  session: Session;
  place: string;
  query: URLSearchParams;
  signedOut: () => void;
}

export function BacktestPage(props: Props) {
  const { lang } = useText();
  const text = useMemo(() => makeText(lang, "UTC"), [lang]); // days are days: no zone moves them
  return (
    <TextContext.Provider value={text}>
      <Tests {...props} />
    </TextContext.Provider>
  );
}

function Tests({ session, place, query, signedOut }: Props) {
  const { t, w, f, day } = useWords();
  const view = readView(query, place);
  const set = (change: Partial<View>) => go(viewAddress({ ...view, ...change }));

  // The last day that is over is known to the server alone: by the clock of the place.
  const newest = useReport<TrendsSeries>(pathOf("trends/series", { place: view.place }));
  const yesterday = newest.data?.place.id === view.place ? newest.data.to : null;
  const days = yesterday === null ? null : typeof view.period === "string" ? presetDays(view.period, yesterday) : clampDays(view.period, yesterday);
  const test = useReport<Backtest>(days && pathOf("backtest", { place: view.place, ...days, a: view.a, b: view.b, late: view.late ? "counted" : "" }));
  const report = test.data?.place.id === view.place ? test.data : null;
  const question = report?.settings[0]?.rule.question ?? "";
  const series = useReport<TrendsSeries>(report && pathOf("trends/series", { place: view.place, from: report.from, to: report.to, by: report.days <= 120 ? "day" : usualBy(report), question }));

  const ended = [newest, test, series].some(({ failure }) => failure?.kind === "auth");
  useEffect(() => {
    if (ended) signedOut();
  }, [ended]);
  const name = session.places.find(({ id }) => id === view.place)?.name ?? view.place;
  useEffect(() => {
    document.title = w.title(name);
  }, [w, name]);

  const failure = test.failure ?? newest.failure;
  const wrong = failure?.kind === "problem" && failure.status === 422 ? failure.field : "";
  const fresh = !test.busy && !test.failure;
  const errorOf = (which: Name) => (wrong === which && failure ? failureText(failure, t) : null);
  const first = report?.settings[0];
  const kindOf = (text: string) => fieldsOf(text)?.["kind"] ?? report?.standards.find(({ id }) => id === text)?.rule.kind;
  const aboutKiosks = (text: string) => isAboutKiosks(kindOf(text));
  const isStandard = (text: string) => report?.standards.some(({ id }) => id === text);
  // That which it came from; else one that asks the same, so that a rule about kiosks is not put in the place of the promise.
  const ofText = (text: string) =>
    !["head-office", "admin"].includes(session.user.role) ? null : isStandard(view.of) ? view.of : view.of === NEW ? "" : (report?.standards.find(({ rule }) => rule.kind === (kindOf(text) ?? "standard"))?.id ?? "");
  const card = (which: Name) => {
    const tested = report?.settings[which === "a" ? 0 : 1] ?? null;
    return { name: which, text: view[which], report, tested: fresh ? tested : null, error: errorOf(which), of: ofText(view[which]), set: (text: string) => set({ [which]: text, late: view.late && !aboutKiosks(text), ...(isStandard(text) ? { of: text } : {}) }) };
  };

  return (
    <main id="content" class="page backtest" tabIndex={-1}>
      <Head session={session} view={view} days={days} yesterday={yesterday} set={set} />
      <div class="test-cards">
        {/* with what can be taken over, and below what it came to: nothing moves under a finger */}
        {(report || failure) && <section class="card settings-card" aria-labelledby="h-settings">
          <h2 id="h-settings">{w.settings}</h2>
          <SettingCard {...card("a")} />
          {view.b ? (
            <SettingCard {...card("b")}>
              <button type="button" class="link without" data-testid="without" onClick={() => set({ b: "" })}>{w.without}</button>
            </SettingCard>
          ) : (
            <button type="button" class="tool with" data-testid="with" disabled={!first} onClick={() => first && set({ b: textOf(fieldsOfRule(first.rule)) })}>{w.compare}</button>
          )}
        </section>}
        <section class="card result-card" aria-labelledby="h-result" aria-busy={test.busy} data-testid="card-result">
          <Failed loaded={test} newest={newest} shown={wrong !== "a" && wrong !== "b"} />
          {report && first ? (
            <div class="body">
              <Verdict report={report} />
              {report.kiosks && report.kiosks.from !== report.from && <p class="gaps" data-testid="kiosks-from">{report.kiosks.from ? w.kiosksFrom(day(report.kiosks.from)) : w.kiosksUnknown}</p>}
              {report.late > 0 && !report.kiosks && (
                <p class="gaps" data-testid="late">
                  {report.lateCounted ? w.lateCounted(f.int(report.late)) : w.late(f.int(report.late))}{" "}
                  <button type="button" class="link" data-testid="late-switch" onClick={() => set({ late: !view.late })}>{report.lateCounted ? w.leaveLate : w.countLate}</button>
                </p>
              )}
              {(report.votes > 0 || report.kiosks) && (
                <>
                  <ChartOrDays report={report} series={series.data?.place.id === report.place.id ? series.data : null} target={first.rule.kind === "standard" ? (first.rule.percent ?? null) : (series.data?.promise?.target ?? null)} />
                  <Legend two={report.compare !== null} />
                </>
              )}
            </div>
          ) : (
            !failure && <p class="hint" role="status">{w.busy}</p>
          )}
        </section>
        {report && <NumbersCard report={report} />}
        {report && <CurveCard report={report} />}
        {report && <AlertsCard report={report} />}
      </div>
    </main>
  );
}

function Verdict({ report }: { report: Backtest }) {
  const { t, w, f, days } = useWords(report.tz);
  const [a, b] = report.settings;
  const { compare } = report;
  if (!a) return null;
  const many = (count: number) => f.int(count);
  const silentDays = report.votes === 0 && !report.kiosks;
  return (
    <>
      <h2 id="h-result" data-testid="verdict">{silentDays ? w.noVotes : b ? w.instead(b.count, many(b.count), many(a.count)) : w.verdict(a.count, many(a.count), t.days(report.days))}</h2>
      <p class="detail">
        {silentDays ? w.noVotesHint : compare ? (a.count + (b?.count ?? 0) ? w.both(many(compare.both), many(compare.first), many(compare.second)) : w.none) : a.count ? "" : w.none}{" "}
        <span class="nowrap">{w.votes(many(report.votes), days(report.from, report.to))}</span>
      </p>
    </>
  );
}

function Legend({ two }: { two: boolean }) {
  const { w } = useWords();
  return (
    <ul class="legend" aria-hidden="true">
      <li><i class="k-alert" />{two ? w.legend.both : w.legend.alert}</li>
      {two && <li><i class="k-alert alone" />{w.legend.alone}</li>}
    </ul>
  );
}

/** Why there is nothing new; what is wrong with a setting stands beside it. */
function Failed({ loaded, newest, shown }: { loaded: Loaded<Backtest>; newest: Loaded<TrendsSeries>; shown: boolean }) {
  const { t, w } = useWords();
  const failure = loaded.failure ?? newest.failure;
  if (!failure || failure.kind === "auth" || !shown) return null;
  const again = loaded.failure ? loaded.again : newest.again;
  return <p class="failed" role="alert">{w.failed} {failureText(failure, t)} <button type="button" class="link" onClick={again}>{t.retry}</button></p>;
}

const OWN = "own";

interface HeadProps {
  session: Session;
  view: View;
  days: Period | null;
  yesterday: string | null;
  set: (change: Partial<View>) => void;
}

function Head({ session: { places }, view, days, yesterday, set }: HeadProps) {
  const said = useWords();
  const { t, w } = said;
  const place = places.find(({ id }) => id === view.place);
  const own = typeof view.period !== "string";
  const change = (part: "from" | "to") => (event: Event) => {
    const { value } = event.currentTarget as HTMLInputElement;
    if (!value || !days) return; // half typed
    const next = { ...days, [part]: value };
    set({ period: next.from <= next.to ? next : { from: value, to: value } });
  };
  return (
    <div class="trends-head">
      <h1>{t.backtest}</h1>
      {places.length > 1 ? (
        <PickPlace id="test-place" label={w.place} places={places} value={view.place} choose={(id) => set({ place: id })} />
      ) : (
        <p class="only">{place?.name ?? view.place}</p>
      )}
      <Pick id="test-period" label={w.period} glyph="days" shown={days ? `${said.days(days.from, days.to)} (${t.days(countDays(days.from, days.to))})` : "…"} value={own ? OWN : String(view.period)} choose={(value) => set({ period: value === OWN ? (days ?? "90d") : (value as Span) })}>
        {SPANS.map((span) => <option key={span} value={span}>{w.spans[span]}</option>)}
        <option value={OWN}>{w.ownDays}</option>
      </Pick>
      {own && days && yesterday && (
        <span class="own-days">
          <label>{w.from} <input type="date" data-testid="test-from" min={addDays(days.to, 1 - DAYS_MAX)} max={yesterday} value={days.from} onChange={change("from")} /></label>
          <label>{w.to} <input type="date" data-testid="test-to" max={yesterday} value={days.to} onChange={change("to")} /></label>
        </span>
      )}
    </div>
  );
}
