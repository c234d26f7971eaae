// Fair recognition: which branches surely stand out. Shrunk, with intervals, branches only: never people.
import type { TrendsRanking } from "../api.ts";
import { addressOf, go, useState } from "../kit.ts";
import { OrTable } from "../trends/chart-card.tsx";
import { Ranking, rankingTable } from "../trends/ranking-card.tsx";
import { ranksOf } from "../trends/ranks.ts";
import type { Loaded } from "../trends/report.ts";
import { useImproveWords, type ImproveSaid } from "./words.ts";

const SHOWN = 10;

export function RecognitionCard({ loaded: { data, busy }, branch }: { loaded: Loaded<TrendsRanking>; branch: boolean }) {
  const said = useImproveWords();
  const { t, i, w } = said;
  const [whole, setWhole] = useState(false);
  const rows = data ? ranksOf(data.units) : [];
  const open = ({ place }: { place: string }) => go(addressOf("improve", { place }));
  return (
    <section class="card recognition-card" aria-labelledby="h-recognition" aria-busy={busy && !branch} data-testid="card-recognition">
      <h2 id="h-recognition">{i.recognition}</h2>
      {branch ? <p class="hint">{i.oneBranch}</p> : !data ? <p class="hint" role="status">{t.loading}</p> : (
        <>
          <p class="verdict" data-testid="thanks">{thanksTo(data, said)}</p>
          <OrTable title={i.recognition} table={rankingTable(rows, open, said)}>
            <Ranking rows={whole ? rows : rows.slice(0, SHOWN)} between={0} target={data.promise?.target ?? null} least={data.least} set={open} clear={0.34} said={said} />
          </OrTable>
          {rows.length > SHOWN && <button type="button" class="link" onClick={() => setWhole(!whole)}>{whole ? w.showFewer : w.showAll(rows.length)}</button>}
          <p class="hint">{i.fair}</p>
        </>
      )}
    </section>
  );
}

function thanksTo({ units, promise }: TrendsRanking, { i, lang }: ImproveSaid): string {
  const told = units.filter(({ hidden }) => !hidden);
  const votes = told.reduce((sum, { n }) => sum + n, 0);
  const mean = told.reduce((sum, { n, share }) => sum + n * (share ?? 0), 0) / Math.max(1, votes);
  const line = promise ? promise.target / 100 : mean;
  const names = told.filter(({ lo }) => lo !== null && lo > line).map(({ place }) => place.name);
  if (!names.length) return i.nobody;
  const listed = new Intl.ListFormat(lang === "en" ? "en-GB" : "id-ID").format(names);
  return (promise ? i.above : i.aboveMean)(names.length, listed);
}
