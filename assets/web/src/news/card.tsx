// Good news: what a place and those under it can be proud of, newest first. A file of its own for the day of a branch; a part of
// the page Improve.
import type { Praise, PraiseList } from "../api.ts";
import { Mark, pick, useState, useText } from "../kit.ts";
import { pathOf, useReport } from "../trends/report.ts";
import { words } from "./words.ts";
import "./news.css";

const DAY_MS = 86_400_000;
const FRESH_DAYS = 30;
const FRESH_MOST = 3;
const AT_ONCE = 5;
const PAGE_MOST = 200; // of the API

/** fresh: only what is news, and nothing where there is none. */
export function NewsCard({ place, fresh = false }: { place: string; fresh?: boolean }) {
  const { t, lang } = useText();
  const w = words[lang];
  const [limit, setLimit] = useState(fresh ? FRESH_MOST : AT_ONCE);
  const { data, busy } = useReport<PraiseList>(pathOf("praise", { place, limit }));
  const since = Date.now() - FRESH_DAYS * DAY_MS;
  const list = (data?.praise ?? []).filter(({ at }) => !fresh || at >= since);
  if (fresh && list.length === 0) return null;
  return (
    <section class="card news" aria-labelledby="h-news" aria-busy={busy} data-testid="news">
      <h2 id="h-news">{w.title}</h2>
      {!data ? <p class="hint" role="status">{t.loading}</p> : list.length === 0 && <p class="hint">{w.none}</p>}
      <ul>{list.map((each) => <One key={each.id} one={each} named={each.place.id !== place} />)}</ul>
      {!fresh && data && data.next !== null && limit < PAGE_MOST && <button type="button" class="link" data-testid="news-older" onClick={() => setLimit(PAGE_MOST)}>{w.older}</button>}
    </section>
  );
}

function One({ one, named }: { one: Praise; named: boolean }) {
  const { f, lang } = useText();
  const w = words[lang];
  const said = one.kind === "answers" ? w.answers(f.int(one.answers ?? 0)) : one.kind === "step" ? w.step(f.share(one.share ?? 0)) : w.year;
  const of = [named ? one.place.name : "", one.rule ? pick(one.rule.name, lang) : "", f.date(one.at)].filter(Boolean);
  return (
    <li data-testid="news-one">
      <Mark kind="fine" />
      <div><b>{said}</b><small>{of.join(" \u00b7 ")}</small></div>
    </li>
  );
}
