// Who: the places of a chain, each with its interval. Those that chance could have ordered share a rank; too few votes, no rank.
import type { TrendsRanking } from "../api.ts";
import { useState } from "../kit.ts";
import { ChartCard } from "./chart-card.tsx";
import { Segmented } from "./controls.tsx";
import { word, type Table } from "./csv.ts";
import { measureOf, measureSaid, verdictOf } from "./figures.ts";
import { HATCHED, Plot } from "./plot.tsx";
import { ranksOf, type RankedRow } from "./ranks.ts";
import type { Loaded } from "./report.ts";
import type { View } from "./view.ts";
import { useWords, type Said } from "./words.ts";

interface Props {
  view: View;
  set: (change: Partial<View>) => void;
  ranking: Loaded<TrendsRanking>;
  both: boolean; // there are places between this one and the branches
  file: string;
  sheet: string | null;
}

const ENDS = 12; // of a long list, the best and the last so many are shown
const PAD = 2; // points at both ends of the axis
const HEIGHT = 26;
const AXIS_PX = 16;
const TICKS = 5; // about

export function RankingCard({ view, set, ranking, both, file, sheet }: Props) {
  const said = useWords();
  const { w, f } = said;
  const [whole, setWhole] = useState(false);
  const { data } = ranking;
  const rows = data ? ranksOf(data.units) : [];
  const measured = measureSaid(measureOf(data, "share"), data, w);
  const counted = data?.reason ? w.answers : w.votes;
  const what = view.children && both ? w.regions : w.branches;
  const long = rows.length > 2 * ENDS + 4;
  const shown = long && !whole ? [...rows.slice(0, ENDS), null, ...rows.slice(-ENDS)] : rows;
  return (
    <ChartCard
      name="ranking" title={data?.reason ? w.rankedBy(what, measured) : what} view={view} set={set} loaded={ranking} file={file} sheet={sheet}
      table={rows.length ? rankingTable(rows, set, said, measured, counted) : null}
      tools={both && <Segmented id="rank" label={w.whatRanked} value={view.children ? "children" : "branches"} options={[["branches", w.branches], ["children", w.regions]]} choose={(value) => set({ children: value === "children" })} />}
      legend={<p class="quiet-note">{data?.reason ? w.rankingNoteNamed : w.rankingNote}</p>}
      note={long && !view.tables.includes("ranking") && <button type="button" class="link" data-testid="rank-all" onClick={() => setWhole(!whole)}>{whole ? w.showFewer : w.showAll(rows.length)}</button>}
    >
      {data?.below && data.below.of > 1 && <p class={`below-note ${data.below.n ? "some" : ""}`} data-testid="below">{data.below.n ? w.belowSome(f.int(data.below.n), f.int(data.below.of)) : w.belowNone(f.int(data.below.of))}</p>}
      {data && <Ranking rows={shown} between={rows.length - 2 * ENDS} target={data.promise?.target ?? null} least={data.least} set={set} said={said} measured={data.reason ? w.named : w.satisfied} counted={counted} />}
    </ChartCard>
  );
}

interface RankingProps {
  rows: (RankedRow | null)[]; // null: some are left out here
  between: number; // so many
  target: number | null;
  least: number; // votes
  set: (change: { place: string }) => void;
  clear?: number; // of the axis, beside the words of the promise
  said: Said;
  measured?: string; // what is ranked by
  counted?: string; // what the numbers are of
}

