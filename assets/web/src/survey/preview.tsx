// The kiosk as it would look, drawn by the kiosk's own program on the server. It follows what is typed after a pause; what was
// drawn stays until the next picture is here.
import { inWords, useEffect, useRef, useState } from "../kit.ts";
import type { Problem } from "../api.ts";
import { Segmented } from "../trends/controls.tsx";
import { itemAt, languagesOf, listAt, QUESTIONS, textAt, type Item } from "./doc.ts";
import { useSurveyWords } from "./words.ts";

const PAUSE_MS = 400;
const AGAIN_MS = 800; // others draw
const LONG = 1280, SHORT = 800; // px of the panel that most have

export interface Refusal {
  detail: string; // in the language of the page
  english: string; // as the server says it
}

interface Props {
  doc: Item;
  text: string;
  screen: string; // "question:ID", "scene:N", or the name of a screen
  look: (screen: string) => void;
  refused: (refusal: Refusal | null) => void;
  signedOut: () => void;
}

type Shown = { kind: "none" } | { kind: "picture"; data: string; words: string } | { kind: "missing" } | { kind: "failed" };

export function Preview({ doc, text, screen, look, refused, signedOut }: Props) {
  const { w, lang: reader, languageName } = useSurveyWords();
  const languages = languagesOf(doc);
  const [chosen, setLang] = useState<string>(reader);
  const [way, setWay] = useState<"landscape" | "portrait">("landscape");
  const [shown, setShown] = useState<Shown>({ kind: "none" });
  const [busy, setBusy] = useState(false);
  const [why, setWhy] = useState("");
  const first = useRef(true);
  const lang = languages.includes(chosen) ? chosen : (languages[0] ?? "");
  const ids = listAt(doc, QUESTIONS).map((each) => textAt(each, ["id"]));
  const scenes = (Object.keys(itemAt(doc, ["promise"])).length > 0 ? 1 : 0) + (textAt(doc, ["tally"]) === "true" ? 1 : 0) + listAt(doc, ["messages"]).length;
  const screens: [string, string][] = [
    ...(ids.length ? ids : [""]).map((id, i) => [`question:${id}`, `${w.question(i + 1)}${id ? ` \u00b7 ${id}` : ""}`] as [string, string]),
    ...Array.from({ length: scenes }, (_, i) => [`scene:${i + 1}`, w.idle(i + 1)] as [string, string]),
    ...["thanks", "try-again", "closed", "out-of-service"].map((each) => [each, w.screens(each)] as [string, string]),
  ];
  const at = screens.find(([each]) => each === screen) ?? screens[0]!;

  useEffect(() => {
    const abort = new AbortController();
    let timer = 0;
    const draw = async () => {
      const [kind = "", which = ""] = at[0].split(":");
      const answer = await fetch("/api/v1/preview", {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Puas": "1" },
        body: JSON.stringify({ yaml: text, lang, width: way === "landscape" ? LONG : SHORT, height: way === "landscape" ? SHORT : LONG, ...(kind === "question" ? { question: which || undefined } : kind === "scene" ? { scene: Number(which) } : { screen: kind }) }),
        credentials: "same-origin",
        signal: abort.signal,
      }).catch(() => null);
      if (abort.signal.aborted) return;
      if (answer?.status === 429) {
        timer = window.setTimeout(() => void draw(), AGAIN_MS);
        return;
      }
      if (answer?.status === 401) return signedOut();
      if (answer?.ok) {
        const blob = await answer.blob().catch(() => null); // given up on the way
        const data = blob && (await dataOf(blob));
        if (abort.signal.aborted || data === null) return;
        setShown({ kind: "picture", data, words: `${at[1]}, ${languageName(lang)}, ${w[way]}` });
        setWhy("");
        refused(null);
      } else if (answer?.status === 422) {
        const { detail: english = "" } = (await answer.json().catch(() => ({}))) as Partial<Problem>;
        const detail = await inWords(english);
        if (abort.signal.aborted) return;
        setWhy(detail);
        refused({ detail, english });
      } else {
        setShown((was) => (answer?.status === 501 ? { kind: "missing" } : was.kind === "picture" ? was : { kind: "failed" }));
      }
      setBusy(false);
    };
    setBusy(true);
    timer = window.setTimeout(() => void draw(), first.current ? 0 : PAUSE_MS);
    first.current = false;
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, lang, way, at[0], reader]);

  return (
    <section class="card preview-card" aria-labelledby="h-preview" data-testid="preview" data-busy={busy} data-shown={shown.kind}>
      <header><h2 id="h-preview">{w.preview}</h2><p class="hint">{w.previewHint}</p></header>
      <div class="preview-controls">
        <label class="vh" for="preview-screen">{w.screen}</label>
        <select id="preview-screen" data-testid="preview-screen" value={at[0]} onChange={(event) => look(event.currentTarget.value)}>
          {screens.map(([each, words]) => <option key={each} value={each}>{words}</option>)}
        </select>
        <label class="vh" for="preview-lang">{w.language}</label>
        <select id="preview-lang" data-testid="preview-lang" value={lang} onChange={(event) => setLang(event.currentTarget.value)}>
          {languages.map((each) => <option key={each} value={each}>{languageName(each)}</option>)}
        </select>
        <Segmented id="way" label={w.way} value={way} choose={setWay} options={[["landscape", w.landscape], ["portrait", w.portrait]]} />
      </div>
      <div class={`panel ${way}${why ? " stale" : ""}`}>
        {shown.kind === "picture" && <img data-testid="preview-picture" src={shown.data} alt={w.previewAlt(shown.words)} />}
        {shown.kind === "missing" && <p data-testid="no-preview">{w.noPreview}</p>}
        {shown.kind === "failed" && <p>{w.previewFailed}</p>}
        {shown.kind === "none" && !why && <p class="hint">{w.drawing}</p>}
      </div>
      <p class="refusal" role="status" data-testid="preview-refusal">{why && <><b class="warn">{w.refusedBy}</b> {why.replace(/^content:[\d:]* ?/, "")}</>}</p>
    </section>
  );
}

// The content security policy has pictures from here and from data, not from blobs.
function dataOf(blob: Blob): Promise<string> {
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.readAsDataURL(blob);
  });
}
