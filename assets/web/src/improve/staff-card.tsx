// The own people: what surveys for staff say, apart from all that customers say, month by month and never under five answers.
import type { TrendsStaff } from "../api.ts";
import type { Loaded } from "../trends/report.ts";
import { useImproveWords } from "./words.ts";

type Month = TrendsStaff["questions"][number]["months"][number];

export function StaffCard({ loaded: { data, busy } }: { loaded: Loaded<TrendsStaff> }) {
  const { t, i, w, num } = useImproveWords();
  const shown = data?.months.map((month, at) => ({ ...month, at })).filter(({ at }) => data.questions.some(({ months }) => months[at])) ?? [];
  return (
    <section class="card staff-card" aria-labelledby="h-staff" aria-busy={busy} data-testid="card-staff">
      <h2 id="h-staff">{i.staff}</h2>
      <p class="detail">{i.staffHint}</p>
      {!data ? <p class="hint" role="status">{t.loading}</p> : !shown.length ? <p class="hint"><b>{i.staffNone}</b>{i.staffNoneHint}</p> : (
        <div class="scroll" tabIndex={0} role="region" aria-label={w.tableOf(i.staff)}>
          <table class="data">
            <thead><tr><th scope="col">{i.month}</th><th scope="col">{i.question}</th><th scope="col" class="num">{i.satisfied}</th><th scope="col" class="num">95%</th><th scope="col" class="num">{i.answers}</th></tr></thead>
            <tbody>
              {[...shown].reverse().flatMap(({ from, at }) =>
                data.questions.map(({ question, months }) => {
                  const month = months[at];
                  return month && (
                    <tr key={from + question} data-testid={`staff-${from.slice(0, 7)}-${question}`}>
                      <th scope="row">{num.month(from)}</th>
                      <td>{question}</td>
                      <Figures month={month} />
                    </tr>
                  );
                }),
              )}
            </tbody>
          </table>
        </div>
      )}
      {data?.building && <p class="hint">{w.building}</p>}
    </section>
  );
}

function Figures({ month }: { month: Month }) {
  const { i, f, num } = useImproveWords();
  if (!month) return null;
  if ("hidden" in month) return <td class="num" colSpan={3}>{i.hidden}</td>;
  const { share, lo, hi, nps, n } = month;
  const value = nps ? num.signed(nps.value) : share != null ? f.share(share) : "–";
  const range = nps ? num.range(nps.lo, nps.hi) : lo != null && hi != null ? f.range(lo, hi) : "–";
  return <><td class="num strong">{value}</td><td class="num">{range}</td><td class="num">{f.int(n)}</td></>;
}