export function Ranking({ rows, between, target, least: fewest, set, clear = 0.14, said, measured = said.w.satisfied, counted = said.w.votes }: RankingProps) {
  const { w, f, num, lang } = said;
  const ends = rows.flatMap((row) => (row?.lo == null || row.hi === null ? [] : [row.lo * 100, row.hi * 100])).concat(target ?? []);
  const [least, most] = [Math.max(0, Math.min(...ends) - PAD), Math.min(100, Math.max(...ends) + PAD)];
  const x = ends.length ? { domain: [least, most] } : {};
  return (
    <table class="ranking">
      <thead>
        <tr>
          <th scope="col">{w.rank}</th>
          <th scope="col">{w.branch}</th>
          <th class="axis-head" aria-hidden="true">
            {ends.length > 0 && (
              <Plot
                row height={AXIS_PX} label="" of={[least, most, target, clear, lang]}
                draw={(kit) => ({
                  marginBottom: AXIS_PX, x,
                  marks: [
                    kit.axisX({ ticks: TICKS, tickSize: 0, tickPadding: 3, label: null, className: "sub", tickFormat: (at: number) => (target !== null && Math.abs(at - target) <= (most - least) * clear ? "" : bare(f.percent(at))) }),
                    target === null ? null : kit.axisX([target], { tickSize: 0, tickPadding: 3, label: null, className: "strong", tickFormat: (at: number) => w.promiseAt(bare(f.percent(at))) }),
                  ],
                })}
              />
            )}
          </th>
          <th scope="col" class="num">{measured}</th>
          <th scope="col" class="num">{counted}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, i) => {
          if (!row) return <tr key="between" class="between"><td /><td colSpan={4}>{w.skipped(between)}</td></tr>;
          const { place, shrunk, lo, hi, n, hidden } = row;
          const told = shrunk !== null && lo !== null && hi !== null ? { value: shrunk * 100, lo: lo * 100, hi: hi * 100 } : null;
          return (
            <tr key={place.id} class={`${row.apart ? "apart" : ""} ${hidden ? "hidden" : ""}`} data-testid={`rank-${place.id}`}>
              <td class="rank">{rows[i - 1]?.ranks === row.ranks ? <span class="vh">{row.ranks}</span> : row.ranks}</td>
              <th scope="row"><button type="button" class="link" title={w.open(place.name)} onClick={() => set({ place: place.id })}>{place.name}</button>{row.below && <> <span class="below-mark">{w.belowMark}</span></>}</th>
              <td class="whisker">
                <Plot
                  row class={told ? verdictOf(told, target) : ""} height={HEIGHT} label={told ? w.rankAlt(num.measure(told.value, "share"), num.range(told.lo, told.hi)) : w.fewToTell(f.int(fewest))}
                  of={[shrunk, lo, hi, least, most, target]}
                  draw={(kit) => ({
                    x,
                    marks: told
                      ? [
                          kit.rect([told], { x1: "lo", x2: "hi", insetTop: HEIGHT / 2 - 3.5, insetBottom: HEIGHT / 2 - 3.5, rx: 3.5, className: "soft" }),
                          kit.dot([told], { x: "value", r: 5, className: "dot" }),
                          target === null ? null : kit.ruleX([target], { className: "promise" }),
                        ]
                      : [kit.frame({ insetTop: HEIGHT / 2 - 6, insetBottom: HEIGHT / 2 - 6, rx: 6, fill: HATCHED, className: "hatched" })],
                  })}
                />
              </td>
              <td class="num strong">{told ? num.one(told.value) : "–"}</td>
              <td class="num">{f.int(n)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const bare = (percent: string): string => percent.replace("%", "");

export function rankingTable(rows: RankedRow[], set: RankingProps["set"], { w, f, num }: Said, measured = w.satisfied, counted = w.votes): Table {
  const share = (value: number | null) => ({ text: value === null ? "–" : num.one(value * 100), value: value === null ? null : value * 100 });
  return {
    columns: [{ name: w.branch }, { name: w.rank }, { name: measured, number: true }, { name: w.from95, number: true }, { name: w.to95, number: true }, { name: counted, number: true }],
    rows: rows.map((row) => [
      word(row.place.name, () => set({ place: row.place.id })),
      word(row.ranks),
      share(row.shrunk), share(row.lo), share(row.hi),
      { text: f.int(row.n), value: row.n },
    ]),
  };
}
