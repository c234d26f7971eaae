// What customers wrote at the branch, newest first: text, and nothing but text. A file of its own.
import type { Comment, Comments, Session } from "../api.ts";
import type { Failure } from "../http.ts";
import { failureText, getJson, postJson, useAgain, useEffect, useState, useText } from "../kit.ts";
import { Twice } from "../manage/twice.tsx";
import { words } from "./words.ts";
import "./comments.css";

const AT_FIRST = 6; // of the newest page; the others are a press away
const STEP = 20;
const MOST = 200; // on the page at once: then the newest make room, and come back by a press

interface Props {
  place: string;
  rev: number; // of the page: the card follows it
  now: number;
  role: Session["user"]["role"];
}

interface Shown extends Comments {
  cut: boolean; // the newest have made room
}

export function CommentsCard({ place, rev, now, role }: Props) {
  const { t, lang } = useText();
  const w = words[lang];
  const [shown, setShown] = useState<Shown | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const [all, setAll] = useState(false);
  const [turn, setTurn] = useState(0);
  const path = `/api/v1/comments?place=${encodeURIComponent(place)}&limit=${STEP}`;

  useEffect(() => {
    const abort = new AbortController();
    void getJson<Comments>(path, abort.signal).then((answer) => {
      if (abort.signal.aborted) return;
      setFailure(answer.ok ? null : answer.failure);
      // Earlier ones that were asked for stay; what is new goes above them.
      if (answer.ok) setShown((was) => (was?.place !== place ? { ...answer.value, cut: false } : was.cut ? was : join(answer.value, was)));
    });
    return () => abort.abort();
  }, [place, rev, turn]);
  useAgain(failure, () => setTurn((n) => n + 1));

  const more = async () => {
    if (!all) return setAll(true);
    if (!shown?.next || busy) return;
    setBusy(true);
    const answer = await getJson<Comments>(`${path}&cursor=${shown.next}`);
    setBusy(false);
    setFailure(answer.ok ? null : answer.failure);
    if (!answer.ok) return;
    const list = [...shown.comments, ...answer.value.comments];
    setShown({ ...answer.value, comments: list.slice(-MOST), cut: shown.cut || list.length > MOST });
  };
  const erase = async (id: number) => {
    const answer = await postJson<object>(`/api/v1/comments/${id}/erase`, {});
    setFailure(answer.ok ? null : answer.failure);
    if (answer.ok) setShown((was) => was && { ...was, comments: was.comments.filter((each) => each.id !== id) });
  };
  const newest = () => {
    setShown(null);
    setAll(false);
    setTurn((n) => n + 1);
  };

  return (
    <section class="card said" aria-labelledby="h-comments" data-testid="card-comments">
      <header><h2 id="h-comments">{w.comments}</h2></header>
      {failure && <p class="error" role="alert">{failureText(failure, t)}</p>}
      {shown?.cut && <button type="button" class="link" data-testid="comments-newest" onClick={newest}>{w.newest}</button>}
      {shown && !shown.comments.length && <p class="hint">{w.none(shown.days)}</p>}
      {shown && shown.comments.length > 0 && (
        <ol>
          {shown.comments.slice(0, all ? undefined : AT_FIRST).map((comment) => <Said key={comment.id} comment={comment} now={now} erase={role === "admin" || role === "head-office" ? () => void erase(comment.id) : null} />)}
        </ol>
      )}
      {shown && (shown.next || (!all && shown.comments.length > AT_FIRST)) && <button type="button" class="link" data-testid="comments-more" disabled={busy} onClick={() => void more()}>{busy ? w.busy : w.more}</button>}
    </section>
  );
}

function Said({ comment, now, erase }: { comment: Comment; now: number; erase: (() => void) | null }) {
  const { f, lang } = useText();
  const w = words[lang];
  return (
    <li class={comment.flags.includes("urgent") ? "urgent" : ""}>
      <p lang={comment.lang || undefined} dir="auto">{comment.text}</p>
      <div class="foot">
        <p class="sub">
          {f.when(comment.at, now)}
          {comment.flags.map((flag) => <span key={flag} class="pill">{w[flag]}</span>)}
        </p>
        {erase && <Twice id={`erase-${comment.id}`} words={w.erase} sure={w.eraseSure} hint={w.eraseHint} press={erase} />}
      </div>
    </li>
  );
}

// The newest page over what was there, without doubles. When a gap is left between them the old ones go.
function join(newest: Comments, was: Shown): Shown {
  const last = newest.comments[newest.comments.length - 1];
  const at = last ? was.comments.findIndex(({ id }) => id <= last.id) : -1;
  const meets = !newest.next || (at >= 0 && was.comments[at]?.id === last?.id);
  if (!meets || at < 0) return { ...newest, cut: false };
  const comments = [...newest.comments, ...was.comments.slice(at).filter(({ id }) => id < (last?.id ?? 0))].slice(0, MOST);
  return { ...newest, next: comments.length === MOST ? (comments[MOST - 1]?.id ?? null) : was.next, comments, cut: false };
}
