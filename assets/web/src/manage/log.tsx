// The audit log, newest first, page by page; and how long what is kept.
import type { Audit, Retention } from "../api.ts";
import type { Failure } from "../http.ts";
import { failureText, getJson, useEffect, useState } from "../kit.ts";
import { pathOf, useReport } from "../trends/report.ts";
import type { TabProps } from "./page.tsx";
import { Waiting } from "./parts.tsx";
import { useManageWords } from "./words.ts";

const ACTIONS = [
  "login", "logout", "manage", "user-password", "config-apply", "content-push", "content-clear", "kiosk-order", "alert-ack", "alert-comment", "alert-resolve", "alert-assign", "alert-reopen", "alert-check",
  "alert-recover", "silence", "silence-end", "contacts-read", "contact-take", "contact-outcome", "contact-open", "contact-erase", "channel-test", "token-add", "token-revoke", "share-open", "share-end", "webpush-on", "mailing-stop", "import", "import-undo", "erase",
];
type Entry = Audit["audit"][number];

export function LogTab({ signedOut }: TabProps) {
  const { t, w, stamp } = useManageWords();
  const [who, setWho] = useState("");
  const [action, setAction] = useState("");
  const [subject, setSubject] = useState("");
  const [asked, setAsked] = useState({ who: "", action: "", subject: "" });
  const [rows, setRows] = useState<Entry[] | null>(null);
  const [next, setNext] = useState<number | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const load = async (cursor: number | null, signal?: AbortSignal) => {
    const result = await getJson<Audit>(`/api/v1/${pathOf("audit", { ...asked, cursor })}`, signal);
    if (signal?.aborted) return;
    if (!result.ok) {
      if (result.failure.kind === "auth") return signedOut();
      return setFailure(result.failure);
    }
    setFailure(null);
    setRows((was) => [...(cursor === null || !was ? [] : was), ...result.value.audit]);
    setNext(result.value.next);
  };
  useEffect(() => {
    const abort = new AbortController();
    void load(null, abort.signal);
    return () => abort.abort();
  }, [asked]);
  return (
    <>
      <Kept />
      <section class="card" aria-labelledby="h-log">
        <header><h2 id="h-log">{w.log}</h2><p>{w.logHint}</p></header>
        <form class="filters" role="search" aria-label={w.log} onSubmit={(event) => {
          event.preventDefault();
          setAsked({ who: who.trim(), action, subject: subject.trim() });
        }}>
          <label>{w.who}<input type="text" data-testid="log-who" value={who} autocomplete="off" onInput={(event) => setWho(event.currentTarget.value)} /></label>
          <label>{w.action}
            <select data-testid="log-action" value={action} onChange={(event) => setAction(event.currentTarget.value)}>
              <option value="">{w.everything}</option>
              {ACTIONS.map((each) => <option key={each} value={each}>{w.actionOf(each)}</option>)}
            </select>
          </label>
          <label>{w.subject}<input type="text" data-testid="log-subject" value={subject} autocomplete="off" onInput={(event) => setSubject(event.currentTarget.value)} /></label>
          <button type="submit" class="tool" data-testid="log-search">{w.search}</button>
        </form>
        {failure && <p class="error" role="alert">{failureText(failure, t)} <button type="button" class="link" onClick={() => void load(null)}>{t.retry}</button></p>}
        {rows && rows.length === 0 && <p class="hint">{w.nothingFound}</p>}
        {rows && rows.length > 0 && (
          <div class="scroll-x">
            <table class="data things log" data-testid="log">
              <thead><tr><th scope="col">{w.when}</th><th scope="col">{w.who}</th><th scope="col">{w.action}</th><th scope="col">{w.subject}</th><th scope="col">{w.detail}</th></tr></thead>
              <tbody>{rows.map((each) => <tr key={each.id}><th scope="row">{stamp(each.at)}</th><td>{each.who}</td><td>{w.actionOf(each.action)}</td><td>{each.subject}</td><td class="wrap">{each.detail}</td></tr>)}</tbody>
            </table>
          </div>
        )}
        {!rows && !failure && <Waiting failure={null} again={() => undefined} />}
        {next !== null && <button type="button" class="tool more" data-testid="log-more" onClick={() => void load(next)}>{w.older}</button>}
      </section>
    </>
  );
}

function Kept() {
  const { w } = useManageWords();
  const { data } = useReport<Retention>("manage/retention");
  if (!data) return null;
  const rows = [[w.kept.contacts, data.contactsDays], [w.kept.comments, data.commentsDays], [w.kept.answers, data.rawDays], [w.kept.counts, 0]] as const;
  return (
    <section class="card kept" aria-labelledby="h-kept" data-testid="kept">
      <header><h2 id="h-kept">{w.kept.title}</h2><p>{w.kept.hint}</p></header>
      <dl>{rows.map(([what, days]) => <div key={what}><dt>{what}</dt><dd>{w.forDays(days)}</dd></div>)}</dl>
    </section>
  );
}
