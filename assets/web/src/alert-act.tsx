// What people do about an alert: taking, commenting, resolving, reopening; whose it is, the playbook, silence, what is given
// to customers. A file of its own. What was typed is kept until the server has taken it, also when the card is redrawn or
// the session ends in between.
import type { Alert, AlertAction, People } from "./api.ts";
import type { Failure } from "./http.ts";
import { WORDS } from "./alert-act-words.ts";
import { addressOf, failureText, FieldError, follow, getJson, Icon, pick, postJson, useEffect, useRef, useState, useText } from "./kit.ts";
import "./alert-act.css";

type Verb = "ack" | "comment" | "resolve" | "reopen";
export type Act = Verb | "more";

const MINUTES = [30, 60, 120, 240];
const MINUTES_DEFAULT = 60;
const SILENCE_MINUTES = [30, 60, 240, 480, 1440];
const OFFER_LANGS = ["id", "en"] as const;
const OFFER_MAX = 200; // of the line of a kiosk
const COMMENT_MAX = 500; // characters; the server has its own limit and says so

const drafts = new Map<string, string>(); // alert id -> text not yet sent

interface Props {
  alert: Alert;
  now: number;
  done: () => Promise<void>; // the server has taken it: get the new state
  cancel: () => void;
  signedOut: () => void;
}

export function AlertAct({ act, ...props }: Props & { act: Act }) {
  return act === "more" ? <PeopleDialog {...props} /> : <ActionForm {...props} verb={act} />;
}

function ActionForm({ alert, verb, cancel, done, signedOut }: Props & { verb: Verb }) {
  const { t, f, lang } = useText();
  const w = WORDS[lang];
  const [minutes, setMinutes] = useState(MINUTES_DEFAULT);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [missing, setMissing] = useState(false);
  const words = {
    ack: { title: w.ackTitle, field: w.ackField, confirm: t.ack },
    comment: { title: w.commentTitle, field: w.commentField, confirm: t.comment },
    resolve: { title: w.resolveTitle, field: w.resolveField, confirm: t.resolve },
    reopen: { title: w.reopenTitle, field: w.reopenField, confirm: t.reopen },
  }[verb];
  const fieldId = `comment-${alert.id}`;
  const errorId = `error-${alert.id}`;

  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    const comment = (drafts.get(alert.id) ?? "").trim();
    const needed = (verb === "comment" || verb === "reopen") && comment === "";
    setMissing(needed);
    setFailure(null);
    if (needed) {
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

  const error = missing ? w.needComment : failure && failureText(failure, t);
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
          <span>{w.ackFor}</span>
          <select value={String(minutes)} onChange={(event) => setMinutes(Number(event.currentTarget.value))}>
            {MINUTES.map((n) => <option key={n} value={String(n)}>{f.span(n)}</option>)}
          </select>
        </label>
      )}
      {verb === "resolve" && !alert.reopened && <p class="hint">{w.resolveHint}</p>}
      {verb === "reopen" && <p class="hint">{w.reopenHint}</p>}
      <div class="actions">
        <button type="submit" class="primary" data-testid="alert-confirm" aria-disabled={busy}>{busy ? t.sending : words.confirm}</button>
        <button type="button" data-testid="alert-cancel" onClick={cancel}>{t.cancel}</button>
      </div>
    </form>
  );
}

