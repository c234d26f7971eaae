// How soon each setting sees that fewer are satisfied: mean votes until the alert, by how far it falls.
import type { Backtest } from "../api.ts";
import { Plot, usePlot } from "../trends/plot.tsx";
import { useWords } from "./words.ts";

const HEIGHT = 220;
const MARGIN = { marginTop: 12, marginRight: 40, marginBottom: 52, marginLeft: 48 };
const FRAME_PX = HEIGHT - MARGIN.marginTop - MARGIN.marginBottom;
const LINES = 5;
const CLEARLY = 0.075; // more unhappy than usual
const LABEL_PX = 15;

type Point = { unhappy: number; votes: number };
const isTenth = ({ unhappy }: Point): boolean => Math.round(unhappy * 1000) % 100 === 0;

export function CurveCard({ report }: { report: Backtest }) {
  const { w, f, lang } = useWords(report.tz);
  const curves = report.settings.flatMap(({ cost }, i) => (cost && cost.curve.length > 2 ? [{ name: i ? "B" : "A", points: cost.curve, usual: cost.usual }] : []));
  if (usePlot() === "failed" || curves.length === 0) return null; // the numbers above say the same
  // Shares near what is usual are hard to see: their votes lie far above all others, and leave the frame.
  const most = Math.max(...curves.map(({ points, usual }) => points.find(({ unhappy }) => unhappy >= usual + CLEARLY)?.votes ?? 0));
  const shares = curves.flatMap(({ points }) => points.map(({ unhappy }) => unhappy));
  const satisfied = (unhappy: number) => f.percent(Math.round((1 - unhappy) * 1000) / 10);
  const point = ({ unhappy, votes }: Point) => w.curvePoint(satisfied(unhappy), f.int(Math.round(votes)));
  const said = curves.map(({ name, points }) => `${name}: ${points.filter(isTenth).map(point).join(", ")}`).join(". ");
  return (
    <section class="card curve-card" aria-labelledby="h-curve" data-testid="card-curve">
      <header><h2 id="h-curve">{w.curve}</h2><p>{w.curveHint}</p></header>
      <Plot
        class="curve-chart" height={HEIGHT} label={`${w.curve}. ${said}`} of={[report, lang]}
        draw={(kit) => ({
          height: HEIGHT, ...MARGIN,
          x: { domain: [Math.min(...shares), Math.max(...shares)] }, y: { domain: [0, most], nice: LINES },
          marks: [
            kit.gridY({ ticks: LINES, className: "grid", strokeOpacity: 1 }),
            kit.axisY({ ticks: LINES, tickSize: 0, label: null, className: "sub", tickFormat: f.int }),
            kit.axisX([...new Set(curves.flatMap(({ points }) => points.filter(isTenth).map(({ unhappy }) => unhappy)))], { tickSize: 0, label: null, className: "sub", tickFormat: satisfied }),
            kit.text([w.curveFalls], { frameAnchor: "bottom", dy: 40, text: String, className: "sub" }),
            ...curves.flatMap(({ name, points }) => [
              kit.lineY(points, { x: "unhappy", y: "votes", className: `curve ${name.toLowerCase()}`, clip: true }),
              kit.dot(points.filter((each) => isTenth(each) && each.votes <= most), { x: "unhappy", y: "votes", r: 3, className: `curve ${name.toLowerCase()}`, title: (each: Point) => `${name}: ${point(each)}` }),
            ]),
            ...labelled(curves.map(({ name, points }) => ({ name, end: points[points.length - 1] as Point, dy: 0 })), most).map(({ name, end, dy }) => kit.text([end], { x: "unhappy", y: "votes", text: () => name, dx: 10, dy, textAnchor: "start", className: "strong" })),
          ],
        })}
      />
    </section>
  );
}

/** Names at the ends of lines, one above the other where the ends meet. */
function labelled<T extends { end: Point; dy: number }>(ends: T[], most: number): T[] {
  const [low, high] = [...ends].sort((a, b) => a.end.votes - b.end.votes);
  if (!low || !high) return ends;
  const lacks = Math.max(0, LABEL_PX - ((high.end.votes - low.end.votes) / most) * FRAME_PX) / 2;
  return [{ ...low, dy: lacks }, { ...high, dy: -lacks }];
}
