// Why: the reasons people name, most often first, with the share of all up to each one (Pareto). One that is pressed is the filter
// of the page; pressed once more it is none.
import type { ReasonGroup, TrendsReasons, Visits } from "../api.ts";
import { ChartCard } from "./chart-card.tsx";
import { Segmented } from "./controls.tsx";
import { word, type Table } from "./csv.ts";
import { labelOf } from "./figures.ts";
import { Plot } from "./plot.tsx";
import type { Loaded } from "./report.ts";
import type { View } from "./view.ts";
import { useWords, type Said } from "./words.ts";

interface Props {
  view: View;
  set: (change: Partial<View>) => void;
  reasons: Loaded<TrendsReasons>;
  file: string;
  sheet: string | null;
}

type Press = (id: string) => void;

const MOST = 0.8; // the few that make most of it
const BAR_PX = 10;

export function ReasonsCard({ view, set, reasons, file, sheet }: Props) {
  const said = useWords();
  const { w } = said;
  const question = reasons.data?.questions[0]; // the one that is answered most
  const group = (view.visits === "all" ? question : question?.[view.visits]) ?? null;
  const keyOf = (id: string) => `${question?.question}:${id}`;
  const press = (id: string) => set({ reason: view.reason === keyOf(id) ? null : keyOf(id) });
  return (
    <ChartCard
      name="reasons" title={w.reasons} view={view} set={set} loaded={reasons} file={file} sheet={sheet}
      table={group && group.n > 0 ? tableOf(group, said, press) : null}
      tools={<Segmented<Visits> id="visits" label={w.whose} value={view.visits} options={[["unhappy", w.visits.unhappy], ["happy", w.visits.happy], ["all", w.visits.all]]} choose={(value) => set({ visits: value })} />}
      empty={w.noReasons}
      note={group && !group.enough && <p class="said">{w.fewReasons}</p>}
    >
      {group && <Pareto group={group} chosen={(id) => view.reason === keyOf(id)} press={press} said={said} />}
    </ChartCard>
  );
}

interface ParetoProps {
  group: ReasonGroup;
  chosen: (id: string) => boolean;
  press: Press;
  said: Said;
}

function Pareto({ group, chosen, press, said }: ParetoProps) {
  const { w, f } = said;
  const most = group.items[0]?.share ?? 1;
  const vital = 1 + group.items.findIndex(({ cumulative }) => cumulative >= MOST); // the few that reach it
  return (
    <table class="pareto">
      <thead>
        <tr><th scope="col">{w.reasonsOf(group.n, f.int(group.n))}</th><th aria-hidden="true" /><th scope="col" class="num">{w.share}</th><th scope="col" class="num">{w.running}</th></tr>
      </thead>
      <tbody>
        {group.items.flatMap((item, i) => [
          i === vital && <tr key="line" class="most"><td colSpan={4}><span>{w.mostAbove}</span></td></tr>,
          <tr key={item.id} class={`${i < vital ? "vital" : ""} ${chosen(item.id) ? "chosen-row" : ""}`} onClick={() => press(item.id)} title={`${f.share(item.share)} (${f.range(item.lo, item.hi)}), ${f.int(item.n)}`}>
            <th scope="row"><button type="button" class="link" data-testid={`reason-${item.id}`} aria-pressed={chosen(item.id)} aria-label={w.onlyReason(labelOf(item))}>{labelOf(item)}</button></th>
            <td class="bar-cell" aria-hidden="true"><Plot row height={BAR_PX} label="" of={[item.share, most]} draw={(kit) => ({ x: { domain: [0, most] }, marks: [kit.barX([item], { x: "share", rx: 3 })] })} /></td>
            <td class="num strong">{f.share(item.share, 0)}</td>
            <td class="num">{f.share(item.cumulative, 0)}</td>
          </tr>,
        ])}
      </tbody>
    </table>
  );
}

function tableOf(group: ReasonGroup, { w, f }: Said, press: Press): Table {
  const share = (value: number) => ({ text: f.share(value), value: value * 100 });
  return {
    columns: [{ name: w.reason }, { name: w.named, number: true }, { name: w.share, number: true }, { name: w.from95, number: true }, { name: w.to95, number: true }, { name: w.running, number: true }],
    rows: group.items.map((item) => [word(labelOf(item), () => press(item.id)), { text: f.int(item.n), value: item.n }, share(item.share), share(item.lo), share(item.hi), share(item.cumulative)]),
  };
}
