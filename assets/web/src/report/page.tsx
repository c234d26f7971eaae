// Report: what is handed on or published, on paper as on the screen: of any place its satisfaction, or its SKM. All that is chosen is
// in the address.
import "../trends/trends.css";
import "./report.css";
import type { Session, Trends, TrendsCompare, TrendsGaps, TrendsLate, TrendsRanking, TrendsReasons, TrendsSegments, TrendsSeries, TrendsSkm } from "../api.ts";
import { addressOf, failureText, FieldError, follow, go, makeText, TextContext, useEffect, useMemo, useState, useText } from "../kit.ts";
import { Glyph, Pick, PickPlace, Segmented } from "../trends/controls.tsx";
import { clampDays, presetDays, PRESETS, usualBy, type Period, type Preset } from "../trends/days.ts";
import { OwnDays } from "../trends/own-days.tsx";
import { usePrintInLight } from "../trends/paper.ts";
import { pathOf, useReport, type Loaded } from "../trends/report.ts";
import { ShareButton } from "../trends/share.tsx";
import { segmentOf, sourceField, SourcePick } from "../trends/source.tsx";
import { PlaceReport } from "./place.tsx";
import { Skm } from "./skm.tsx";
import { POPULATION_MAX, readView, viewAddress, type View } from "./view.ts";
import { useReportWords } from "./words.ts";

interface Props {
  session: Session;
  place: string;
  query: URLSearchParams;
  signedOut: () => void;
}

export function ReportPage(props: Props) {
  const { lang } = useText();
  const text = useMemo(() => makeText(lang, "UTC"), [lang]); // days are days: no zone moves them
  return (
    <TextContext.Provider value={text}>
      <Report {...props} />
    </TextContext.Provider>
  );
}

function Report({ session, place, query, signedOut }: Props) {
  const { t, r, lang } = useReportWords();
  const view = readView(query, place);
  const set = (change: Partial<View>) => go(viewAddress({ ...view, ...change }));

  // The last day that is over is known to the server alone: by the clock of the place.
  const newest = useReport<TrendsSeries>(pathOf("trends/series", { place: view.place }));
  const yesterday = newest.data?.place.id === view.place ? newest.data.to : null;
  const days = yesterday === null ? null : typeof view.period === "string" ? presetDays(view.period, yesterday) : clampDays(view.period, yesterday);
  const skm = view.kind === "skm";
  const phones = !skm && view.source === "phones"; // told by day, and not apart by branch or reason
  const segment = phones ? segmentOf(view.source) : null;
  const asked = { place: view.place, ...days };
  const by = days ? usualBy(days) : "day";
  const branch = session.places.find(({ id }) => id === view.place)?.kind === "branch";
  const path = (wanted: boolean, report: string, more: Record<string, string | number | null> = {}) => (days && wanted ? pathOf(`trends/${report}`, { ...asked, ...more }) : null);
  const index = useReport<TrendsSkm>(path(skm, "skm", { population: view.population }));
  const compare = useReport<TrendsCompare>(path(!skm, "compare", { segment }));
  const series = useReport<TrendsSeries>(path(!skm, "series", { by, segment }));
  const segments = useReport<TrendsSegments>(path(!skm, "segments"));
  const reasons = useReport<TrendsReasons>(path(!skm && !phones, "reasons", { lang }));
  const ranking = useReport<TrendsRanking>(path(!skm && !phones && !branch, "ranking"));
  const gaps = useReport<TrendsGaps>(path(!skm && !phones, "gaps"));
  const late = useReport<TrendsLate>(path(!skm && !phones, "late"));

  const all: Loaded<Trends>[] = [newest, ...(skm ? [index] : phones ? [compare, series] : [compare, series, reasons, gaps, late])];
  const ended = all.some(({ failure }) => failure?.kind === "auth");
  useEffect(() => {
    if (ended) signedOut();
  }, [ended]);
  const name = session.places.find(({ id }) => id === view.place)?.name ?? view.place;
  useEffect(() => {
    document.title = r.title(name);
  }, [r, name]);
  usePrintInLight();

  const failed = all.find(({ failure }) => failure && failure.kind !== "auth");
  const here = <T extends Trends>({ data }: Loaded<T>): T | null => (data?.place.id === view.place ? data : null);
  const shown: Trends | null = here<Trends>(skm ? index : compare);
  const file = (format: string) => days && `/api/v1/${pathOf(`trends/${skm ? "skm" : phones ? "series" : "report"}.${format}`, { ...asked, lang, ...(skm ? { population: view.population } : { by, segment }) })}`;
  return (
    <main id="content" class="page report" tabIndex={-1}>
      <Head session={session} view={view} days={days} yesterday={yesterday} segments={segments} set={set} file={file} />
      <article class="card sheet" aria-busy={all.some(({ busy, failure }) => busy && !failure)} data-testid="report">
        {failed?.failure ? (
          <section class="part" role="alert">
            <h2>{failed.failure.kind === "problem" && failed.failure.status === 404 ? t.unknownPlace : t.loadFailed}</h2>
            <p class="said">{failed.failure.kind === "problem" && failed.failure.status === 404 ? t.unknownPlaceHint(view.place) : failureText(failed.failure, t)}</p>
            <button type="button" class="primary" onClick={failed.again}>{t.retry}</button>
          </section>
        ) : shown ? (
          <>
            <Title session={session} report={shown} skm={skm} phones={phones} />
            {skm
              ? index.data && <Skm data={index.data} />
              : compare.data && <PlaceReport compare={compare.data} series={here(series)} {...(phones ? { kiosks: false, reasons: null, ranking: null, gaps: null, late: null } : { kiosks: true, reasons: here(reasons), ranking: branch ? null : here(ranking), gaps: here(gaps), late: here(late) })} by={by} open={(from, to) => set({ period: { from, to } })} />}
            <Foot report={shown} skm={skm} phones={phones} />
          </>
        ) : (
          <p class="hint" role="status">{t.loading}</p>
        )}
      </article>
    </main>
  );
}

