// One question. What follows a face looks the same whichever it was; only words may differ (shared/survey.h).
import { useEffect, useRef, useState } from "preact/hooks";
import { Face, levelOf } from "../face.tsx";
import { wordsOf, type Answer, type Question, type Words } from "./survey.ts";
import type { ownWords } from "./words.ts";

const TEXT_BYTES = 1000; // as on the kiosk
const LINE_CHARACTERS = 80; // of a name or number, too
const FACE_NAMES: Record<number, string[]> = { 4: ["excellent", "good", "poor", "very-poor"], 5: ["excellent", "good", "okay", "poor", "very-poor"] };
const TITLES = { faces: "question", nps: "scale-question", choice: "choice-question", text: "text-question", number: "number-question", contact: "contact-question" };
const HINTS = { faces: "hint", nps: "", choice: "choice-hint", text: "text-hint", number: "number-hint", contact: "contact-hint" };

interface Props {
  question: Question;
  lang: string;
  score: number; // of the visit's face, 0: none yet
  say: (name: string) => string;
  own: ReturnType<typeof ownWords>;
  answered: (answer: Answer | null) => void; // null: skipped
}

export function QuestionScreen({ question, lang, score, say, own, answered }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const first = score === 0;
  useEffect(() => {
    if (!first) heading.current?.focus();
    scrollTo(0, 0);
  }, []);
  const words = (of: Words, fallback: string) => wordsOf(of, lang, score) ?? (fallback && say(fallback));
  const hint = words(question.hint, question.several ? "several-hint" : HINTS[question.type]); // contact: of the line for the number
  const option = ({ id, words: of }: Question["options"][number]) => {
    const named = wordsOf(of, lang, score);
    const known = say(`option-${id}`);
    return named ?? (known === `option-${id}` ? (Object.values(of)[0] ?? id) : known);
  };
  const answer = (more: Omit<Answer, "question">) => answered({ question: question.id, ...more });
  return (
    <section class={`question ${question.type}`} data-testid={`question-${question.id}`}>
      <h1 ref={heading} tabIndex={-1}>{words(question.title, TITLES[question.type])}</h1>
      {hint && question.type !== "contact" && <p class="hint">{hint}</p>}
      {question.type === "faces" && <Faces of={question.of} say={say} choose={(value) => answer({ score: value })} />}
      {question.type === "nps" && <Scale of={question.of} say={say} choose={(value) => answer({ score: value })} />}
      {question.type === "choice" && <Choice question={question} label={option} say={say} choose={(options) => answer({ options })} />}
      {question.type === "text" && <Free say={say} own={own} title={words(question.title, TITLES.text)} choose={(text) => answer({ text })} />}
      {question.type === "number" && <Digits digits={question.digits} say={say} title={words(question.title, TITLES.number)} choose={(text) => answer({ text })} />}
      {question.type === "contact" && <Contact say={say} hint={hint} purpose={words(question.purpose, "contact-purpose").replace("%d", String(question.keepDays))} choose={(name, reach) => answer({ name, reach })} />}
      {!first && <button type="button" class="skip" data-testid="skip" onClick={() => answered(null)}>{say("skip")}</button>}
    </section>
  );
}

function Faces({ of, say, choose }: { of: number; say: Props["say"]; choose: (score: number) => void }) {
  return (
    <ul class="face-list">
      {(FACE_NAMES[of] ?? []).map((name, i) => (
        <li key={name}>
          <button type="button" data-testid={`face-${of - i}`} onClick={() => choose(of - i)}><Face level={levelOf(i, of)} /><span>{say(name)}</span></button>
        </li>
      ))}
    </ul>
  );
}

function Scale({ of, say, choose }: { of: number; say: Props["say"]; choose: (score: number) => void }) {
  return (
    <>
      <ul class="scale">
        {Array.from({ length: of }, (_, i) => <li key={i}><button type="button" data-testid={`scale-${i}`} onClick={() => choose(i + 1)}>{i}</button></li>)}
      </ul>
      <p class="ends"><span>{say("scale-low")}</span><span>{say("scale-high")}</span></p>
    </>
  );
}

function Choice({ question, label, say, choose }: { question: Question; label: (option: Question["options"][number]) => string; say: Props["say"]; choose: (options: string[]) => void }) {
  const [chosen, setChosen] = useState<string[]>([]);
  const touch = (id: string) => {
    if (!question.several) choose([id]);
    else setChosen(chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id]);
  };
  return (
    <>
      <ul class="tiles">
        {question.options.map((each) => (
          <li key={each.id}>
            <button type="button" data-testid={`option-${each.id}`} {...(question.several ? { "aria-pressed": chosen.includes(each.id) } : {})} onClick={() => touch(each.id)}>{label(each)}</button>
          </li>
        ))}
      </ul>
      {question.several && <button type="button" class="primary" data-testid="done" disabled={!chosen.length} onClick={() => choose(chosen)}>{say("done")}</button>}
    </>
  );
}

function Free({ say, own, title, choose }: { say: Props["say"]; own: Props["own"]; title: string; choose: (text: string) => void }) {
  const [text, setText] = useState("");
  const left = TEXT_BYTES - new TextEncoder().encode(text.trim()).length;
  return (
    <>
      <textarea data-testid="text" rows={5} aria-label={title} value={text} aria-invalid={left < 0} onInput={(event) => setText(event.currentTarget.value)} />
      <p class="left" role="status">{left < 100 ? own.many(left) : ""}</p>
      <button type="button" class="primary" data-testid="send" disabled={!text.trim() || left < 0} onClick={() => choose(text.trim())}>{say("send")}</button>
    </>
  );
}

/** What it is used for stands above the fields: to send is to agree. */
function Contact({ say, hint, purpose, choose }: { say: Props["say"]; hint: string; purpose: string; choose: (name: string, reach: string) => void }) {
  const [name, setName] = useState("");
  const [reach, setReach] = useState("");
  return (
    <form class="contact-form" noValidate onSubmit={(event) => {
      event.preventDefault();
      choose(name.trim(), reach.trim());
    }}>
      <p class="hint" data-testid="purpose">{purpose}</p>
      <label><span>{say("contact-name")}</span><input data-testid="contact-name" autocomplete="name" maxLength={LINE_CHARACTERS} value={name} onInput={(event) => setName(event.currentTarget.value)} /></label>
      <label><span>{hint}</span><input data-testid="contact-reach" autocomplete="tel" inputMode="email" maxLength={LINE_CHARACTERS} value={reach} onInput={(event) => setReach(event.currentTarget.value)} /></label>
      <button class="primary" data-testid="agree" disabled={!reach.trim()}>{say("contact-agree")}</button>
    </form>
  );
}

function Digits({ digits, say, title, choose }: { digits: number; say: Props["say"]; title: string; choose: (text: string) => void }) {
  const [text, setText] = useState("");
  return (
    <>
      <input data-testid="digits" inputMode="numeric" aria-label={title} maxLength={digits} value={text} onInput={(event) => setText(event.currentTarget.value.replace(/\D/g, ""))} />
      <button type="button" class="primary" data-testid="send" disabled={!text} onClick={() => choose(text)}>{say("send")}</button>
    </>
  );
}
