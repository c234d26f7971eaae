// Poster and screens: the code of a place, on a poster to be printed; links for the screens of a branch.
import "../trends/trends.css";
import "./poster.css";
import type { NewPhone, Phones, PhoneSurvey, Session } from "../api.ts";
import { addressOf, failureText, getJson, go, pick, postJson, useEffect, useState, useText } from "../kit.ts";
import type { Lang } from "../settings.ts";
import { Glyph, Pick, Segmented } from "../trends/controls.tsx";
import { usePrintInLight } from "../trends/paper.ts";
import { inOrder } from "../trends/places.ts";
import { ShareButton } from "../trends/share.tsx";
import { Sheet } from "./sheet.tsx";
import { WORDS } from "./words.ts";

interface Props {
  session: Session;
  place: string;
  query: URLSearchParams;
  signedOut: () => void;
}

export function PosterPage({ session, place, query, signedOut }: Props) {
  const { t, f, lang } = useText();
  const w = WORDS[lang];
  const [phones, setPhones] = useState<Phones | null>(null);
  const [promise, setPromise] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState("");
  const [sure, setSure] = useState(false);
  const wanted = query.get("lang");
  const on: Lang = wanted === "en" || wanted === "id" ? wanted : lang;
  const here = session.places.find(({ id }) => id === place);
  const acts = session.user.role !== "viewer";
  const phone = phones?.phones.find((each) => each.place.id === place) ?? null;
  const url = phone && (phones?.publicUrl.replace(/\/$/, "") || location.origin) + phone.path;
  const at = (more: Record<string, string>) => go(addressOf("poster", { place, ...(wanted ? { lang: wanted } : {}), ...more }));

  const load = async () => {
    const result = await getJson<Phones>("/api/v1/phones");
    if (result.ok) setPhones(result.value);
    else if (result.failure.kind === "auth") signedOut();
    else setFailure(failureText(result.failure, t));
  };
  const change = async (path: string, body: object) => {
    const result = await postJson<NewPhone | null>(path, body);
    setFailure(result.ok ? "" : failureText(result.failure, t));
    setSure(false);
    await load();
  };
  useEffect(() => void load(), []);
  useEffect(() => {
    setSure(false);
    document.title = w.title(here?.name ?? place);
  }, [place, w]);
  useEffect(() => {
    if (!phone) return;
    void getJson<PhoneSurvey>(`/api/v1/phone/${phone.path.slice("/q/".length)}`).then((result) => setPromise(result.ok ? result.value.promise : {}));
  }, [phone?.path]);
  usePrintInLight();

  return (
    <main id="content" class="page poster-page" tabIndex={-1}>
      <div class="trends-head">
        <h1>{w.heading}</h1>
        <Pick id="poster-place" label={w.place} glyph="place" shown={here?.name ?? place} value={place} choose={(id) => at({ place: id })}>
          {!here && <option value={place}>{place}</option>}
          {inOrder(session.places).map(([each, depth]) => <option key={each.id} value={each.id}>{"\u2003".repeat(depth) + each.name}</option>)}
        </Pick>
      </div>
      <div class="poster-grid">
        <section class="card poster-side" aria-label={w.heading}>
          <p>{w.lead}</p>
          {failure && <p class="error" role="alert">{failure}</p>}
          {phones && !phone && (acts ? (
            <>
              <p><b>{w.none}</b></p>
              <button type="button" class="primary" data-testid="phone-make" onClick={() => void change("/api/v1/phones", { place })}>{w.make}</button>
            </>
          ) : <p><b>{w.none}</b> {w.noneViewer}</p>)}
          {phone && url && (
            <>
              <span class="row">{w.language} <Segmented id="poster-lang" label={w.language} value={on} options={[["id", "Indonesia"], ["en", "English"]]} choose={(next) => at({ lang: next })} /></span>
              <button type="button" class="primary" data-testid="poster-print" onClick={() => print()}><Glyph name="print" /> {w.print}</button>
              <a href={phone.path} target="_blank" rel="noopener">{w.open}</a>
              <small>{w.made(phone.by, f.shortDate(phone.created))}</small>
              {acts && (sure ? (
                <div class="sure" role="alert">
                  <p>{w.endSure}</p>
                  <button type="button" class="tool" data-testid="phone-end-yes" onClick={() => void change(`/api/v1/phones/${phone.id}/revoke`, {})}>{w.endYes}</button>
                  <button type="button" class="tool" onClick={() => setSure(false)}>{w.keep}</button>
                </div>
              ) : <button type="button" class="link" data-testid="phone-end" onClick={() => setSure(true)}>{w.end}</button>)}
            </>
          )}
          <h2>{w.screens}</h2>
          {here?.kind === "branch" ? (
            <>
              <p class="hint">{w.screensHint}</p>
              <ul class="screens">
                {(["wall", "board"] as const).map((name) => (
                  <li key={name}>
                    <span><b>{w[name]}</b><small>{w[`${name}Hint`]}</small></span>
                    <a href={addressOf(name, { place })} target="_blank" rel="noopener" data-testid={`look-${name}`}>{w.look}<span class="vh"> {w[name]}</span></a>
                    {acts && <ShareButton path={addressOf(name, { place })} />}
                  </li>
                ))}
              </ul>
            </>
          ) : <p class="hint">{w.screensBranch}</p>}
        </section>
        {phone && url && <div class="paper"><Sheet place={phone.place.name} org={session.org.name} url={url} lang={on} promise={Object.keys(promise).length ? pick(promise, on) : ""} /></div>}
      </div>
    </main>
  );
}
