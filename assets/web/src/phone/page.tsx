// Which screen: a question, the thanks, or why there is none. A face is sent as soon as it is touched, the rest with the last
// answer; "thank you" stands there only when the server has stored all of it.
import { useEffect, useRef, useState } from "preact/hooks";
import { FaceLight } from "../face.tsx";
import { QuestionScreen } from "./question.tsx";
import { nextQuestion, wordsOf, type Answer, type Survey } from "./survey.ts";
import { forget, loadVisit, saveVisit, send, type Sent, type Visit } from "./visit.ts";
import { browserLanguage, catalogue, languageName, ownWords } from "./words.ts";

const RETRY_MS = [1000, 2000, 5000, 10_000, 30_000];

type Loaded = { kind: "loading" | "failed" | "ended" } | { kind: "here"; survey: Survey };

export function PhonePage({ token }: { token: string }) {
  const [loaded, setLoaded] = useState<Loaded>({ kind: "loading" });
  const load = async () => {
    try {
      const answer = await fetch(`/api/v1/phone/${token}`, { credentials: "omit", cache: "no-store" });
      if (answer.ok) setLoaded({ kind: "here", survey: (await answer.json()) as Survey });
      else setLoaded({ kind: answer.status === 404 ? "ended" : "failed" });
    } catch {
      setLoaded({ kind: "failed" });
    }
  };
  useEffect(() => void load(), []);
  if (loaded.kind === "here") return <Asking token={token} survey={loaded.survey} />;
  const lang = browserLanguage(["id", "en"], "id");
  const o = ownWords(lang);
  document.documentElement.lang = lang;
  return (
    <main class="sheet">
      {loaded.kind === "loading" && <p role="status">{o.loading}</p>}
      {loaded.kind === "ended" && <Notice title={o.ended} more={o.endedMore} />}
      {loaded.kind === "failed" && (
        <Notice title={o.failed}>
          <button type="button" class="primary" onClick={() => void load()}>{o.retry}</button>
        </Notice>
      )}
    </main>
  );
}

function Notice({ title, more, children }: { title: string; more?: string; children?: preact.ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [title]);
  return (
    <section class="notice" data-testid="notice">
      <h1 ref={heading} tabIndex={-1}>{title}</h1>
      {more && <p>{more}</p>}
      {children}
    </section>
  );
}

function Asking({ token, survey }: { token: string; survey: Survey }) {
  const [visit, setVisit] = useState<Visit>(() => loadVisit(token, survey.againMinutes));
  const [returned] = useState(visit.over);
  const [lang, setLang] = useState(() => (survey.languages.includes(visit.lang) ? visit.lang : browserLanguage(survey.languages, survey.language)));
  const [sent, setSent] = useState<Sent>("stored");
  const newest = useRef(visit);
  const busy = useRef(false);
  const words = catalogue(lang);
  const o = ownWords(lang);
  const say = (name: string): string => survey.texts[`${lang}.${name}`] ?? words[name] ?? name;
  const first = visit.answers.find(({ score }) => score !== undefined)?.score ?? 0;
  const question = visit.over ? null : nextQuestion(survey, visit.last, visit.answers);

  useEffect(() => {
    document.documentElement.lang = lang;
    document.documentElement.dir = words["direction"] ?? "ltr";
    document.title = survey.place.name;
  }, [lang]);

  const keep = (next: Visit) => {
    newest.current = next;
    saveVisit(token, next);
    setVisit(next);
  };
  // Never two requests at once; what is newer is sent when the one before is answered.
  const deliver = async () => {
    if (busy.current) return;
    busy.current = true;
    for (let failures = 0; newest.current.stored < newest.current.answers.length; ) {
      const count = newest.current.answers.length;
      const came = await send(token, newest.current);
      setSent(came);
      if (came === "ended" || came === "refused") {
        keep(forget(newest.current, count));
        break;
      }
      if (came === "stored") {
        keep(forget({ ...newest.current, stored: count }, count));
        failures = 0;
      } else {
        await new Promise((done) => setTimeout(done, RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]));
      }
    }
    busy.current = false;
  };
  useEffect(() => {
    void deliver(); // what an earlier page could not send
    const online = () => void deliver();
    addEventListener("online", online);
    return () => removeEventListener("online", online);
  }, []);

  const answered = (id: string, answer: Answer | null) => {
    const answers = answer ? [...visit.answers, answer] : visit.answers;
    const over = nextQuestion(survey, id, answers) === null;
    keep({ ...newest.current, lang, at: Date.now(), answers, last: id, over });
    if (over || visit.answers.length === 0) void deliver();
  };

  const stored = visit.stored >= visit.answers.length;
  const promise = wordsOf(survey.promise, lang, 0);
  return (
    <main class="sheet">
      <FaceLight />
      <header>
        <p class="place" data-testid="place">{survey.place.name}</p>
        {survey.languages.length > 1 && (
          <select aria-label={o.language} data-testid="lang" value={lang} onChange={(event) => setLang(event.currentTarget.value)}>
            {survey.languages.map((each) => <option key={each} value={each}>{languageName(each)}</option>)}
          </select>
        )}
      </header>
      {question ? (
        <QuestionScreen key={question.id} question={question} lang={lang} score={first} say={say} own={o} answered={(answer) => answered(question.id, answer)} />
      ) : sent === "ended" ? (
        <Notice title={o.ended} more={o.endedMore} />
      ) : sent === "refused" ? (
        <Notice title={o.refused} more={say("try-again")} />
      ) : !stored ? (
        <Notice title={sent === "offline" ? o.unsent : o.sending} {...(sent === "offline" ? { more: o.unsentMore } : sent === "busy" ? { more: o.busy } : {})} />
      ) : returned ? (
        <Notice title={o.again(new Intl.DateTimeFormat(lang === "id" ? "id-ID" : "en-GB", { hour: "2-digit", minute: "2-digit" }).format(visit.at))} more={o.againMore(survey.againMinutes)} />
      ) : (
        <div data-testid="thanks"><Notice title={say("thanks")} more={say("thanks-more")} /></div>
      )}
      <footer>
        {promise && <p class="promise"><b>{say("promise")}</b> {promise}</p>}
        {question?.type !== "contact" && <p>{say("footer")}</p>}
      </footer>
    </main>
  );
}
