// When: the hours of the week against the promise (or against the mean), or how many votes they have. A cell, a day or an
// hour that is chosen is the only one in the line.
import type { ComponentChildren } from "preact";
import type { TrendsGrid } from "../api.ts";
import { useWidth } from "../kit.ts";
import { ChartCard } from "./chart-card.tsx";
import { Segmented } from "./controls.tsx";
import { word, type Table } from "./csv.ts";
import { countDays } from "./days.ts";
import { pointsOf, stepOf, targetOf, verdictOf, type Measure } from "./figures.ts";
import { hoursSaid } from "./line-card.tsx";
import type { Loaded } from "./report.ts";
import type { View } from "./view.ts";
import { useWords, type Said } from "./words.ts";

interface Props {
  view: View;
  set: (change: Partial<View>) => void;
  measure: Measure;
  grid: Loaded<TrendsGrid>;
  mean: number | null; // of the period, in points
  file: string;
  sheet: string | null;
}

type Cell = TrendsGrid["cells"][number];

const WEEK = [1, 2, 3, 4, 5, 6, 0];
const ACROSS_PX = 560; // narrower: hours stand below each other
const CELL_MOST_PX = 100;
const VOLUME_STEPS = 5;

export function GridCard({ view, set, measure, grid, mean, file, sheet }: Props) {
  const said = useWords();
  const { w, f, num } = said;
  const { data } = grid;
  const target = data ? targetOf(data, measure) : null;
  const title = view.volume ? w.gridOf(w.votes.toLowerCase()) : w.gridOf(measure === "share" ? `% ${w.satisfied.toLowerCase()}` : w[measure]);
  return (
    <ChartCard
      name="grid" title={title} view={view} set={set} loaded={grid} file={file} sheet={sheet}
      table={data?.cells.length ? tableOf(data, measure, said, set) : null}
      tools={<Segmented id="grid" label={w.grid} value={view.volume ? "votes" : "score"} options={[["score", w.score], ["votes", w.votes]]} choose={(value) => set({ volume: value === "votes" })} />}
      legend={
        <ul class="legend scale" aria-hidden="true">
          {view.volume ? (
            <li>{w.few}<span>{[0, 1, 2, 3, 4].map((step) => <b key={step} class={`v${step}`} />)}</span>{w.many}</li>
          ) : (
            <>
              <li>{w.below}<span>{[0, 1, 2, 3, 4, 5, 6].map((step) => <b key={step} class={`s${step}`} />)}</span>{target === null ? w.aroundMean : w.above(num.one(target).replace(/[.,]0$/, ""))}</li>
              <li><span><b class="thin" /></span>{w.thin(f.int(data?.least ?? 0))}</li>
            </>
          )}
        </ul>
      }
      note={data && target !== null && !view.volume && <Worst cells={data.cells} target={target} least={data.least} />}
    >
      {data && <Grid view={view} set={set} data={data} measure={measure} middle={target ?? mean ?? 0} said={said} />}
    </ChartCard>
  );
}

interface GridProps {
  view: View;
  set: Props["set"];
  data: TrendsGrid;
  measure: Measure;
  middle: number;
  said: Said;
}

