// A link to this view, for people without a login: made, copied, taken back. Whoever has it sees this place and what is below, and
// can change nothing.
import type { NewShare, Shares } from "../api.ts";
import { failureText, getJson, Icon, postJson, useEffect, useRef, useState } from "../kit.ts";
import { useWords } from "./words.ts";

const DAYS = [7, 30, 90, 365];
const USUAL = 30;

export function ShareButton({ path }: { path: string }) {
  const { w } = useWords();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="tool" data-testid="share" onClick={() => setOpen(true)}>{w.share_.button}</button>
      {open && <SharePanel path={path} close={() => setOpen(false)} />}
    </>
  );
}

function SharePanel({ path, close }: { path: string; close: () => void }) {
  const { t, w, f } = useWords();
  const s = w.share_;
  const dialog = useRef<HTMLDialogElement>(null);
  const [days, setDays] = useState(USUAL);
  const [made, setMade] = useState<NewShare | null>(null);
  const [list, setList] = useState<Shares["shares"]>([]);
  const [failure, setFailure] = useState("");
  const load = async () => {
    const result = await getJson<Shares>("/api/v1/shares");
    if (result.ok) setList(result.value.shares);
    else setFailure(failureText(result.failure, t));
  };
  useEffect(() => {
    dialog.current?.showModal();
    void load();
  }, []);
  const make = async () => {
    const result = await postJson<NewShare>("/api/v1/shares", { path, days });
    setFailure(result.ok ? "" : failureText(result.failure, t));
    if (!result.ok) return;
    setMade(result.value);
    await load();
  };
  const end = async (id: number) => {
    const result = await postJson(`/api/v1/shares/${id}/revoke`, {});
    setFailure(result.ok ? "" : failureText(result.failure, t));
    if (made?.id === id) setMade(null);
    await load();
  };
  const here = list.filter((each) => each.path === path);
  return (
    <dialog ref={dialog} class="keys share" aria-labelledby="h-share" data-testid="share-panel" onClose={close}>
      <header>
        <h2 id="h-share">{s.title}</h2>
        <button type="button" class="quiet" aria-label={t.close} onClick={() => dialog.current?.close()}><Icon name="close" /></button>
      </header>
      <p class="hint">{s.hint}</p>
      <label class="days">
        {s.ends}
        <select data-testid="share-days" value={String(days)} onChange={(event) => setDays(Number(event.currentTarget.value))}>
          {DAYS.map((each) => <option key={each} value={each}>{t.days(each)}</option>)}
        </select>
      </label>
      <button type="button" class="primary" data-testid="share-make" onClick={() => void make()}>{s.make}</button>
      {made && <label class="made">{s.made}<input type="text" readOnly data-testid="share-url" value={location.origin + made.url} onFocus={(event) => event.currentTarget.select()} /></label>}
      {failure && <p class="error" role="alert">{failure}</p>}
      {here.length > 0 && (
        <ul data-testid="share-list">
          {here.map(({ id, by, expires }) => (
            <li key={id}>
              <span>{s.until(f.date(expires), by)}</span>
              <button type="button" class="link" data-testid={`share-end-${id}`} onClick={() => void end(id)}>{s.end}</button>
            </li>
          ))}
        </ul>
      )}
    </dialog>
  );
}
