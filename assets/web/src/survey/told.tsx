// "You said, we did": what was done about alerts, offered at the alert, told by the kiosks of the branch.
import type { Told } from "../api.ts";
import type { Failure } from "../http.ts";
import { failureText, FieldError, postJson, useState } from "../kit.ts";
import { useReport } from "../trends/report.ts";
import { useSurveyWords } from "./words.ts";

const LANGS = ["id", "en"] as const;

export function ToldCard({ place, tz, languages, ownFile, mayTell }: { place: string; tz: string; languages: string[]; ownFile: boolean; mayTell: boolean }) {
  const { w, t, stamp, lang } = useSurveyWords();
  const loaded = useReport<Told>(`told?place=${place}`);
  const [failure, setFailure] = useState<Failure | null>(null);
  if (!loaded.data) return null;
  const { told, offers } = loaded.data;
  const words = (texts: Record<string, string>) => texts[lang] ?? Object.values(texts)[0] ?? "";
  const takeBack = async (id: number) => {
    const result = await postJson(`/api/v1/told/${id}/end`, {});
    setFailure(result.ok ? null : result.failure);
    loaded.again();
  };
  return (
    <section class="card" aria-labelledby="h-told" data-testid="told">
      <header><h2 id="h-told">{w.messages}: {w.fromAlerts}</h2></header>
      <p class="hint">{w.toldHint} {ownFile && w.tellOwnFile}</p>
      {told.length === 0 && <p>{w.toldNone}</p>}
      <ul class="rows">
        {told.map((each) => (
          <li key={each.id} data-testid={`told-${each.id}`}>
            <span><b>{words(each.said)}</b> {words(each.did)}<small>{w.toldUntil(each.by, stamp(each.until, tz))}</small></span>
            {mayTell && <button type="button" class="tool" data-testid={`take-back-${each.id}`} onClick={() => void takeBack(each.id)}>{w.takeBack}</button>}
          </li>
        ))}
      </ul>
      {failure && <p class="error" role="alert">{failureText(failure, t)}</p>}
      <h3>{w.offered}</h3>
      {offers.length === 0 && <p class="hint">{w.offeredNone}</p>}
      {offers.map((each) => (mayTell ? <Offer key={each.alert} offer={each} languages={languages} tz={tz} done={loaded.again} /> : <p key={each.alert}>{words(each.did)}</p>))}
    </section>
  );
}

function Offer({ offer, languages, tz, done }: { offer: Told["offers"][number]; languages: string[]; tz: string; done: () => void }) {
  const { w, t, stamp, languageName } = useSurveyWords();
  const langs = [...new Set([...LANGS.filter((each) => languages.includes(each)), ...languages, ...Object.keys(offer.did)])];
  const [open, setOpen] = useState(false);
  const [said, setSaid] = useState<Record<string, string>>({});
  const [did, setDid] = useState<Record<string, string>>(offer.did);
  const [days, setDays] = useState("30");
  const [failure, setFailure] = useState<Failure | null>(null);
  const filled = (texts: Record<string, string>) => Object.fromEntries(Object.entries(texts).filter(([, value]) => value.trim() !== ""));
  const tell = async () => {
    const result = await postJson<{ id: number }>(`/api/v1/alerts/${offer.alert}/tell`, { said: filled(said), did: filled(did), days: Number(days) || 0 });
    setFailure(result.ok ? null : result.failure);
    if (result.ok) done();
  };
  const wrong = (field: string) => (failure?.kind === "problem" && failure.field === field ? failure.detail : null);
  const id = `offer-${offer.alert}`;
  return (
    <div class="option" role="group" aria-label={Object.values(offer.did)[0] ?? ""} data-testid={id}>
      <p>{Object.values(offer.did)[0]} <small>{stamp(offer.raised, tz)}</small></p>
      {!open && <button type="button" class="tool" data-testid={`${id}-open`} onClick={() => setOpen(true)}>{w.tell}</button>}
      {open && (
        <form noValidate onSubmit={(event) => {
          event.preventDefault();
          void tell();
        }}>
          {([["said", w.said, said, setSaid], ["did", w.did, did, setDid]] as const).map(([part, label, texts, set]) => (
            <fieldset class="field words" key={part}>
              <legend>{label}</legend>
              <div class="side-by-side">
                {langs.map((each) => (
                  <label key={each}>
                    <span class="lang-name">{languageName(each)}</span>
                    <input type="text" maxLength={200} lang={each} dir="auto" data-testid={`${id}-${part}-${each}`} aria-invalid={wrong(part) ? true : undefined} aria-describedby={`${id}-${part}-error`} value={texts[each] ?? ""} onInput={(event) => set({ ...texts, [each]: event.currentTarget.value })} />
                  </label>
                ))}
              </div>
              <FieldError id={`${id}-${part}-error`} text={wrong(part)} />
            </fieldset>
          ))}
          <div class="field">
            <label for={`${id}-days`}>{w.tellDays}</label>
            <input id={`${id}-days`} type="text" inputMode="numeric" value={days} aria-invalid={wrong("days") ? true : undefined} aria-describedby={`${id}-days-error`} onInput={(event) => setDays(event.currentTarget.value)} />
            <FieldError id={`${id}-days-error`} text={wrong("days")} />
          </div>
          {failure && !["said", "did", "days"].some(wrong) && <p class="error" role="alert">{failureText(failure, t)}</p>}
          <div class="actions">
            <button type="submit" class="primary" data-testid={`${id}-tell`}>{w.tellNow}</button>
            <button type="button" onClick={() => setOpen(false)}>{t.cancel}</button>
          </div>
        </form>
      )}
    </div>
  );
}
