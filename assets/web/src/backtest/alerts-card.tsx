// Every alert of both settings, in order of time, as a table and a file.
import type { Backtest, BacktestAlert, Rule } from "../api.ts";
import { useState } from "../kit.ts";
import { csvOf, save, type Table } from "../trends/csv.ts";
import { isAboutKiosks } from "./setting.ts";
import { useWords, type Said } from "./words.ts";

const SHOWN = 20;

export const whereText = ({ place, kiosk }: BacktestAlert): string => (kiosk ? `${place.name}, ${kiosk.name || kiosk.id}` : place.name);

export function whyText({ unhappy, n, points, limit, usual }: BacktestAlert, { kind }: Rule, { w, f }: Said): string {
  if (isAboutKiosks(kind)) return w.whyKiosk[kind];
  const why = w.why(f.int(unhappy), f.int(n));
  if (usual !== null) return w.whyUsual(why, f.percent(usual * 100));
  return points === null || limit === null ? why : w.whyPoints(why, f.int(points), f.int(limit));
}

export function AlertsCard({ report }: { report: Backtest }) {
  const said = useWords(report.tz);
  const { w, f, lang } = said;
  const [whole, setWhole] = useState(false);
  const two = report.compare !== null;
  const table = tableOf(report, two, said);
  const all = report.settings.reduce((sum, { count }) => sum + count, 0);
  const shown = whole ? table.rows : table.rows.slice(0, SHOWN);
  return (
    <section class="card alerts-card" aria-labelledby="h-alerts" data-testid="card-alerts">
      <header>
        <h2 id="h-alerts">{w.alerts}</h2>
        {table.rows.length > 0 && <button type="button" class="link" data-testid="csv-alerts" aria-label={w.csv} onClick={() => save(`puas-backtest-${report.place.id}-${report.from}-${report.to}.csv`, csvOf(table, lang))}>CSV</button>}
      </header>
      {table.rows.length ? (
        <div class="scroll" tabIndex={0} role="region" aria-label={w.table}>
          <table class="data">
            <thead>
              <tr>{table.columns.map(({ name, number }) => <th key={name} scope="col" class={number ? "num" : ""}>{name}</th>)}</tr>
            </thead>
            <tbody>
              {shown.map((row, i) => (
                <tr key={i}>{row.map(({ text }, j) => (j === 0 ? <th key={j} scope="row">{text}</th> : <td key={j} class={table.columns[j]?.number ? "num" : ""}>{text}</td>))}</tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <p class="hint">{w.noAlerts}</p>
      )}
      {table.rows.length > SHOWN && !whole && <button type="button" class="link more" data-testid="all-alerts" onClick={() => setWhole(true)}>{w.showAll(f.int(table.rows.length))}</button>}
      {all > table.rows.length && <p class="hint">{w.cut(f.int(all))}</p>}
    </section>
  );
}

function tableOf(report: Backtest, two: boolean, said: Said): Table {
  const { w, f, stamp } = said;
  const list = report.settings.flatMap(({ alerts, rule }, i) => alerts.map((alert) => ({ alert, rule, name: i ? "B" : "A" }))).sort((one, other) => one.alert.raised - other.alert.raised);
  const number = (n: number | null) => ({ text: n === null ? "–" : f.int(n), value: n });
  const time = (ms: number | null) => ({ text: ms === null ? w.open : stamp(ms), value: ms === null ? null : new Date(ms).toISOString() });
  const { setting, place, raised, until, votes, minutes, why } = w.columns;
  return {
    columns: [{ name: raised }, { name: until }, ...(two ? [{ name: setting }] : []), { name: place }, { name: votes, number: true }, { name: minutes, number: true }, { name: why }],
    rows: list.map(({ alert, rule, name }) => {
      const reason = whyText(alert, rule, said);
      const where = whereText(alert);
      const which = alert.both ? name : `${name}, ${w.onlyHere}`;
      return [
        time(alert.raised), time(alert.until),
        ...(two ? [{ text: which, value: which }] : []),
        { text: where, value: where },
        number(alert.votes), number(alert.minutes), { text: reason, value: reason },
      ];
    }),
  };
}
