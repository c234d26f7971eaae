// Trends: what the days that are over say of any place, for head office. Filters in one row, four figures, how it went, when
// and why, who. Every choice is in the address; every chart is also a table and a file.
import "./trends.css";
import type { Session, TrendsCompare, TrendsGrid, TrendsMarks, TrendsRanking, TrendsReasons, TrendsSegments, TrendsSeries } from "../api.ts";
import { addressOf, failureText, go, makeText, TextContext, useEffect, useMemo, useState, useText } from "../kit.ts";
import { clampDays, daysBefore, presetDays, shiftDays, usualBy, type By, type Period, type Preset } from "./days.ts";
import { pointsOf, type Measure } from "./figures.ts";
import { FiguresCard } from "./figures-card.tsx";
import { GridCard } from "./grid-card.tsx";
import { Head, Path } from "./head.tsx";
import { KeysPanel, useKeys, type Keys } from "./keys.tsx";
import { LineCard } from "./line-card.tsx";
import { RankingCard } from "./ranking-card.tsx";
import { ReasonsCard } from "./reasons-card.tsx";
import { usePrintInLight } from "./paper.ts";
import { pathOf, useReport } from "./report.ts";
import { segmentOf } from "./source.tsx";
import { CARDS, readView, viewAddress, type View } from "./view.ts";
import { useWords } from "./words.ts";

const RENEW_MS = 3_600_000;

interface Props {
  session: Session;
  place: string;
  query: URLSearchParams;
  signedOut: () => void;
}

export function TrendsPage(props: Props) {
  const { lang } = useText();
  const text = useMemo(() => makeText(lang, "UTC"), [lang]); // days are days: no zone moves them
  return (
    <TextContext.Provider value={text}>
      <Trends {...props} />
    </TextContext.Provider>
  );
}

