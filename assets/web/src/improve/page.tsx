// Improve: what was done so that customers are served better and what came of it, the way to the goal, thanks to whom they are due,
// what unhappy visits may cost, what the own people say. All that can be chosen is in the address.
import "../trends/trends.css";
import "./improve.css";
import type { Improvements, Session, TrendsCompare, TrendsGoal, TrendsRanking, TrendsStaff } from "../api.ts";
import { failureText, go, makeText, TextContext, useEffect, useMemo, useText } from "../kit.ts";
import { Pick } from "../trends/controls.tsx";
import { presetDays } from "../trends/days.ts";
import { inOrder } from "../trends/places.ts";
import { pathOf, useReport } from "../trends/report.ts";
import { NewsCard } from "../news/card.tsx";
import { GoalCard } from "./goal-card.tsx";
import { LogCard } from "./log-card.tsx";
import { RecognitionCard } from "./recognition-card.tsx";
import { StaffCard } from "./staff-card.tsx";
import { ValueCard } from "./value-card.tsx";
import { readView, SPANS, viewAddress, type Span, type View } from "./view.ts";
import { useImproveWords } from "./words.ts";

interface Props {
  session: Session;
  place: string;
  query: URLSearchParams;
  signedOut: () => void;
}

export function ImprovePage(props: Props) {
  const { lang } = useText();
  const text = useMemo(() => makeText(lang, "UTC"), [lang]); // days are days: no zone moves them
  return (
    <TextContext.Provider value={text}>
      <Improve {...props} />
    </TextContext.Provider>
  );
}

const INDENT = "\u2003"; // options take no other style

function Improve({ session, place: id, query, signedOut }: Props) {
  const { t, i, w } = useImproveWords();
  const { places } = session;
  const view = readView(query, id);
  const set = (change: Partial<View>) => go(viewAddress({ ...view, ...change }));
  const place = places.find((each) => each.id === view.place);

  // The last day that is over is known to the server alone: by the clock of the place.
  const goal = useReport<TrendsGoal>(pathOf("trends/goal", { place: view.place }));
  const known = goal.data?.place.id === view.place ? goal.data : null;
  const days = known && presetDays(view.span, known.to);
  const log = useReport<Improvements>(pathOf("improvements", { place: view.place }));
  const staff = useReport<TrendsStaff>(pathOf("trends/staff", { place: view.place }));
  const path = (report: string) => days && pathOf(`trends/${report}`, { place: view.place, ...days });
  const ranking = useReport<TrendsRanking>(place?.kind === "branch" ? null : path("ranking"));
  const compare = useReport<TrendsCompare>(path("compare"));

  const ended = [goal, log, ranking, compare, staff].some(({ failure }) => failure?.kind === "auth");
  useEffect(() => {
    if (ended) signedOut();
  }, [ended]);
  useEffect(() => {
    document.title = i.title(place?.name ?? view.place);
  }, [i, place, view.place]);

  return (
    <main id="content" class="page improve" tabIndex={-1}>
      <div class="trends-head">
        <h1>{t.improve}</h1>
        {places.length > 1 ? (
          <Pick id="improve-place" label={i.place} glyph="place" shown={place?.name ?? view.place} value={view.place} choose={(next) => set({ place: next })}>
            {!place && <option value={view.place}>{view.place}</option>}
            {inOrder(places).map(([each, depth]) => <option key={each.id} value={each.id}>{INDENT.repeat(depth) + each.name}</option>)}
          </Pick>
        ) : (
          <p class="only">{place?.name ?? view.place}</p>
        )}
        <Pick id="improve-period" label={i.period} glyph="days" shown={i.spans[view.span]} value={view.span} choose={(value) => set({ span: value as Span })}>
          {SPANS.map((span) => <option key={span} value={span}>{i.spans[span]}</option>)}
        </Pick>
      </div>
      {!known && goal.failure && goal.failure.kind !== "auth" ? (
        <section class="card notice" role="alert">
          <h2>{goal.failure.kind === "problem" && goal.failure.status === 404 ? t.unknownPlace : t.loadFailed}</h2>
          <p>{goal.failure.kind === "problem" && goal.failure.status === 404 ? t.unknownPlaceHint(view.place) : failureText(goal.failure, t)}</p>
          <button type="button" class="primary" onClick={goal.again}>{t.retry}</button>
        </section>
      ) : (
        known && (
          <div class="improve-cards">
            <svg class="vh" aria-hidden="true">
              <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-line" width="1.6" height="6" /></pattern>
            </svg>
            {known.building && <p class="gaps">{w.building}</p>}
            <LogCard key={view.place} session={session} view={view} set={set} log={log} yesterday={known.to} />
            <div class="side">
              <GoalCard loaded={goal} yesterday={known.to} place={view.place} role={session.user.role} />
              <NewsCard key={view.place} place={view.place} />
              <RecognitionCard loaded={ranking} branch={place?.kind === "branch"} />
              <ValueCard view={view} set={set} loaded={compare} />
              <StaffCard loaded={staff} />
            </div>
          </div>
        )
      )}
    </main>
  );
}
