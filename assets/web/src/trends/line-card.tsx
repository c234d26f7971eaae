// How it went: the measure by day, week or month with its interval, the days before, and the votes.
import type { TrendsMarks, TrendsSeries } from "../api.ts";
import { Icon, useMemo } from "../kit.ts";
import { ChartCard } from "./chart-card.tsx";
import { Segmented } from "./controls.tsx";
import type { By } from "./days.ts";
import { useEffects } from "./effects.ts";
import { measureOf, measureSaid, targetOf, type Measure } from "./figures.ts";
import { LineChart } from "./line-chart.tsx";
import { lineTable } from "./line-table.ts";
import { hasEffect, keyOf, MarkList, markText } from "./mark-list.tsx";
import { groupMarks } from "./marks.ts";
import type { Loaded } from "./report.ts";
import type { View } from "./view.ts";
import { useWords, type Said } from "./words.ts";

interface Props {
  view: View;
  set: (change: Partial<View>) => void;
  by: By;
  usual: Measure; // where no reason is the filter
  series: Loaded<TrendsSeries>;
  before: TrendsSeries | null;
  marks: TrendsMarks | null;
  linked: boolean; // the reader may see the log
  file: string;
  sheet: string | null;
}

export function LineCard({ view, set, by, usual, series, before, marks, linked, file, sheet }: Props) {
  const said = useWords();
  const { w } = said;
  const { data } = series;
  const measure = measureOf(data, usual);
  const title = w.lineOf(measureSaid(measure, data, w), { day: w.byDay, week: w.byWeek, month: w.byMonth }[by]);
  const target = data && view.source === "kiosks" ? targetOf(data, measure) : null; // what was promised is measured at kiosks
  const here = data && marks && marks.place.id === data.place.id && marks.from === data.from && marks.to === data.to ? marks : null;
  const groups = useMemo(() => (here ? groupMarks(here.marks, data?.periods ?? []) : []), [here, data]);
  const changes = groups.flatMap((group) => group.marks.filter(hasEffect).map((mark) => ({ id: keyOf(mark), place: mark.measured ?? mark.place.id, at: mark.day, control: "" })));
  const effects = useEffects(changes, view.question);
  const open = (from: string, to: string) => set({ period: { from, to }, by: null });
  const happened = (from: string) => groups.filter((group) => group.from === from).map((group) => markText(group, effects, said)).join("");
  return (
    <ChartCard
      name="line" title={title} view={view} set={set} loaded={series} file={file} sheet={sheet}
      table={data && data.total.n > 0 ? lineTable(data, measure, open, said, { before, ...(groups.length && { happened }) }) : null}
      tools={
        <>
          <Segmented id="by" label={w.step} value={by} options={[["day", w.by.day], ["week", w.by.week], ["month", w.by.month]]} choose={(value) => set({ by: value })} />
          {(measure === "share" || measure === "index") && (
            <Segmented id="show" label={w.measure} value={measure} options={[["share", w.satisfied], ["index", w.index]]} choose={(value) => set({ index: value === "index" })} />
          )}
          {view.source === "kiosks" && <button type="button" class="toggle" data-testid="marks-shown" aria-pressed={view.marks} onClick={() => set({ marks: !view.marks })}>{w.marks.title}</button>}
          {view.source === "kiosks" && (view.weekday !== null || view.hour !== null) && (
            <button type="button" class="chosen" data-testid="only" onClick={() => set({ weekday: null, hour: null })}>
              {w.onlyAt(hoursSaid(view, said))}
              <span class="vh">. {w.all}</span>
              <Icon name="close" />
            </button>
          )}
        </>
      }
      legend={
        <ul class="legend" aria-hidden="true">
          <li><i class="k-band" />{w.thisPeriod}</li>
          {before && before.total.n > 0 && <li><i class="k-before" />{w.daysBefore}</li>}
          {target !== null && <li class="narrow"><i class="k-promise" />{w.promise}</li>}
          <li><i class="k-votes" />{measure === "named" ? w.answers.toLowerCase() : said.t.legendVotes}</li>
        </ul>
      }
      note={groups.length > 0 && <MarkList groups={groups} more={here?.more ?? false} place={view.place} linked={linked} effects={effects} />}
    >
      {data && <LineChart title={title} by={by} series={data} before={before} groups={groups} measure={measure} target={target} open={open} />}
    </ChartCard>
  );
}

/** "Tuesday 12–13", "Tuesdays", "12–13" */
export function hoursSaid({ weekday, hour }: Pick<View, "weekday" | "hour">, { w, f }: Said): string {
  const day = weekday === null ? "" : f.weekday(weekday);
  if (hour === null) return w.weekdays(day);
  return day ? w.at(day, f.hour(hour), f.hour(hour + 1)) : w.hours(f.hour(hour), f.hour(hour + 1));
}