function Trends({ session, place, query, signedOut }: Props) {
  const { t, w, lang } = useWords();
  const branch = session.places.find(({ id }) => id === place)?.kind === "branch";
  const read = readView(query, place);
  const view = read.reason && !branch ? { ...read, weekday: null, hour: null } : read; // hours of a reason are told of a branch
  const set = (change: Partial<View>) => go(viewAddress({ ...view, ...change }));
  const [keysShown, showKeys] = useState(false);

  // The last day that is over is known to the server alone: by the clock of the place.
  const asked = { place: view.place, question: view.question };
  const newest = useReport<TrendsSeries>(pathOf("trends/series", asked));
  useEffect(() => {
    const timer = setInterval(newest.again, RENEW_MS); // a page that stays open sees days end
    return () => clearInterval(timer);
  }, []);
  const known = newest.data?.place.id === view.place ? newest.data : null;
  const yesterday = known?.to ?? null;
  const days = yesterday === null ? null : typeof view.period === "string" ? presetDays(view.period, yesterday) : clampDays(view.period, yesterday);
  const by = view.by ?? (days ? usualBy(days) : "day");
  const path = (report: string, more: Record<string, string | number | null> = {}, of: Period | null = days) => of && pathOf(`trends/${report}`, { ...asked, ...of, ...more });
  const phones = view.source === "phones"; // told by day, and not apart by branch or reason
  const named = !view.reason ? null : { reason: view.reason, visits: view.visits, lang };
  const hours = phones ? { segment: segmentOf(view.source) } : { ...named, weekday: view.weekday, hour: view.hour };
  const kiosks = <P,>(of: P): P | null => (phones ? null : of);
  const both = session.places.some((each) => each.parent === view.place && each.kind !== "branch");
  const series = useReport<TrendsSeries>(path("series", { by, ...hours }));
  const before = useReport<TrendsSeries>(view.compared && days ? path("series", { by, ...hours }, daysBefore(days)) : null);
  const marks = useReport<TrendsMarks>(view.marks && kiosks(days) ? pathOf("trends/marks", { place: view.place, ...days }) : null);
  const compare = useReport<TrendsCompare>(path("compare", { segment: segmentOf(view.source), ...named }));
  const segments = useReport<TrendsSegments>(path("segments"));
  const grid = useReport<TrendsGrid>(named && !branch ? null : kiosks(path("grid", { ...named })));
  const ranked = { of: view.children && both ? "children" : "branches", ...named };
  const ranking = useReport<TrendsRanking>(kiosks(path("ranking", ranked)));
  const reasons = useReport<TrendsReasons>(kiosks(days) && pathOf("trends/reasons", { place: view.place, ...days, lang }));

  const usual: Measure = compare.data?.after.nps !== undefined ? "nps" : view.index ? "index" : "share";
  const failures = [newest, series, before, compare, grid, ranking, reasons].map(({ failure }) => failure);
  const ended = failures.some((failure) => failure?.kind === "auth");
  useEffect(() => {
    if (ended) signedOut();
  }, [ended]);
  const name = session.places.find(({ id }) => id === view.place)?.name ?? view.place;
  useEffect(() => {
    document.title = w.title(name);
  }, [w, name]);
  usePrintInLight();

  const parent = session.places.find(({ id }) => id === view.place)?.parent ?? null;
  const choose = (preset: Preset) => () => set({ period: preset });
  const shift = (way: number) => () => {
    if (days && yesterday) set({ period: clampDays(shiftDays(days, way), yesterday) });
  };
  const step = (value: By) => () => set({ by: value });
  const keys: Keys = {
    p: () => document.querySelector<HTMLElement>('[data-testid="trends-place"]')?.focus(),
    u: () => parent && set({ place: parent }),
    "1": choose("7d"), "2": choose("28d"), "3": choose("90d"), "4": choose("365d"),
    j: shift(-1), k: shift(1),
    c: () => set({ compared: !view.compared }),
    d: step("day"), w: step("week"), m: step("month"),
    i: () => set({ index: !view.index }),
    e: () => set({ marks: !view.marks }),
    g: () => set({ volume: !view.volume }),
    v: () => set({ tables: view.tables.length ? [] : [...CARDS] }),
    x: () => set({ weekday: null, hour: null, reason: null }),
    t: () => go(addressOf("today", branch ? { place: view.place } : {})),
    "?": () => showKeys(true),
  };
  const [keysOn, setKeysOn] = useKeys(keys);
  const file = (card: string) => `puas-${card}-${named ? `${view.reason?.replace(":", "-")}-` : ""}${view.place}-${days?.from}-${days?.to}`;
  const sheet = (report: string, more: Record<string, string | number | null> = {}) => days && `/api/v1/${pathOf(`trends/${report}.xlsx`, { ...asked, ...days, ...more, lang })}`;
  const mean = compare.data ? (pointsOf(compare.data.after, usual)?.value ?? null) : null;

  return (
    <main id="content" class="page trends" tabIndex={-1}>
      <svg class="vh" aria-hidden="true">
        <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-line" width="1.6" height="6" /></pattern>
      </svg>
      <Path places={session.places} view={view} set={set} />
      <Head places={session.places} view={view} days={days} yesterday={yesterday} segments={segments} told={series.data} set={set} showKeys={() => showKeys(true)} mayShare={session.user.role !== "viewer"} />
      {!known && newest.failure && newest.failure.kind !== "auth" ? (
        <section class="card notice" role="alert">
          <h2>{newest.failure.kind === "problem" && newest.failure.status === 404 ? t.unknownPlace : t.loadFailed}</h2>
          <p>{newest.failure.kind === "problem" && newest.failure.status === 404 ? t.unknownPlaceHint(view.place) : failureText(newest.failure, t)}</p>
          <button type="button" class="primary" onClick={newest.again}>{t.retry}</button>
        </section>
      ) : (
        <div class={`trend-cards ${named ? "named" : ""} ${phones || branch || (usual === "nps" && !named) ? "alone" : ""}`}>
          <FiguresCard view={view} compare={compare} series={series.data} ranking={branch ? null : kiosks(ranking.data)} grid={named ? null : kiosks(grid.data)} />
          <LineCard view={view} set={set} by={by} usual={usual} series={series} before={view.compared ? before.data : null} marks={view.marks ? kiosks(marks.data) : null} linked={session.user.name !== ""} file={file("trend")} sheet={sheet("series", { by, ...hours })} />
          {phones && <p class="hint" data-testid="phones-only">{w.phonesOnly}</p>}
          {named && <p class="hint reason-note" data-testid="reason-note">{w.reasonNote[view.visits]}{!branch && ` ${w.reasonHours}`}</p>}
          {!phones && (!named || branch) && <GridCard view={view} set={set} usual={usual} grid={grid} mean={mean} file={file("hours")} sheet={sheet("grid", { ...named })} />}
          {!phones && <ReasonsCard view={view} set={set} reasons={reasons} file={`puas-reasons-${view.place}-${days?.from}-${days?.to}`} sheet={sheet("reasons", { question: null })} />}
          {!phones && !branch && (usual !== "nps" || named) && <RankingCard view={view} set={set} ranking={ranking} both={both} file={file("ranking")} sheet={sheet("ranking", ranked)} />}
        </div>
      )}
      {keysShown && <KeysPanel on={keysOn} setOn={setKeysOn} close={() => showKeys(false)} />}
    </main>
  );
}
