// How soon each setting sees that fewer are satisfied: mean votes until the alert, by how far it falls.
import type { Backtest } from "../api.ts";
import { useWidth } from "../kit.ts";
import { useWords } from "./words.ts";

const HEIGHT = 220, TOP = 12, BASE = 168, LEFT = 48, RIGHT = 40;
const LINES_MOST = 5;
const CLEARLY = 0.075; // more unhappy than usual
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

const isTenth = (share: number): boolean => Math.round(share * 1000) % 100 === 0;

export function CurveCard({ report }: { report: Backtest }) {
  const { w, f } = useWords(report.tz);
  const [ref, width] = useWidth<HTMLDivElement>();
  const curves = report.settings.flatMap(({ cost }, i) => (cost && cost.curve.length > 2 ? [{ name: i ? "B" : "A", points: cost.curve, usual: cost.usual }] : []));
  if (curves.length === 0) return null;
  // Shares near what is usual are hard to see: their votes lie far above all others, and leave the frame.
  const most = Math.max(...curves.map(({ points, usual }) => points.find(({ unhappy }) => unhappy >= usual + CLEARLY)?.votes ?? 0));
  const step = STEPS.find((each) => most / each <= LINES_MOST) ?? 2000;
  const top = Math.ceil(most / step) * step;
  const shares = [...new Set(curves.flatMap(({ points }) => points.map(({ unhappy }) => unhappy)))].sort((a, b) => a - b);
  const [from, to] = [shares[0] ?? 0, shares[shares.length - 1] ?? 1];
  const plot = Math.max(0, width - LEFT - RIGHT);
  const x = (unhappy: number) => ((unhappy - from) / (to - from)) * plot;
  const y = (votes: number) => (BASE - TOP) * (1 - votes / top);
  const ticks = shares.filter(isTenth);
  const said = curves.map(({ name, points }) => `${name}: ${points.filter(({ unhappy }) => isTenth(unhappy)).map(({ unhappy, votes }) => w.curvePoint(f.percent((1 - unhappy) * 100), f.int(Math.round(votes)))).join(", ")}`).join(". ");
  return (
    <section class="card curve-card" aria-labelledby="h-curve" data-testid="card-curve">
      <header><h2 id="h-curve">{w.curve}</h2><p>{w.curveHint}</p></header>
      <div ref={ref} class="chart curve-chart">
        {width > 0 && (
          <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} role="img" aria-label={`${w.curve}. ${said}`}>
            {Array.from({ length: top / step + 1 }, (_, i) => i * step).map((votes) => (
              <g key={votes}>
                <line class="grid" x1={LEFT} x2={width - RIGHT} y1={TOP + y(votes)} y2={TOP + y(votes)} />
                <text class="sub" x={LEFT - 8} y={TOP + y(votes) + 4} text-anchor="end">{f.int(votes)}</text>
              </g>
            ))}
            {ticks.map((unhappy) => <text key={unhappy} class="sub" x={LEFT + x(unhappy)} y={BASE + 18} text-anchor="middle">{f.percent((1 - unhappy) * 100)}</text>)}
            <text class="sub" x={LEFT + plot / 2} y={BASE + 38} text-anchor="middle">{w.curveFalls}</text>
            <svg x={LEFT} y={TOP - 6} width={plot + 6} height={BASE - TOP + 12}>
              {curves.map(({ name, points }) => (
                <g key={name} class={`curve ${name.toLowerCase()}`} transform="translate(0 6)">
                  <polyline points={points.map(({ unhappy, votes }) => `${x(unhappy)},${y(votes)}`).join(" ")} />
                  {points.filter(({ unhappy }) => isTenth(unhappy)).map(({ unhappy, votes }) => (
                    <circle key={unhappy} cx={x(unhappy)} cy={y(votes)} r="3"><title>{`${name}: ${w.curvePoint(f.percent((1 - unhappy) * 100), f.int(Math.round(votes)))}`}</title></circle>
                  ))}
                </g>
              ))}
            </svg>
            {labels(curves.map(({ name, points }) => [name, TOP + y(points[points.length - 1]?.votes ?? 0)])).map(([name, at]) => <text key={name} class="strong" x={width - RIGHT + 10} y={at + 4}>{name}</text>)}
          </svg>
        )}
      </div>
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
