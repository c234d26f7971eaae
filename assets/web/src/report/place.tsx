// The report of a place: what it comes to in a sentence, against the promise, how it went, why, who, what was expected.
import type { RankedUnit, ReasonGroup, TrendsCompare, TrendsGaps, TrendsLate, TrendsRanking, TrendsReasons, TrendsSeries } from "../api.ts";
import { OrTable } from "../trends/chart-card.tsx";
import type { By } from "../trends/days.ts";
import { labelOf, pointsOf, targetOf, verdictOf, type Measure } from "../trends/figures.ts";
import { lineTable } from "../trends/line-table.ts";
import { LineChart } from "../trends/line-chart.tsx";
import { ranksOf } from "../trends/ranks.ts";
import { pick } from "../kit.ts";
import { Bar } from "./bar.tsx";
import { useReportWords, type Said } from "./words.ts";

interface Props {
  compare: TrendsCompare;
  series: TrendsSeries | null;
  kiosks: boolean; // else it is of phones, which give no reasons here
  reasons: TrendsReasons | null;
  ranking: TrendsRanking | null;
  gaps: TrendsGaps | null;
  late: TrendsLate | null;
  by: By;
  open: (from: string, to: string) => void;
}

const REASONS = 8; // the spreadsheet has all
const NO_MARKS: never[] = []; // the same each time: it is drawn once
const ENDS = 10; // of a long list, the best and the last so many

