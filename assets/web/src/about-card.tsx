import type { Today } from "./api.ts";
import { useText } from "./text.ts";

/** How to read the figures: three colours, and why they move in steps. */
export function AboutCard({ today }: { today: Today }) {
  const { t, f } = useText();
  return (
    <section class="card about" aria-labelledby="h-about">
      <h2 id="h-about">{t.about}</h2>
      {today.promise && (
        <ul>
          <li class="above"><i />{t.aboutAbove}</li>
          <li class="unclear"><i />{t.aboutUnclear}</li>
          <li class="below"><i />{t.aboutBelow}</li>
        </ul>
      )}
      <p>{t.aboutInterval}</p>
      <p>{t.aboutSteps(f.int(today.step.votes), f.span(today.step.minutes))} {t.aboutAlerts}</p>
    </section>
  );
}
