import type { Today } from "./api.ts";
import { pick, useText } from "./text.ts";

const MOST_SHOWN = 6;

export function ReasonsCard({ reasons }: { reasons: Today["reasons"] }) {
  const { t, f, lang } = useText();
  const whole = Math.max(1, reasons.answered, ...reasons.items.map((item) => item.n));
  return (
    <section class="card reasons" aria-labelledby="h-reasons">
      <header>
        <h2 id="h-reasons">{t.reasons}</h2>
        {reasons.unhappy > 0 && <p>{t.reasonsSaid(f.int(reasons.answered), f.int(reasons.unhappy))}</p>}
      </header>
      {reasons.items.length ? (
        <ul class="bars">
          {reasons.items.slice(0, MOST_SHOWN).map((item) => (
            <li key={item.id}>
              <span>{pick(item.label, lang)}</span>
              <b>{f.int(item.n)}</b>
              <i aria-hidden="true">
                <i style={{ width: `${(item.n / whole) * 100}%` }} />
              </i>
            </li>
          ))}
        </ul>
      ) : (
        <p class="hint">
          <b>{t.noReasons}</b>
          {t.noReasonsHint}
        </p>
      )}
    </section>
  );
}
