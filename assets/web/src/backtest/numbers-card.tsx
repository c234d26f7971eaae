// Both settings in numbers, side by side.
import type { ComponentChildren } from "preact";
import type { Backtest, BacktestAlert, BacktestSetting } from "../api.ts";
import { isAboutKiosks } from "./setting.ts";
import { useWords } from "./words.ts";

export function NumbersCard({ report }: { report: Backtest }) {
  const { w, t, f, few } = useWords(report.tz);
  const noneByChance = ({ rule }: BacktestSetting) => isAboutKiosks(rule.kind) && rule.kind !== "silence";
  const between = (setting: BacktestSetting) => (noneByChance(setting) ? w.never : betweenAlarms(setting));
  const betweenAlarms = ({ expected, votes }: BacktestSetting) =>
    !expected || !votes || (expected.days === null && expected.learning > 0) ? w.unknown : expected.days === null ? w.never : expected.days < 2 ? f.span(expected.days * 1440) : t.days(Math.round(expected.days));
  const expectedOf = ({ expected, cost, votes }: BacktestSetting) => (expected && votes && (cost || expected.aMonth > 0) ? few(expected.aMonth) : w.unknown);
  const shares = [...new Set(report.settings.flatMap(({ cost }) => cost?.seen.map(({ unhappy }) => Math.round(unhappy * 1000) / 1000) ?? []))].sort((one, other) => one - other);
  const seen = (share: number) => ({ cost }: BacktestSetting) => {
    const found = cost?.seen.find(({ unhappy }) => Math.abs(unhappy - share) < 0.001);
    return found ? f.int(Math.round(found.votes)) : "–";
  };
  const means = (alerts: BacktestAlert[]) => {
    const told = alerts.flatMap(({ votes, minutes }) => (votes === null || minutes === null ? [] : [{ votes, minutes }]));
    if (!told.length) return "–";
    const mean = (key: "votes" | "minutes") => told.reduce((sum, each) => sum + each[key], 0) / told.length;
    return <>{f.int(Math.round(mean("votes")))} <small>{f.span(mean("minutes"))}</small></>;
  };
  const rows: [string, (setting: BacktestSetting) => ComponentChildren][] = [
    [w.rows.alerts, ({ count }) => f.int(count)],
    [w.rows.aMonth, ({ aMonth }) => few(aMonth)],
    [w.rows.toAlert, ({ alerts }) => means(alerts)],
    [w.rows.inAlert, ({ inAlert }) => f.share(inAlert)],
    [w.rows.judged, (setting) => (noneByChance(setting) ? "–" : f.int(setting.votes))],
    [w.rows.expected, (setting) => (noneByChance(setting) ? f.int(0) : expectedOf(setting))],
    [w.rows.between, between],
    ...shares.map((share): [string, (setting: BacktestSetting) => string] => [w.rows.seen(f.percent(share * 100)), seen(share)]),
  ];
  return (
    <section class="card numbers-card" aria-labelledby="h-numbers" data-testid="card-numbers">
      <table>
        <thead>
          <tr>
            <th scope="col"><h2 id="h-numbers">{w.numbers}</h2></th>
            {report.settings.map((_, i) => <th key={i} scope="col" class="num"><b class={`which ${i ? "b" : "a"}`}>{i ? "B" : "A"}</b></th>)}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {report.settings.map((setting, i) => <td key={i} class="num">{value(setting)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