function PeopleDialog({ alert, now, done, cancel, signedOut }: Props) {
  const { t, f, lang } = useText();
  const w = WORDS[lang];
  const ref = useRef<HTMLDialogElement>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [people, setPeople] = useState<People["people"]>([]);
  useEffect(() => {
    const abort = new AbortController();
    ref.current?.showModal();
    void getJson<People>(`/api/v1/people?place=${encodeURIComponent(alert.place.id)}`, abort.signal).then((result) => {
      if (abort.signal.aborted) return;
      if (result.ok) setPeople(result.value.people);
      else setFailure(result.failure);
    });
    return () => abort.abort();
  }, [alert.place.id]);

  const send = async (path: string, body: object): Promise<boolean> => {
    if (busy) return false;
    setBusy(true);
    setFailure(null);
    const result = await postJson(path, body);
    if (result.ok) await done();
    else if (result.failure.kind === "auth") signedOut();
    else setFailure(result.failure);
    setBusy(false);
    return result.ok;
  };
  const act = (verb: string, body: object) => send(`/api/v1/alerts/${encodeURIComponent(alert.id)}/${verb}`, body);
  const submit = (take: (form: FormData) => Promise<boolean>) => async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    if (await take(new FormData(form))) form.reset();
  };
  const tellAddress = addressOf("survey", { place: new URLSearchParams(location.search).get("place") ?? alert.place.id });
  const silence = alert.silence;
  const given = alert.recovery.given.reduce((sum, one) => sum + one.cost, 0);
  return (
    <dialog ref={ref} class="people" onClose={cancel} aria-labelledby={`h-people-${alert.id}`} data-testid="alert-people">
      <header>
        <h2 id={`h-people-${alert.id}`}>{pick(alert.rule.name, lang)}</h2>
        <button type="button" class="quiet" aria-label={t.close} onClick={() => ref.current?.close()}><Icon name="close" /></button>
      </header>
      <FieldError id={`error-people-${alert.id}`} text={failure && failureText(failure, t)} />
      {alert.playbook.length > 0 && (
        <section>
          <h3>{w.todo}</h3>
          {alert.playbook.map((step) => (
            <label class="step" key={step.id}>
              <input
                type="checkbox"
                data-testid={`step-${step.id}`}
                checked={step.done !== null}
                onChange={(event) => {
                  const box = event.currentTarget;
                  void act("check", { step: step.id, done: box.checked }).then((ok) => ok || (box.checked = step.done !== null));
                }}
              />
              <span>
                {pick(step.text, lang)}
                {step.done && <small>{w.doneBy(step.done.by, f.when(step.done.at, now))}</small>}
              </span>
            </label>
          ))}
        </section>
      )}
      <section>
        <h3 id={`h-whose-${alert.id}`}>{w.whose}</h3>
        <form class="row" onSubmit={submit((form) => act("assign", { user: form.get("user") }).then(() => false))}>
          <select name="user" data-testid="assign-user" aria-labelledby={`h-whose-${alert.id}`} key={`${people.length} ${alert.assigned?.user}`} defaultValue={alert.assigned?.user ?? ""}>
            <option value="" selected={!alert.assigned}>{w.nobody}</option>
            {people.map(({ name, display }) => <option key={name} value={name} selected={name === alert.assigned?.user}>{display}</option>)}
          </select>
          <button type="submit" data-testid="assign" aria-disabled={busy}>{w.give}</button>
        </form>
      </section>
      {!alert.reopened && <section>
        <h3 id={`h-silence-${alert.id}`}>{w.silence}</h3>
        {silence ? (
          <div class="row">
            <p>{w.silenced(silence.by, f.when(silence.until, now), silence.reason)}</p>
            <button type="button" data-testid="silence-end" aria-disabled={busy} onClick={() => send(`/api/v1/silences/${silence.id}/end`, {})}>{w.endSilence}</button>
          </div>
        ) : (
          <>
            <p class="hint">{w.silenceHint}</p>
            <form class="row" aria-labelledby={`h-silence-${alert.id}`} onSubmit={submit((form) =>
              send("/api/v1/silences", { place: alert.place.id, rule: alert.rule.id, kiosk: alert.subject?.kiosk ?? null, minutes: Number(form.get("minutes")), comment: form.get("comment") }))}
            >
              <select name="minutes" aria-label={w.silenceFor}>
                {SILENCE_MINUTES.map((n) => <option key={n} value={String(n)}>{f.span(n)}</option>)}
              </select>
              <input name="comment" required maxLength={COMMENT_MAX} placeholder={w.reason} aria-label={w.reason} data-testid="silence-reason" />
              <button type="submit" data-testid="silence" aria-disabled={busy}>{w.silence}</button>
            </form>
          </>
        )}
      </section>}
      {alert.recovery.limit !== null && (
        <section>
          <h3 id={`h-recovery-${alert.id}`}>{w.recovery}</h3>
          {alert.recovery.given.map((one) => (
            <p key={`${one.at} ${one.what}`}>{f.int(one.cost)}: {one.what} <small>{w.doneBy(one.by, f.when(one.at, now))}</small></p>
          ))}
          <p class="hint">{w.recoveryHint(f.int(alert.recovery.limit), f.int(given))}</p>
          <form class="row" aria-labelledby={`h-recovery-${alert.id}`} onSubmit={submit((form) => act("recover", { what: form.get("what"), cost: Number(form.get("cost")) }))}>
            <input name="what" required maxLength={COMMENT_MAX} placeholder={w.what} aria-label={w.what} data-testid="recover-what" />
            <input name="cost" required type="number" min="0" step="1" inputMode="numeric" placeholder={w.cost} aria-label={w.cost} data-testid="recover-cost" />
            <button type="submit" data-testid="recover" aria-disabled={busy}>{w.giveIt}</button>
          </form>
        </section>
      )}
      <section>
        <h3 id={`h-offer-${alert.id}`}>{w.offer}</h3>
        <p class="hint">{w.offerHint}</p>
        <form class="row" aria-labelledby={`h-offer-${alert.id}`} onSubmit={submit(async (form) => {
          for (const each of OFFER_LANGS) {
            const text = String(form.get(each) ?? "").trim();
            if (text !== (alert.offer[each] ?? "") && !(await act("offer", { lang: each, text }))) break;
          }
          return false; // what is offered stays in its fields
        })}>
          {OFFER_LANGS.map((each) => <input key={each} name={each} lang={each} maxLength={OFFER_MAX} defaultValue={alert.offer[each] ?? ""} placeholder={w.offerIn[each]} aria-label={w.offerIn[each]} data-testid={`offer-${each}`} />)}
          <button type="submit" data-testid="offer" aria-disabled={busy}>{w.offerIt}</button>
        </form>
        {Object.keys(alert.offer).length > 0 && <p><a class="tell" href={tellAddress} data-testid="offer-tell" onClick={follow(tellAddress)}>{w.offerTell}</a></p>}
      </section>
    </dialog>
  );
}

const focused = new WeakSet<HTMLElement>();
function focusOnce(element: HTMLTextAreaElement | null): void {
  if (!element || focused.has(element)) return;
  focused.add(element);
  element.focus({ preventScroll: true });
}
