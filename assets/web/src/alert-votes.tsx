// The votes behind an alert, to the quarter hour; a file of its own.
import type { Alert, AlertVotes } from "./api.ts";
import type { Result } from "./http.ts";
import { failureText, getJson, Icon, useEffect, useRef, useState, useText } from "./kit.ts";
import "./alert-votes.css";

interface Props {
  alert: Pick<Alert, "id">;
  now: number;
  close: () => void;
}

export function AlertVotesDialog({ alert, now, close }: Props) {
  const { t, f } = useText();
  const ref = useRef<HTMLDialogElement>(null);
  const [result, setResult] = useState<Result<AlertVotes> | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    ref.current?.showModal();
    void getJson<AlertVotes>(`/api/v1/alerts/${encodeURIComponent(alert.id)}/votes`, abort.signal).then((value) => {
      if (!abort.signal.aborted) setResult(value);
    });
    return () => abort.abort();
  }, [alert.id]);
  return (
    <dialog ref={ref} onClose={close} aria-labelledby="h-votes" data-testid="alert-votes-dialog">
      <header>
        <h2 id="h-votes">{t.votesTitle}</h2>
        <button type="button" class="quiet" aria-label={t.close} onClick={() => ref.current?.close()}><Icon name="close" /></button>
      </header>
      <p class="hint">{t.votesHint}</p>
      {!result && <p class="hint" role="status">{t.loading}</p>}
      {result && !result.ok && <p class="error" role="alert">{failureText(result.failure, t)}</p>}
      {result?.ok && (
        <table>
          <thead>
            <tr>
              <th scope="col">{t.votesTime}</th><th scope="col">{t.votesWhere}</th>
              <th scope="col" class="num">{t.unhappyOf}</th><th scope="col" class="num">{t.votes}</th>
            </tr>
          </thead>
          <tbody>
            {result.value.quarters.flatMap((quarter) =>
              quarter.kiosks.map((kiosk, i) => (
                <tr key={`${quarter.at} ${kiosk.name}`} class={i ? "same" : ""}>
                  <th scope="row">{i ? <span class="vh">{f.when(quarter.at, now)}</span> : f.when(quarter.at, now)}</th>
                  <td>{kiosk.name}</td>
                  <td class="num strong">{f.int(kiosk.unhappy)}</td>
                  <td class="num">{f.int(kiosk.n)}</td>
                </tr>
              )),
            )}
          </tbody>
        </table>
      )}
    </dialog>
  );
}