export function PlaceReport({ compare, series, kiosks, reasons, ranking, gaps, late, by, open }: Props) {
  const said = useReportWords();
  const { r, w } = said;
  const measure: Measure = compare.after.nps === undefined ? "share" : "nps";
  const target = kiosks ? targetOf(compare, measure) : null; // what was promised is measured at kiosks
  const unhappy = reasons?.questions[0]?.unhappy;
  const told = gaps?.dimensions.filter(({ gap }) => gap !== null) ?? [];
  if (!compare.after.n) return <section class="part"><h3>{w.noVotes}</h3><p class="said">{w.noVotesHint}</p></section>;
  return (
    <>
      <Short compare={compare} measure={measure} target={target} kiosks={kiosks} said={said} />
      {late && late.breaches.length > 0 && <Late data={late} said={said} />}
      {series && (
        <section class="part" aria-labelledby="h-trend">
          <h3 id="h-trend">{r.trend}</h3>
          <OrTable title={r.trend} table={lineTable(series, measure, open, said)}>
            <LineChart title={r.trend} by={by} series={series} before={null} groups={NO_MARKS} measure={measure} target={target} open={open} />
          </OrTable>
        </section>
      )}
      {kiosks && (
        <section class="part" aria-labelledby="h-reasons">
          <h3 id="h-reasons">{r.reasonsUnhappy}</h3>
          {unhappy?.n ? <Reasons group={unhappy} said={said} /> : <p class="said">{r.noReasons}</p>}
        </section>
      )}
      {ranking && ranking.units.length > 0 && measure === "share" && <Ranking data={ranking} target={target} said={said} />}
      {told.length > 0 && (
        <section class="part" aria-labelledby="h-gaps">
          <h3 id="h-gaps">{r.gaps}</h3>
          <table class="rows" data-testid="gaps">
            <thead><tr><th scope="col">{r.dimension}</th><th scope="col" class="num">{r.expected}</th><th scope="col" class="num">{r.perceived}</th><th scope="col" class="num">{r.gap}</th><th scope="col" class="num">95%</th></tr></thead>
            <tbody>
              {told.map(({ dimension, expectation, perception, gap }) => (
                <tr key={dimension}>
                  <th scope="row">{r.element_[dimension] ?? dimension}</th>
                  <td class="num">{expectation.index ? said.num.one(expectation.index.value) : "–"}</td>
                  <td class="num">{perception.index ? said.num.one(perception.index.value) : "–"}</td>
                  <td class="num strong">{gap ? said.num.signed(gap.value) : "–"}</td>
                  <td class="num">{gap ? `${said.num.signed(gap.lo)} … ${said.num.signed(gap.hi)}` : "–"}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <p class="said">{r.gapHint}</p>
        </section>
      )}
    </>
  );
}

interface ShortProps {
  compare: TrendsCompare;
  measure: Measure;
  target: number | null;
  kiosks: boolean;
  said: Said;
}

function Short({ compare: { after, before, change, least }, measure, target, kiosks, said: { r, w, f, num } }: ShortProps) {
  const points = pointsOf(after, measure);
  const told = after.enough && points !== null;
  const verdict = told ? verdictOf(points, target) : "unclear";
  const value = points ? num.measure(points.value, measure) : "–";
  const goal = target === null ? "" : f.percent(target);
  const sentence = !told ? r.tooFew(f.int(after.n), f.int(least)) : measure === "nps" ? r.nps(value) : target === null ? r.plain(value) : { above: r.kept, below: r.missed, unclear: r.unclear }[verdict](value, goal);
  const { difference, lo, hi, refusal } = change;
  return (
    <section class="part">
      <p class="verdict" data-testid="report-verdict">{sentence}</p>
      <div class="short">
        <div>
          <h3>{measure === "nps" ? w.nps : r.satisfied}</h3>
          <p class="value"><strong class={`toned ${verdict}`} data-testid="report-value">{value}</strong></p>
          <p class="sub">{points && `95%: ${num.range(points.lo, points.hi)}`}</p>
        </div>
        {kiosks && (
          <div>
            <h3>{r.promise}</h3>
            <p class="value"><strong>{goal || "–"}</strong></p>
            <p class="sub">{!goal && r.promiseNone}</p>
          </div>
        )}
        <div>
          <h3>{r.votes}</h3>
          <p class="value"><strong data-testid="report-votes">{f.int(after.n)}</strong></p>
          <p class="sub">{w.beforeVotes(f.int(before.n))}</p>
        </div>
        <div>
          <h3>{r.change}</h3>
          <p class="value"><strong>{refusal || difference === null || lo === null || hi === null || (lo <= 0 && hi >= 0) ? "–" : num.signed(difference * 100)}</strong></p>
          <p class="sub">{refusal || difference === null || lo === null || hi === null ? w.refusals[refusal || "too-few"] : lo <= 0 && hi >= 0 ? w.cannotTell(num.signed(lo * 100), num.signed(hi * 100)) : `${w.points}, ${w.changeRange(num.signed(lo * 100), num.signed(hi * 100))}`}</p>
        </div>
      </div>
    </section>
  );
}

function Late({ data: { breaches }, said: { r, w, f, num, lang } }: { data: TrendsLate; said: Said }) {
  return (
    <section class="part" aria-labelledby="h-late">
      <h3 id="h-late">{r.late}</h3>
      <p class="said">{r.lateHint}</p>
      <table class="rows" data-testid="report-late">
        <thead><tr><th scope="col">{r.when}</th><th scope="col">{w.place}</th><th scope="col">{r.standard}</th><th scope="col" class="num">{r.unhappyOf}</th></tr></thead>
        <tbody>
          {breaches.map(({ place, standard, at, day, time, n, unhappy }) => (
            <tr key={`${standard.id} ${place.id} ${at}`}>
              <td>{num.day(day)}, {time}</td>
              <th scope="row">{place.name}</th>
              <td>{pick(standard.name, lang) || standard.id}</td>
              <td class="num strong">{r.of(f.int(unhappy), f.int(n))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Reasons({ group, said: { r, f } }: { group: ReasonGroup; said: Said }) {
  const most = group.items[0]?.share ?? 1;
  return (
    <table class="rows" data-testid="report-reasons">
      <thead><tr><th scope="col">{r.reason}</th><th class="bar-head" aria-hidden="true" /><th scope="col" class="num">{r.share}</th><th scope="col" class="num more">95%</th><th scope="col" class="num">{r.named}</th></tr></thead>
      <tbody>
        {group.items.slice(0, REASONS).map((item) => (
          <tr key={item.id}>
            <th scope="row">{labelOf(item)}</th>
            <td class="bar-cell"><Bar value={item.share} lo={null} hi={null} from={0} to={most} alt={f.share(item.share, 0)} /></td>
            <td class="num strong">{f.share(item.share, 0)}</td>
            <td class="num more">{f.range(item.lo, item.hi, 0)}</td>
            <td class="num">{f.int(item.n)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Ranking({ data, target, said: { r, w, f, num } }: { data: TrendsRanking; target: number | null; said: Said }) {
  const rows = ranksOf(data.units);
  const long = rows.length > 2 * ENDS + 4;
  const ends = [...data.units.flatMap(({ lo, hi }) => [lo, hi]).flatMap((end) => (end === null ? [] : [end * 100])), ...(target === null ? [] : [target])];
  const from = Math.max(0, Math.floor(Math.min(...ends) / 10) * 10);
  const row = (unit: RankedUnit & { ranks: string }) => {
    const { place, shrunk, lo, hi, n } = unit;
    const told = shrunk !== null && lo !== null && hi !== null;
    return (
      <tr key={place.id}>
        <td class="rank">{unit.ranks}</td>
        <th scope="row">{place.name}</th>
        <td class="bar-cell">{told && <Bar value={shrunk * 100} lo={lo * 100} hi={hi * 100} from={from} to={100} target={target} verdict={verdictOf({ lo: lo * 100, hi: hi * 100 }, target)} alt={w.rankAlt(f.share(shrunk), f.range(lo, hi))} />}</td>
        <td class="num strong">{told ? num.one(shrunk * 100) : "–"}</td>
        <td class="num more">{told ? f.range(lo, hi) : ""}</td>
        <td class="num">{f.int(n)}</td>
      </tr>
    );
  };
  return (
    <section class="part" aria-labelledby="h-ranking">
      <h3 id="h-ranking">{r.ranking}</h3>
      <table class="rows" data-testid="report-ranking">
        <thead><tr><th scope="col">{r.rank}</th><th scope="col">{w.place}</th><th class="bar-head" aria-hidden="true" /><th scope="col" class="num">{w.satisfied}, %</th><th scope="col" class="num more">95%</th><th scope="col" class="num">{r.votes}</th></tr></thead>
        <tbody>
          {(long ? rows.slice(0, ENDS) : rows).map(row)}
          {long && <tr><td /><td colSpan={5}>{r.between(rows.length - 2 * ENDS)}</td></tr>}
          {long && rows.slice(-ENDS).map(row)}
        </tbody>
      </table>
    </section>
  );
}
