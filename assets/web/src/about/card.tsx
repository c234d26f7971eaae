// How to read the figures: three colours, and why they move in steps. A file of its own.
import type { Today } from "../api.ts";
import { useText } from "../kit.ts";
import { words } from "./words.ts";
import "./about.css";

export function AboutCard({ today }: { today: Today }) {
  const { f, lang } = useText();
  const w = words[lang];
  return (
    <section class="card about" aria-labelledby="h-about">
      <h2 id="h-about">{w.about}</h2>
      {today.promise && (
        <ul>
          <li class="above"><i />{w.aboutAbove}</li>
          <li class="unclear"><i />{w.aboutUnclear}</li>
          <li class="below"><i />{w.aboutBelow}</li>
        </ul>
      )}
      <p>{w.aboutInterval}</p>
      <p>{w.aboutSteps(f.int(today.step.votes), f.span(today.step.minutes))} {w.aboutAlerts}</p>
    </section>
  );
}
