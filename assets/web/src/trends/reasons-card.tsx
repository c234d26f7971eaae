// Why: the reasons people name, most often first, with the share of all up to each one (Pareto).
import type { ReasonGroup, TrendsReasons } from "../api.ts";
import { ChartCard } from "./chart-card.tsx";
import { Segmented } from "./controls.tsx";
import { word, type Table } from "./csv.ts";
import { Plot } from "./plot.tsx";
import type { Loaded } from "./report.ts";
import type { View, Visits } from "./view.ts";
import { useWords, type Said } from "./words.ts";

interface Props {
  view: View;
  set: (change: Partial<View>) => void;
  reasons: Loaded<TrendsReasons>;
  file: string;
  sheet: string | null;
}

const MOST = 0.8; // the few that make most of it
const BAR_PX = 10;

export function ReasonsCard({ view, set, reasons, file, sheet }: Props) {
  const said = useWords();
  const { w } = said;
  const question = reasons.data?.questions[0]; // the one that is answered most
  const group = (view.visits === "all" ? question : question?.[view.visits]) ?? null;
  return (
    <ChartCard
      name="reasons" title={w.reasons} view={view} set={set} loaded={reasons} file={file} sheet={sheet}
      table={group && group.n > 0 ? tableOf(group, said) : null}
      tools={<Segmented<Visits> id="visits" label={w.whose} value={view.visits} options={[["unhappy", w.visits.unhappy], ["happy", w.visits.happy], ["all", w.visits.all]]} choose={(value) => set({ visits: value })} />}
      empty={w.noReasons}
      note={group && !group.enough && <p class="said">{w.fewReasons}</p>}
    >
      {group && <Pareto group={group} said={said} />}
    </ChartCard>
  );
}

function Pareto({ group, said }: { group: ReasonGroup; said: Said }) {
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
          <tr key={item.id} class={i < vital ? "vital" : ""} title={`${f.share(item.share)} (${f.range(item.lo, item.hi)}), ${f.int(item.n)}`}>
            <th scope="row">{labelOf(item)}</th>
            <td class="bar-cell" aria-hidden="true"><Plot row height={BAR_PX} label="" of={[item.share, most]} draw={(kit) => ({ x: { domain: [0, most] }, marks: [kit.barX([item], { x: "share", rx: 3 })] })} /></td>
            <td class="num strong">{f.share(item.share, 0)}</td>
            <td class="num">{f.share(item.cumulative, 0)}</td>
          </tr>,
        ])}
      </tbody>
    </table>
  );
}

/** Without words of the survey, its id with spaces. */
export const labelOf = ({ id, label }: ReasonGroup["items"][number]): string => {
  const plain = id.replace(/-/g, " ");
  return label === id ? plain.charAt(0).toUpperCase() + plain.slice(1) : label;
};

function tableOf(group: ReasonGroup, { w, f }: Said): Table {
  const share = (value: number) => ({ text: f.share(value), value: value * 100 });
  return {
    columns: [{ name: w.reason }, { name: w.named, number: true }, { name: w.share, number: true }, { name: w.from95, number: true }, { name: w.to95, number: true }, { name: w.running, number: true }],
    rows: group.items.map((item) => [word(labelOf(item)), { text: f.int(item.n), value: item.n }, share(item.share), share(item.lo), share(item.hi), share(item.cumulative)]),
  };
}
