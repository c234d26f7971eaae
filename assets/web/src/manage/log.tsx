// The audit log, newest first, page by page; and how long what is kept.
import type { Audit } from "../api.ts";
import type { Failure } from "../http.ts";
import { failureText, getJson, useEffect, useState } from "../kit.ts";
import "./log.css";
import type { TabProps } from "./page.tsx";
import { useLogWords, type LogWords } from "./log-words.ts";
import { Kept } from "./retention.tsx";
import { pathOf, Waiting } from "./tools.ts";

const ACTIONS = [
  "login", "logout", "manage", "user-password", "retention", "config-apply", "content-push", "content-clear", "kiosk-order", "kiosk-password", "alert-ack", "alert-comment", "alert-resolve", "alert-assign", "alert-reopen", "alert-check",
  "alert-recover", "silence", "silence-end", "contacts-read", "contact-take", "contact-outcome", "contact-open", "contact-erase", "channel-test", "channel-secret", "token-add", "token-revoke", "share-open", "share-end", "webpush-on", "mailing-stop", "import", "import-undo", "erase",
];
type Entry = Audit["audit"][number];

export function LogTab({ places, say, signedOut }: TabProps) {
  const { t, w, l, stamp } = useLogWords();
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
      <Kept places={places} say={say} />
      <section class="card" aria-labelledby="h-log">
        <header><h2 id="h-log">{l.log}</h2><p>{l.logHint}</p></header>
        <form class="filters" role="search" aria-label={l.log} onSubmit={(event) => {
          event.preventDefault();
          setAsked({ who: who.trim(), action, subject: subject.trim() });
        }}>
          <label>{l.who}<input type="text" data-testid="log-who" value={who} autocomplete="off" onInput={(event) => setWho(event.currentTarget.value)} /></label>
          <label>{l.action}
            <select data-testid="log-action" value={action} onChange={(event) => setAction(event.currentTarget.value)}>
              <option value="">{l.everything}</option>
              {ACTIONS.map((each) => <option key={each} value={each}>{l.actionOf(each)}</option>)}
            </select>
          </label>
          <label>{l.subject}<input type="text" data-testid="log-subject" value={subject} autocomplete="off" onInput={(event) => setSubject(event.currentTarget.value)} /></label>
          <button type="submit" class="tool" data-testid="log-search">{w.search}</button>
        </form>
        {failure && <p class="error" role="alert">{failureText(failure, t)} <button type="button" class="link" onClick={() => void load(null)}>{t.retry}</button></p>}
        {rows && rows.length === 0 && <p class="hint">{w.nothingFound}</p>}
        {rows && rows.length > 0 && (
          <div class="scroll-x">
            <table class="data things log" data-testid="log">
              <thead><tr><th scope="col">{w.when}</th><th scope="col">{l.who}</th><th scope="col">{l.action}</th><th scope="col">{l.subject}</th><th scope="col">{l.detail}</th></tr></thead>
              <tbody>{rows.map((each) => <tr key={each.id}><th scope="row">{stamp(each.at)}</th><td>{each.who}</td><td>{l.actionOf(each.action)}</td><td>{each.subject}</td><td class="wrap"><Detail action={each.action} text={each.detail} l={l} /></td></tr>)}</tbody>
            </table>
          </div>
        )}
        {!rows && !failure && <Waiting failure={null} again={() => undefined} />}
        {next !== null && <button type="button" class="tool more" data-testid="log-more" onClick={() => void load(next)}>{l.older}</button>}
      </section>
    </>
  );
}

const SIGNS = { "+": "made", "~": "changed", "-": "ended" } as const;

/** What is recorded of it: of a change in the configuration, what was changed in words, then how it stands there. */
function Detail({ action, text, l }: { action: string; text: string; l: LogWords }) {
  const content = /^(place|kiosk)(?:, at (\S+))?$/.exec(text);
  if (action.startsWith("content-") && content) return <>{l.thing(content[1] ?? "")}{content[2] && `, ${l.from(content[2].replace("T", " "))}`}</>;
  if (action !== "manage" && action !== "config-apply") return <>{text}</>;
  return (
    <>
      {text.replace(/^[a-z]+: (?=[-+~] )/, "").split("\n").map((line, i) => {
        const [, sign, kind, id, how] = /^([-+~]) (\w+) (\S+): (.*)$/.exec(line) ?? [];
        return sign && kind && how ? <p key={i}>{l.thing(kind)} {id}, {l[SIGNS[sign as keyof typeof SIGNS]]} <small lang="en">{how}</small></p> : <p key={i} lang="en">{line}</p>;
      })}
    </>
  );
}
