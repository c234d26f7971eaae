// What was in force and will be, and which kiosks have taken it.
import type { Content } from "../api.ts";
import { Mark, useState } from "../kit.ts";
import { Said } from "../manage/said.tsx";
import { Twice } from "../manage/twice.tsx";
import { useSurveyWords } from "./words.ts";

interface Props {
  content: Content;
  open: (version: number) => void;
  openPlan: (id: number) => void;
  withdraw: (id: number) => void;
  clear: () => void;
}

export function History({ content, open, openPlan, withdraw, clear }: Props) {
  const { w, stamp } = useSurveyWords();
  const { versions, planned, tz } = content;
  return (
    <section class="card" aria-labelledby="h-versions" data-testid="versions">
      <header><h2 id="h-versions">{w.versions}</h2></header>
      {planned.length > 0 && (
        <>
          <h3>{w.planned}</h3>
          <ul class="rows">
            {planned.map((each) => (
              <li key={each.id} data-testid={`plan-${each.id}`}>
                <span><b>{w.plannedFor(stamp(each.at, tz))}</b><small>{each.by}</small>{each.refused && <small class="warn"><Said text={each.refused} as={w.planRefused} /></small>}</span>
                <button type="button" class="tool" onClick={() => openPlan(each.id)}>{w.open}</button>
                {!each.refused && <button type="button" class="tool" data-testid={`withdraw-${each.id}`} onClick={() => withdraw(each.id)}>{w.withdraw}</button>}
              </li>
            ))}
          </ul>
        </>
      )}
      {versions.length === 0 && <p class="hint">{w.noVersions}</p>}
      <ul class="rows">
        {versions.map((each) => (
          <li key={each.version} data-testid={`version-${each.version}`}>
            <span><b>{w.version(each.version)}</b>{each.until === null && <em> {w.inForce}</em>}<small>{each.by}, {stamp(each.since, tz)}{each.until !== null && `, ${w.until(stamp(each.until, tz))}`}</small></span>
            {each.until !== null && <button type="button" class="tool" data-testid={`open-version-${each.version}`} aria-label={w.openVersion(each.version)} onClick={() => open(each.version)}>{w.open}</button>}
          </li>
        ))}
      </ul>
      {content.version > 0 && <Twice id="clear" words={w.clear} sure={w.clearSure} hint={w.clearHint} press={clear} />}
    </section>
  );
}

const FIRST = 12; // at once
const MARKS: Record<Content["kiosks"][number]["state"], Parameters<typeof Mark>[0]["kind"]> = { taken: "fine", waits: "unknown", refused: "breach", "own-file": "unknown" };

export function Kiosks({ content }: { content: Content }) {
  const { w } = useSurveyWords();
  const { kiosks, counts } = content;
  const [all, setAll] = useState(false);
  const shown = all ? kiosks : kiosks.slice(0, FIRST);
  return (
    <section class="card" aria-labelledby="h-kiosks" data-testid="kiosks-here">
      <header><h2 id="h-kiosks">{w.kiosksHere}</h2>{counts.all > 0 && <p class="hint" role="status">{w.takenOf(counts.taken, counts.all)}</p>}</header>
      {kiosks.length === 0 && <p class="hint">{w.noKiosks}</p>}
      <ul class="rows">
        {shown.map((each) => (
          <li key={each.id} data-testid={`kiosk-${each.id}`} data-state={each.state}>
            <span><b>{each.name || each.id}</b><small>{each.place} {"\u00b7"} {each.id}</small></span>
            <span class="state"><span class="mark-word"><Mark kind={MARKS[each.state]} />{w.states(each.state)}</span>{each.why && <small class="warn"><Said text={each.why} /></small>}</span>
          </li>
        ))}
      </ul>
      {counts.all > shown.length && (shown.length < kiosks.length ? <button type="button" class="link" data-testid="kiosks-all" onClick={() => setAll(true)}>{w.more(counts.all - shown.length)}</button> : <p class="hint">{w.more(counts.all - shown.length)}</p>)}
    </section>
  );
}
