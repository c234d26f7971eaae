// How soon each setting sees that fewer are satisfied: mean votes until the alert, by how far it falls.
import type { Backtest } from "../api.ts";
import { OrTable } from "../trends/chart-card.tsx";
import { word, type Table } from "../trends/csv.ts";
import { dressed, Plot, px } from "../trends/plot.tsx";
import { useWords } from "./words.ts";

const HEIGHT = 220, TOP = 12, BASE = 168, LEFT = 48, RIGHT = 40;
const LINES_MOST = 5;
const CLEARLY = 0.075; // more unhappy than usual
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

const isTenth = ({ unhappy }: { unhappy: number }): boolean => Math.round(unhappy * 1000) % 100 === 0;

export function CurveCard({ report }: { report: Backtest }) {
  const { w, f, lang } = useWords(report.tz);
  const curves = report.settings.flatMap(({ cost }, i) => (cost && cost.curve.length > 2 ? [{ name: i ? "B" : "A", usual: cost.usual, points: cost.curve.map((point) => ({ ...point, name: i ? "B" : "A" })) }] : []));
  if (curves.length === 0) return null;
  // Shares near what is usual are hard to see: their votes lie far above all others, and leave the frame.
  const most = Math.max(...curves.map(({ points, usual }) => points.find(({ unhappy }) => unhappy >= usual + CLEARLY)?.votes ?? 0));
  const step = STEPS.find((each) => most / each <= LINES_MOST) ?? 2000;
  const top = Math.ceil(most / step) * step;
  const shares = [...new Set(curves.flatMap(({ points }) => points.map(({ unhappy }) => unhappy)))].sort((a, b) => a - b);
  const satisfied = (unhappy: number) => f.percent((1 - unhappy) * 100);
  const tip = ({ name, unhappy, votes }: { name: string; unhappy: number; votes: number }) => `${name}: ${w.curvePoint(satisfied(unhappy), f.int(Math.round(votes)))}`;
  const said = curves.map(({ name, points }) => `${name}: ${points.filter(isTenth).map(({ unhappy, votes }) => w.curvePoint(satisfied(unhappy), f.int(Math.round(votes)))).join(", ")}`).join(". ");
  const tenths = shares.filter((unhappy) => isTenth({ unhappy }));
  const table: Table = {
    columns: [{ name: w.curveFalls }, ...curves.map(({ name }) => ({ name, number: true }))],
    rows: tenths.map((unhappy) => [word(satisfied(unhappy)), ...curves.map(({ points }) => {
      const votes = points.find((point) => point.unhappy === unhappy)?.votes;
      return { text: votes === undefined ? "\u2013" : f.int(Math.round(votes)), value: votes ?? null };
    })]),
  };
  return (
    <section class="card curve-card" aria-labelledby="h-curve" data-testid="card-curve">
      <header><h2 id="h-curve">{w.curve}</h2><p>{w.curveHint}</p></header>
      <OrTable title={w.curve} table={table}>
        <Plot class="curve-chart" height={HEIGHT} label={`${w.curve}. ${said}`} of={[report, lang]} draw={(kit, width) => {
          const dots = curves.flatMap(({ points }) => points.filter((point) => isTenth(point) && point.votes <= top));
          const ends = labels(curves.map(({ name, points }) => [name, BASE - ((points[points.length - 1]?.votes ?? 0) / top) * (BASE - TOP)]));
          return {
            height: HEIGHT, marginTop: TOP, marginRight: RIGHT, marginBottom: HEIGHT - BASE, marginLeft: LEFT,
            x: { domain: [shares[0] ?? 0, shares[shares.length - 1] ?? 1] }, y: { domain: [0, top] },
            marks: [
              kit.gridY({ interval: step, className: "grid", strokeOpacity: 1 }),
              kit.axisY({ interval: step, tickSize: 0, label: null, className: "sub", tickFormat: f.int }),
              kit.axisX(tenths, { tickSize: 0, label: null, className: "sub", tickFormat: satisfied }),
              kit.text([w.curveFalls], { x: px(() => (LEFT + width - RIGHT) / 2), y: px(() => BASE + 38), text: String, className: "sub" }),
              ...curves.map(({ name, points }) => kit.lineY(points, { x: "unhappy", y: "votes", clip: true, className: `curve ${name.toLowerCase()}` })),
              kit.dot(dots, { x: "unhappy", y: "votes", r: 3, className: "curve-dot", title: tip, render: dressed(dots, (element, { name }) => element.classList.add(name.toLowerCase())) }),
              kit.text(ends, { x: px(() => width - RIGHT + 10), y: px<[string, number]>(([, at]) => at), text: ([name]: [string, number]) => name, textAnchor: "start", className: "strong" }),
            ],
          };
        }} />
      </OrTable>
    </section>
  );
}

const LABEL_PX = 15;

/** Names at the ends of lines, one above the other where the ends meet. */
function labels(ends: [string, number][]): [string, number][] {
  const [one, other] = [...ends].sort((a, b) => a[1] - b[1]);
  if (!one || !other || other[1] - one[1] >= LABEL_PX) return ends;
  const middle = (one[1] + other[1]) / 2;
  return [[one[0], middle - LABEL_PX / 2], [other[0], middle + LABEL_PX / 2]];
}
