// Taking, commenting and resolving an alert. What was typed is kept until the server has taken it,
// also when the card is redrawn or the session ends in between.
import { useState } from "preact/hooks";
import type { Alert, AlertAction } from "./api.ts";
import { FieldError, failureText } from "./failure.tsx";
import { postJson, type Failure } from "./http.ts";
import { useText } from "./text.ts";

type Verb = "ack" | "comment" | "resolve";

const MINUTES = [30, 60, 120, 240];
const MINUTES_DEFAULT = 60;
const COMMENT_MAX = 500; // characters; the server has its own limit and says so

const drafts = new Map<string, string>(); // alert id -> text not yet sent

interface Props {
  alert: Alert;
  done: () => Promise<void>; // the server has taken it: get the new state
  signedOut: () => void;
}

export function AlertActions({ alert, done, signedOut }: Props) {
  const { t } = useText();
  const [verb, setVerb] = useState<Verb | null>(null);
  if (verb)
    return (
      <ActionForm
        alert={alert}
        verb={verb}
        cancel={() => setVerb(null)}
        done={() => done().then(() => setVerb(null))}
        signedOut={signedOut}
      />
    );
  const taken = alert.ack !== null;
  return (
    <div class="actions">
      {!taken && <button type="button" class="primary" data-testid="alert-ack" onClick={() => setVerb("ack")}>{t.ack}</button>}
      {taken && <button type="button" class="primary" data-testid="alert-resolve" onClick={() => setVerb("resolve")}>{t.resolve}</button>}
      <button type="button" data-testid="alert-comment" onClick={() => setVerb("comment")}>{t.comment}</button>
      {!taken && <button type="button" data-testid="alert-resolve" onClick={() => setVerb("resolve")}>{t.resolve}</button>}
    </div>
  );
}

function ActionForm({ alert, verb, cancel, done, signedOut }: Props & { verb: Verb; cancel: () => void }) {
  const { t, f } = useText();
  const [minutes, setMinutes] = useState(MINUTES_DEFAULT);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [missing, setMissing] = useState(false);
  const words = {
    ack: { title: t.ackTitle, field: t.ackField, confirm: t.ack },
    comment: { title: t.commentTitle, field: t.commentField, confirm: t.comment },
    resolve: { title: t.resolveTitle, field: t.resolveField, confirm: t.resolve },
  }[verb];
  const fieldId = `comment-${alert.id}`;
  const errorId = `error-${alert.id}`;

  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    const comment = (drafts.get(alert.id) ?? "").trim();
    setMissing(verb === "comment" && comment === "");
    setFailure(null);
    if (verb === "comment" && comment === "") {
      document.getElementById(fieldId)?.focus();
      return;
    }
    setBusy(true);
    const body: AlertAction = verb === "ack" ? { comment, minutes } : { comment };
    const result = await postJson(`/api/v1/alerts/${encodeURIComponent(alert.id)}/${verb}`, body);
    if (result.ok) {
      drafts.delete(alert.id);
      await done();
      return;
    }
    setBusy(false);
    if (result.failure.kind === "auth") signedOut();
    else setFailure(result.failure);
  };

  const error = missing ? t.needComment : failure && failureText(failure, t);
  return (
    <form class="action-form" onSubmit={submit} noValidate aria-label={words.title}>
      <label for={fieldId}>{words.field}</label>
      <textarea
        id={fieldId}
        data-testid="alert-comment-input"
        rows={2}
        maxLength={COMMENT_MAX}
        defaultValue={drafts.get(alert.id) ?? ""}
        onInput={(event) => drafts.set(alert.id, event.currentTarget.value)}
        aria-invalid={error !== null}
        aria-describedby={errorId}
        ref={focusOnce}
      />
      <FieldError id={errorId} text={error} />
      {verb === "ack" && (
        <label class="inline">
          <span>{t.ackFor}</span>
          <select value={String(minutes)} onChange={(event) => setMinutes(Number(event.currentTarget.value))}>
            {MINUTES.map((n) => <option key={n} value={String(n)}>{f.span(n)}</option>)}
          </select>
        </label>
      )}
      {verb === "resolve" && <p class="hint">{t.resolveHint}</p>}
      <div class="actions">
        <button type="submit" class="primary" data-testid="alert-confirm" aria-disabled={busy}>{busy ? t.sending : words.confirm}</button>
        <button type="button" data-testid="alert-cancel" onClick={cancel}>{t.cancel}</button>
      </div>
    </form>
  );
}

const focused = new WeakSet<HTMLElement>();
function focusOnce(element: HTMLTextAreaElement | null): void {
  if (!element || focused.has(element)) return;
  focused.add(element);
  element.focus({ preventScroll: true });
}
