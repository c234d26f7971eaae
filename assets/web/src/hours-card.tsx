import type { Today } from "./api.ts";
import { figure, HoursChart } from "./hours-chart.tsx";
import { useText } from "./text.ts";

export function HoursCard({ today }: { today: Today }) {
  const { t, f } = useText();
  const { hours, promise } = today;
  const weekday = today.usual ? f.weekday(today.usual.weekday) : null;
  return (
    <section class="card hours" aria-labelledby="h-hours">
      <header>
        <h2 id="h-hours">{t.byHour}</h2>
        <ul class="legend" aria-hidden="true">
          <li class="wide"><i class="k-share" />{t.legendShare}</li>
          {weekday && (
            <li>
              <i class="k-usual" />
              <span class="wide">{t.legendUsual(weekday)}</span>
              <span class="narrow">{t.legendUsualShort}</span>
            </li>
          )}
          {promise && <li><i class="k-promise" />{t.legendPromise}</li>}
          <li><i class="k-votes" />{t.legendVotes}</li>
        </ul>
      </header>
      {hours.length ? <HoursChart hours={hours} target={promise?.target ?? null} /> : <p class="hint">{t.noHours}</p>}
      <table class="vh">
        <caption>{t.byHour}</caption>
        <thead>
          <tr><th scope="col">{t.hour}</th><th scope="col">{t.votes}</th><th scope="col">{t.satisfied}</th></tr>
        </thead>
        <tbody>
          {hours.map((hour) => (
            <tr key={hour.hour}>
              <th scope="row">{f.hour(hour.hour)}</th><td>{f.int(hour.n)}</td><td>{figure(hour, f) || "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