interface HeadProps {
  session: Session;
  view: View;
  days: Period | null;
  yesterday: string | null;
  segments: Loaded<TrendsSegments>;
  set: (change: Partial<View>) => void;
  file: (format: string) => string | null;
}

function Head({ session, view, days, yesterday, segments, set, file }: HeadProps) {
  const { r, w, num } = useReportWords();
  const own = typeof view.period !== "string";
  const source = sourceField(view.source);
  const trends = addressOf("trends", { place: view.place, ...(source ? { source } : {}), ...(typeof view.period === "string" ? { period: view.period } : view.period) });
  const [typed, setTyped] = useState<string | null>(null); // what is no number of people stays as it was typed
  const population = (event: Event) => {
    const { value, valueAsNumber, validity } = event.currentTarget as HTMLInputElement;
    const good = !validity.badInput && (value === "" || (Number.isInteger(valueAsNumber) && valueAsNumber >= 1 && valueAsNumber <= POPULATION_MAX));
    setTyped(good ? null : value);
    if (good) set({ population: value === "" ? null : valueAsNumber });
  };
  return (
    <div class="trends-head">
      <h1>{r.report}</h1>
      <Segmented id="kind" label={r.kind} value={view.kind} options={[["place", r.kinds.place], ["skm", r.kinds.skm]]} choose={(kind) => set({ kind })} />
      <PickPlace id="report-place" label={w.place} places={session.places} value={view.place} choose={(id) => set({ place: id })} />
      <Pick id="report-period" label={w.period} glyph="days" shown={days ? num.days(days.from, days.to) : "…"} value={own ? "own" : String(view.period)} choose={(value) => set({ period: value === "own" ? (days ?? "last-month") : (value as Preset) })}>
        {PRESETS.map((preset) => <option key={preset} value={preset}>{w.presets[preset]}</option>)}
        <option value="own">{w.ownDays}</option>
      </Pick>
      {view.kind === "place" && <SourcePick segments={segments} value={view.source} choose={(value) => set({ source: value })} />}
      {own && days && yesterday && <OwnDays days={days} yesterday={yesterday} set={set} />}
      {view.kind === "skm" && (
        <div class="people-field">
          <label class="people">
            {r.population} <input type="number" inputMode="numeric" min="1" max={POPULATION_MAX} step="1" placeholder={r.populationHint} data-testid="population" value={typed ?? view.population ?? ""} aria-invalid={typed !== null ? true : undefined} aria-describedby="error-population" onChange={population} />
          </label>
          <FieldError id="error-population" text={typed !== null ? r.populationWrong : null} />
        </div>
      )}
      <span class="tools">
        <a class="tool" href={trends} onClick={follow(trends)} data-testid="to-trends">{r.trends}</a>
        <a class="tool" href={file("xlsx") ?? undefined} download data-testid="report-xlsx">{r.xlsx}</a>
        <a class="tool" href={file("csv") ?? undefined} download data-testid="report-csv">{r.csv}</a>
        {session.user.role !== "viewer" && <ShareButton path={viewAddress(view)} />}
        <button type="button" class="tool" data-testid="report-print" onClick={() => print()}><Glyph name="print" />{r.print}</button>
      </span>
    </div>
  );
}

function Title({ session, report, skm, phones }: { session: Session; report: Trends; skm: boolean; phones: boolean }) {
  const { r, num } = useReportWords();
  const above: string[] = [];
  for (let at = session.places.find(({ id }) => id === report.place.id); at?.parent; ) {
    at = session.places.find(({ id }) => id === at?.parent);
    if (at && at.name !== session.org.name) above.unshift(at.name);
  }
  return (
    <header class="title">
      <p class="of">{[session.org.name, ...above].join(" · ")}</p>
      <h2>{skm ? r.skm : r.placeReport}</h2>
      {skm && <p class="of">{r.skmLong}</p>}
      {phones && <p class="of" data-testid="report-phones">{r.byPhone}</p>}
      <p class="unit"><span class="vh">{r.unit}: </span><b data-testid="report-unit">{report.place.name}</b><span data-testid="report-days">{num.days(report.from, report.to)}</span></p>
    </header>
  );
}

function Foot({ report: { coverage: c, building, to }, skm, phones }: { report: Trends; skm: boolean; phones: boolean }) {
  const { r, f, num } = useReportWords();
  const lines = phones ? [r.phonesOnly, ...(building ? [r.building] : [])] : [
    c.complete ? r.coverage.complete(f.int(c.known)) : c.share === null ? r.coverage.unknown : r.coverage.share(f.share(Math.floor(c.share * 1e4) / 1e4, 2), f.int(c.known)),
    ...(c.missing > 0 ? [r.missing(c.missing, f.int(c.missing))] : []),
    ...(c.lost > 0 ? [r.lost(c.lost, f.int(c.lost))] : []),
    ...(c.notHeard > 0 ? [r.notHeard(c.notHeard, f.int(c.notHeard))] : []),
    ...(building ? [r.building] : []),
  ];
  return (
    <footer class="part foot">
      <h3>{skm ? r.method : r.how}</h3>
      <p>{skm ? r.methodText : r.howText}</p>
      <p data-testid="report-coverage">{lines.join(" ")}</p>
      <p>{r.made(num.days(to, to))}</p>
    </footer>
  );
}
