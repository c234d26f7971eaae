// Today against the promise: the one score, its interval, its completeness, the tally and the usual.
import type { Today } from "./api.ts";
import { CoverageGaps, CoverageLine } from "./coverage.tsx";
import { Tally } from "./tally.tsx";
import { useText, type Text } from "./text.ts";
import { Track } from "./track.tsx";

export function ScoreCard({ today }: { today: Today }) {
  const { t, f } = useText();
  const { score, promise, usual, coverage } = today;
  const [before, after] = t.satisfiedOf(score.n);
  return (
    <section class="card score" aria-labelledby="h-score">
      <header>
        <h2 id="h-score">
          <span class="wide">{promise ? t.scoreTitle : t.today}</span>
          <span class="narrow">{t.today}</span>
        </h2>
        <CoverageLine data={coverage} />
      </header>
      <CoverageGaps data={coverage} now={today.now} />
      {score.share === null || score.lo === null || score.hi === null ? (
        <NoVotes today={today} />
      ) : (
        <>
          <div class="figure">
            <strong class={score.verdict}>{f.share(score.share)}</strong>
            <p>
              {before}
              <b data-testid="score-n">{f.int(score.n)}</b>
              {after} · <span class="nowrap">{t.interval95(f.range(score.lo, score.hi))}</span>
              <em class={score.verdict}>{verdictText(today, t, f)}</em>
            </p>
          </div>
          <Track share={score.share} lo={score.lo} hi={score.hi} target={promise?.target ?? null} verdict={score.verdict} />
          <Tally tally={today.tally} />
        </>
      )}
      <footer>
        {usual && usual.share !== null && usual.lo !== null && usual.hi !== null ? (
          <>
            <span>{t.usual(f.weekday(usual.weekday), usual.days)}</span>
            <span>
              <b>{f.share(usual.share)}</b> ({f.range(usual.lo, usual.hi)})
            </span>
          </>
        ) : (
          <span>{t.usualNone}</span>
        )}
      </footer>
      {today.phone.share !== null && <p class="hint" data-testid="phone-n">{t.byPhone(f.int(today.phone.n), f.share(today.phone.share, 0))}</p>}
    </section>
  );
}

function verdictText({ score, promise, minN }: Today, t: Text["t"], f: Text["f"]): string {
  if (score.verdict === "few") return t.few(f.int(minN));
  return promise ? t[score.verdict](f.percent(promise.target)) : "";
}

function NoVotes({ today }: { today: Today }) {
  const { t, f } = useText();
  const closed = today.open?.length === 0;
  return (
    <div class="empty">
      <div class="figure">
        <strong>–</strong>
        <p>
          <b>{t.noVotes}</b> <span class="vh" data-testid="score-n">{f.int(0)}</span>
          <em>{closed ? t.noVotesClosed : t.noVotesHint(f.int(today.step.votes))}</em>
        </p>
      </div>
      <Tally tally={today.tally} />
    </div>
  );
}