function Grid({ view, set, data, measure, middle, said }: GridProps) {
  const { w, f, num } = said;
  const [ref, width] = useWidth<HTMLDivElement>();
  const across = width >= ACROSS_PX;
  const hours = hoursOf(data.cells, view.volume);
  const week = countDays(data.from, data.to) >= WEEK.length ? WEEK : WEEK.filter((weekday) => data.cells.some((cell) => cell.weekday === weekday));
  const most = Math.max(1, ...data.cells.map(({ n }) => n));
  const at = new Map(data.cells.map((cell) => [cell.weekday * 24 + cell.hour, cell]));
  const choose = (weekday: number | null, hour: number | null) =>
    set(view.weekday === weekday && view.hour === hour ? { weekday: null, hour: null } : { weekday, hour });
  const pressed = (weekday: number | null, hour: number | null) => view.weekday === weekday && view.hour === hour;
  const head = (weekday: number | null, hour: number | null, text: string, scope: "col" | "row") => (
    <th key={text} scope={scope}>
      <button type="button" aria-pressed={pressed(weekday, hour)} title={w.onlyAt(hoursSaid({ weekday, hour }, said))} onClick={() => choose(weekday, hour)}>{text}</button>
    </th>
  );
  const dayHead = (weekday: number) => head(weekday, null, num.shortWeekday(weekday), across ? "row" : "col");
  const hourHead = (hour: number) => head(null, hour, f.hour(hour), across ? "col" : "row");
  const box = (weekday: number, hour: number) => {
    const cell = at.get(weekday * 24 + hour);
    if (!cell) return <td key={`${weekday}-${hour}`}><span class="none" aria-label={w.vote(0, f.int(0))} role="img">–</span></td>;
    const points = pointsOf(cell, measure);
    const thin = cell.thin || !points;
    const tone = view.volume ? `v${Math.min(VOLUME_STEPS - 1, Math.floor((cell.n / most) * VOLUME_STEPS))}` : thin ? "thin" : `s${stepOf(points.value, middle)}`;
    const shown = view.volume ? shortCount(cell.n, f) : thin ? "" : num.one(Math.round(points.value)).replace(/[.,]0$/, "");
    const what = w.tip(hoursSaid({ weekday, hour }, said), thin ? "–" : num.measure(points.value, measure), thin ? "" : num.range(points.lo, points.hi), w.vote(cell.n, f.int(cell.n)));
    return (
      <td key={`${weekday}-${hour}`}>
        <button type="button" class={tone} data-testid={`cell-${weekday}-${hour}`} aria-pressed={pressed(weekday, hour)} aria-label={what} title={what} onClick={() => choose(weekday, hour)}>{shown}</button>
      </td>
    );
  };
  const rows: [number, ComponentChildren][] = across
    ? week.map((weekday) => [weekday, [dayHead(weekday), ...hours.map((hour) => box(weekday, hour))]])
    : hours.map((hour) => [hour, [hourHead(hour), ...week.map((weekday) => box(weekday, hour))]]);
  return (
    <div ref={ref}>
      {width > 0 && (
        <table class={`week ${across ? "across" : "down"}`} style={{ maxWidth: across ? `${hours.length * CELL_MOST_PX}px` : "none" }}>
          <thead>
            <tr><th><span class="vh">{w.weekday}, {w.hour}</span></th>{across ? hours.map(hourHead) : week.map(dayHead)}</tr>
          </thead>
          <tbody>{rows.map(([key, cells]) => <tr key={key}>{cells}</tr>)}</tbody>
        </table>
      )}
    </div>
  );
}

/** From the first to the last hour that has votes; of scores, that has enough of them on any day: the table has all. */
function hoursOf(cells: Cell[], volume: boolean): number[] {
  const told = cells.filter(({ thin }) => volume || !thin);
  const all = (told.length ? told : cells).map(({ hour }) => hour);
  const first = Math.min(...all);
  return Array.from({ length: Math.max(...all) - first + 1 }, (_, i) => first + i);
}

const shortCount = (n: number, f: Said["f"]): string => (n < 1000 ? f.int(n) : `${f.int(Math.round(n / 1000))}k`);

/** What the hours that are surely below the promise take of all votes, and of the unhappy ones. */
function Worst({ cells, target, least }: { cells: Cell[]; target: number; least: number }) {
  const { w, f } = useWords();
  const bad = cells.filter((cell) => {
    const points = cell.thin ? null : pointsOf(cell, "share");
    return points && verdictOf(points, target) === "below";
  });
  const sum = (list: Cell[], of: (cell: Cell) => number) => list.reduce((all, cell) => all + of(cell), 0);
  const votes = (cell: Cell) => cell.n;
  const unhappy = (cell: Cell) => (cell.good == null ? 0 : cell.n - cell.good);
  const [strong, rest] = w.unhappyThere(f.int(bad.length), bad.length, f.share(sum(bad, votes) / sum(cells, votes), 0), f.share(sum(bad, unhappy) / Math.max(1, sum(cells, unhappy)), 0));
  const told = cells.some(({ thin }) => !thin);
  if (!told) return <p class="said">{w.fewToTell(f.int(least))}</p>;
  return <p class="said" data-testid="worst-hours">{bad.length ? <><b>{strong}</b>{rest}</> : w.allKept}</p>;
}

function tableOf(data: TrendsGrid, measure: Measure, said: Said, set: Props["set"]): Table {
  const { w, f, num } = said;
  const place = ({ weekday, hour }: Cell) => WEEK.indexOf(weekday) * 24 + hour;
  return {
    columns: [{ name: w.weekday }, { name: w.hour }, { name: measure === "share" ? w.satisfied : w[measure], number: true }, { name: w.from95, number: true }, { name: w.to95, number: true }, { name: w.votes, number: true }],
    rows: [...data.cells].sort((a, b) => place(a) - place(b)).map((cell) => {
      const points = cell.thin ? null : pointsOf(cell, measure);
      const value = (n: number | undefined) => ({ text: n === undefined ? "–" : num.one(n), value: n ?? null });
      return [
        word(f.weekday(cell.weekday), () => set({ weekday: cell.weekday, hour: cell.hour })),
        word(`${f.hour(cell.hour)}\u2013${f.hour(cell.hour + 1)}`),
        value(points?.value), value(points?.lo), value(points?.hi),
        { text: f.int(cell.n), value: cell.n },
      ];
    }),
  };
}
