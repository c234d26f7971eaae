// Four figures that sum the period up, each with how sure it is and how it was before.
import type { TrendsCompare, TrendsGrid, TrendsRanking, TrendsSeries } from "../api.ts";
import { Failed } from "./chart-card.tsx";
import { countDays } from "./days.ts";
import { isShare, measureSaid, pointsOf, targetOf, verdictOf, type Measure } from "./figures.ts";
import type { Loaded } from "./report.ts";
import type { View } from "./view.ts";
import { useWords } from "./words.ts";

interface Props {
  view: View;
  compare: Loaded<TrendsCompare>;
  series: TrendsSeries | null;
  ranking: TrendsRanking | null;
  grid: TrendsGrid | null;
}

export function FiguresCard({ view, compare, series, ranking, grid }: Props) {
  const { t, w } = useWords();
  const { data } = compare;
  return (
    <section class="card figures" aria-label={w.figures} aria-busy={compare.busy} data-testid="figures">
      {data ? (
        <>
          <Measured compare={data} measure={data.reason ? "named" : data.after.nps === undefined ? "share" : "nps"} view={view} />
          {!data.reason && data.after.nps === undefined && <Measured compare={data} measure="index" view={view} />}
          {data.reason && series?.reason?.id === data.reason.id && <Satisfied series={series} compared={view.compared} />}
          <Votes compare={data} compared={view.compared} counted={view.source === "kiosks"} />
          <Kept target={data.promise?.target ?? null} ranking={ranking} grid={grid} />
        </>
      ) : (
        !compare.failure && <p class="hint" role="status">{t.loading}</p>
      )}
      <Failed loaded={compare} />
      {data && view.source === "kiosks" && <Completeness compare={data} />}
    </section>
  );
}

function Measured({ compare, measure, view: { compared, source } }: { compare: TrendsCompare; measure: Measure; view: View }) {
  const { w, f, num } = useWords();
  const points = pointsOf(compare.after, measure);
  const before = pointsOf(compare.before, measure);
  const verdict = points && compare.after.enough ? verdictOf(points, source === "kiosks" ? targetOf(compare, measure) : null) : "few";
  return (
    <div>
      <h2>{measureSaid(measure, compare, w)}</h2>
      <p class="big">
        <strong data-testid={`figure-${measure}`} class={measure === "share" ? verdict : ""}>{points ? num.measure(points.value, measure) : "–"}</strong>
        {points && <small>{num.range(points.lo, points.hi)}</small>}
      </p>
      <p class="sub">
        {!compare.after.enough ? (
          w.fewToTell(f.int(compare.least))
        ) : !compared ? (
          measure === "index" ? w.indexHint : compare.reason && w.namedOf[compare.reason.visits]
        ) : isShare(measure) ? (
          <Change compare={compare} />
        ) : (
          before && <>{w.before(num.measure(before.value, measure))} <span class="nowrap">({num.range(before.lo, before.hi)})</span></>
        )}
      </p>
    </div>
  );
}

/** Of a reason: how satisfied those are who named it. Nothing to say of the unhappy or the happy ones alone. */
function Satisfied({ series: { total, previous, least }, compared }: { series: TrendsSeries; compared: boolean }) {
  const { w, f, num } = useWords();
  if (!total.satisfied) return null;
  const points = pointsOf(total.satisfied, "share");
  const before = previous.satisfied ? pointsOf(previous.satisfied, "share") : null;
  return (
    <div>
      <h2>{w.satisfiedNamed}</h2>
      <p class="big">
        <strong data-testid="figure-satisfied">{points ? num.measure(points.value, "share") : "–"}</strong>
        {points && <small>{num.range(points.lo, points.hi)}</small>}
      </p>
      <p class="sub">
        {!total.satisfied.enough ? w.fewToTell(f.int(least)) : compared && before && <>{w.before(num.measure(before.value, "share"))} <span class="nowrap">({num.range(before.lo, before.hi)})</span></>}
      </p>
    </div>
  );
}

/** A change whose interval holds zero has neither colour nor sign of its own. */
function Change({ compare: { change, reason } }: { compare: TrendsCompare }) {
  const { w, num } = useWords();
  const { difference, lo, hi, refusal } = change;
  if (refusal || difference === null || lo === null || hi === null) return <>{w.refusals[refusal || "too-few"]}</>;
  const [from, to] = [num.signed(lo * 100), num.signed(hi * 100)];
  if (lo <= 0 && hi >= 0) return <>{w.cannotTell(from, to)}</>;
  return (
    <>
      <b class={reason ? "" : difference > 0 ? "up" : "down"}>{num.signed(difference * 100)}</b>
      {` ${w.points}, ${w.changeRange(from, to)}`}
    </>
  );
}

/** counted: by the kiosks themselves, so that it is known how many there are. */
function Votes({ compare, compared, counted }: { compare: TrendsCompare; compared: boolean; counted: boolean }) {
  const { w, f } = useWords();
  const { after, before, coverage } = compare;
  const days = countDays(compare.from, compare.to);
  return (
    <div>
      <h2>{compare.reason ? w.answers : w.votes}</h2>
      <p class="big">
        <strong data-testid="figure-votes">{f.int(after.n)}</strong>
        {counted && after.n > 0 && (coverage.complete || coverage.share !== null) && <small>{coverage.complete ? w.complete : w.completeness(f.share(coverage.share ?? 0, 2))}</small>}
      </p>
      <p class="sub">{compared ? w.beforeVotes(f.int(before.n)) : w.aDay(f.int(Math.round(after.n / days)))}</p>
    </div>
  );
}

/** Of branches, or of a branch's hours of the week: how many are surely above the promise. */
function Kept({ target, ranking, grid }: { target: number | null; ranking: TrendsRanking | null; grid: TrendsGrid | null }) {
  const { w, f } = useWords();
  const branches = (ranking?.units ?? []).flatMap(({ lo, hi }) => (lo === null || hi === null ? [] : [verdictOf({ lo: lo * 100, hi: hi * 100 }, target)]));
  const hours = (grid?.cells ?? []).flatMap((cell) => {
    const points = cell.thin ? null : pointsOf(cell, "share");
    return points ? [verdictOf(points, target)] : [];
  });
  const list = branches.length > 1 ? branches : hours;
  if (target === null || !list.length) return null;
  const count = (verdict: string) => f.int(list.filter((each) => each === verdict).length);
  return (
    <div>
      <h2>{list === hours ? w.hoursAbove : ranking?.of === "children" ? w.regionsAbove : w.branchesAbove}</h2>
      <p class="big">
        <strong data-testid="figure-kept">{w.ofSo(count("above"), f.int(list.length))}</strong>
        <small>{w.surely}</small>
      </p>
      <p class="sub">{w.belowAndUnclear(count("below"), count("unclear"))}</p>
    </div>
  );
}

function Completeness({ compare: { coverage: c, building } }: { compare: TrendsCompare }) {
  const { w, f } = useWords();
  const lacking = !c.complete;
  if (!building && !lacking) return null;
  return (
    <p class="gaps" role="status" data-testid="coverage">
      {[
        building && w.building,
        lacking && c.share !== null && w.incomplete(f.share(c.share, 2), f.int(c.known)),
        lacking && c.missing > 0 && w.missing(c.missing, f.int(c.missing)),
        lacking && c.lost > 0 && w.lost(c.lost, f.int(c.lost)),
        lacking && c.notHeard > 0 && w.notHeard(c.notHeard, f.int(c.notHeard)),
      ].filter(Boolean).join(" ")}
    </p>
  );
}
