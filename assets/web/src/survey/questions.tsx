// The questions in their order, one open at a time.
import { FieldError, useState } from "../kit.ts";
import { at, freeId, isItem, itemAt, keyOf, KNOWN_OPTIONS, languagesOf, levelsOf, listAt, newQuestion, put, QUESTIONS, scoresOf, scoreText, textAt, TYPES, typeOf, type Path, type QuestionType } from "./doc.ts";
import { ChoiceField, fieldId, NumberField, TextField, Tick, Words, type Editing } from "./fields.tsx";
import { useSurveyWords } from "./words.ts";

const DIMENSIONS = ["overall", "wait", "staff", "accuracy", "ease", "place", "requirements", "procedure", "time", "cost", "product", "competence", "behaviour", "facilities", "complaints", "loyalty"];
const ICONS = [...KNOWN_OPTIONS, "speech", "thanks"];

export function Questions({ ed, open, setOpen }: { ed: Editing; open: number | null; setOpen: (i: number | null) => void }) {
  const { w, lang } = useSurveyWords();
  const [type, setType] = useState<QuestionType>("choice");
  const list = listAt(ed.doc, QUESTIONS);
  const ids = list.map((each) => textAt(each, ["id"]));
  const name = (i: number) => textAt(list[i], ["title", lang]) || textAt(list[i], ["title", languagesOf(ed.doc)[0] ?? ""]) || ids[i] || w.question(i + 1);
  const move = (from: number, to: number) => {
    const next = [...list];
    next.splice(to, 0, ...next.splice(from, 1));
    ed.set(QUESTIONS, next);
    if (open === from) setOpen(to);
    else if (open === to) setOpen(from);
    requestAnimationFrame(() => document.getElementById(`move-${to < from ? "up" : "down"}-${to}`)?.focus());
  };
  return (
    <div class="questions">
      {list.length === 0 && <p class="hint">{w.none}</p>}
      <ol class="question-list" data-testid="questions">
        {list.map((question, i) => (
          <li key={i} class={open === i ? "question on" : "question"} data-testid={`question-${ids[i]}`}>
            <div class="question-head">
              <button type="button" class="question-name" id={fieldId([...QUESTIONS, i])} aria-expanded={open === i} data-testid={`open-${ids[i]}`} onClick={() => {
                setOpen(open === i ? null : i);
                ed.looking(`question:${ids[i]}`);
              }}>
                <span class="number" aria-hidden="true">{i + 1}</span>
                <span><b>{name(i)}</b><small>{w.types(typeOf(question))}{name(i) !== ids[i] && ` \u00b7 ${ids[i]}`}</small></span>
              </button>
              <button type="button" class="tool" id={`move-up-${i}`} data-testid={`up-${ids[i]}`} aria-label={w.up(name(i))} disabled={i === 0} onClick={() => move(i, i - 1)}>{"\u2191"}</button>
              <button type="button" class="tool" id={`move-down-${i}`} data-testid={`down-${ids[i]}`} aria-label={w.down(name(i))} disabled={i === list.length - 1} onClick={() => move(i, i + 1)}>{"\u2193"}</button>
              <button type="button" class="tool" data-testid={`remove-${ids[i]}`} aria-label={w.remove(name(i))} onClick={() => {
                ed.set(QUESTIONS, list.filter((_, each) => each !== i));
                setOpen(null);
              }}>{"\u00d7"}</button>
            </div>
            <FieldError id={`${fieldId([...QUESTIONS, i])}-error`} text={ed.error([...QUESTIONS, i])} />
            {open === i && <Question ed={ed} path={[...QUESTIONS, i]} question={question} earlier={list.slice(0, i)} />}
          </li>
        ))}
      </ol>
      <div class="add-row">
        <label>
          <span>{w.add}</span>
          <select data-testid="new-type" value={type} onChange={(event) => setType(event.currentTarget.value as QuestionType)}>
            {TYPES.map((each) => <option key={each} value={each}>{w.types(each)}</option>)}
          </select>
        </label>
        <button type="button" class="tool" data-testid="add-question" onClick={() => {
          const question = newQuestion(type, ids);
          ed.set(QUESTIONS, [...list, question]);
          setOpen(list.length);
          ed.looking(`question:${textAt(question, ["id"])}`);
        }}>{w.addWords}</button>
      </div>
    </div>
  );
}

function Question({ ed, path, question, earlier }: { ed: Editing; path: Path; question: unknown; earlier: unknown[] }) {
  const { w } = useSurveyWords();
  const type = typeOf(question);
  const rating = type === "faces" || type === "nps";
  return (
    <div class="question-body">
      <Words ed={ed} path={[...path, "title"]} label={w.questionTitle} hint={w.catalogue} />
      <Words ed={ed} path={[...path, "hint"]} label={w.hint} hint={w.catalogue} />
      <div class="row">
        <TextField ed={ed} path={[...path, "id"]} label={w.id} hint={w.idHint} />
        <div class="field">
          <label for={fieldId([...path, "type"])}>{w.type}</label>
          <select id={fieldId([...path, "type"])} data-testid={fieldId([...path, "type"])} value={type} onChange={(event) => ed.set([...path, "type"], event.currentTarget.value)}>
            {TYPES.map((each) => <option key={each} value={each}>{w.types(each)}</option>)}
          </select>
          <FieldError id={`${fieldId([...path, "type"])}-error`} text={ed.error([...path, "type"])} />
        </div>
        {type === "faces" && <ChoiceField ed={ed} path={[...path, "of"]} label={w.faces} usual="5" options={[["4", "4"], ["5", "5"]]} />}
        {type === "number" && <NumberField ed={ed} path={[...path, "digits"]} label={w.digits} usual={6} />}
        {type === "contact" && <NumberField ed={ed} path={[...path, "keep_days"]} label={w.keepDays} usual={65} />}
      </div>
      {type === "contact" && <Words ed={ed} path={[...path, "purpose"]} label={w.purpose} hint={`${w.purposeHint} ${w.catalogue}`} />}
      {(rating || type === "choice") && (
        <div class="row">
          <TextField ed={ed} path={[...path, "dimension"]} label={w.dimension} hint={w.dimensionHint} list={DIMENSIONS} />
          <ChoiceField ed={ed} path={[...path, "aspect"]} label={w.aspect} usual="performance" options={(["performance", "expectation", "importance"] as const).map((each) => [each, w.aspects(each)] as const)} />
        </div>
      )}
      {type === "choice" && (
        <>
          <Tick ed={ed} path={[...path, "several"]} label={w.several} />
          <Tick ed={ed} path={[...path, "segment"]} label={w.segment} />
          <Options ed={ed} path={[...path, "options"]} />
        </>
      )}
      <When ed={ed} path={[...path, "when"]} earlier={earlier} />
    </div>
  );
}

function Options({ ed, path }: { ed: Editing; path: Path }) {
  const { w, lang } = useSurveyWords();
  const list = listAt(ed.doc, path);
  const ids = list.map((each) => textAt(each, ["id"]));
  return (
    <fieldset class="field options" id={fieldId(path)} tabIndex={-1}>
      <legend>{w.options}</legend>
      {list.map((option, i) => {
        const known = KNOWN_OPTIONS.includes(ids[i] ?? "");
        return (
          <div class="option" key={i} role="group" aria-label={w.option(i + 1)}>
            <div class="row">
              <TextField ed={ed} path={[...path, i, "id"]} label={w.id} list={KNOWN_OPTIONS} />
              <ChoiceField ed={ed} path={[...path, i, "icon"]} label={w.icon} usual={known ? (ids[i] ?? "") : ""} options={[...(known ? [] : [["", "\u2013"] as const]), ...ICONS.map((each) => [each, each] as const)]} />
              <button type="button" class="tool" aria-label={w.remove(w.option(i + 1))} data-testid={`${fieldId([...path, i])}-remove`} onClick={() => ed.set(path, list.filter((_, each) => each !== i))}>{"\u00d7"}</button>
            </div>
            <details open={!known || Object.keys(itemAt(option, ["text"])).length > 0}>
              <summary>{w.optionWords(textAt(option, ["text", lang]))}</summary>
              <Words ed={ed} path={[...path, i, "text"]} label={w.optionText} needed={!known} {...(known ? { hint: w.optionKnown } : {})} />
              <AfterFaces ed={ed} path={[...path, i, "text"]} words={itemAt(option, ["text"])} />
            </details>
          </div>
        );
      })}
      <FieldError id={`${fieldId(path)}-error`} text={ed.error(path)} />
      {list.length < 8 && <button type="button" class="tool" data-testid="add-option" onClick={() => ed.set(path, [...list, { id: freeId(KNOWN_OPTIONS.find((each) => !ids.includes(each)) ?? "more", ids) }])}>{w.addOption}</button>}
    </fieldset>
  );
}

/** Words of a tile that depend on the face: "en.1-2". */
function AfterFaces({ ed, path, words }: { ed: Editing; path: Path; words: Record<string, unknown> }) {
  const { w } = useSurveyWords();
  const [faces, setFaces] = useState<string | null>(null);
  const ranges = [...new Set(Object.keys(words).flatMap((key) => (key.includes(".") ? [key.slice(key.indexOf(".") + 1)] : [])))];
  const [asked, setAsked] = useState<string[]>([]);
  const shown = [...new Set([...ranges, ...asked])];
  return (
    <>
      {shown.map((range) => <Words key={range} ed={ed} path={path} label={w.afterFaces(range)} suffix={`.${range}`} />)}
      {faces === null ? (
        <button type="button" class="link" onClick={() => setFaces("1-2")}>{w.addAfter}</button>
      ) : (
        <div class="row">
          <div class="field">
            <label for={`${fieldId(path)}-faces`}>{w.addAfterFaces}</label>
            <input id={`${fieldId(path)}-faces`} data-testid={`${fieldId(path)}-faces`} type="text" value={faces} onInput={(event) => setFaces(event.currentTarget.value)} />
          </div>
          <button type="button" class="tool" onClick={() => {
            if (!/^\d(-\d)?$/.test(faces)) return;
            setAsked([...asked, faces]);
            setFaces(null);
          }}>{w.addWords}</button>
        </div>
      )}
    </>
  );
}

/** Asked only after certain answers. */
function When({ ed, path, earlier }: { ed: Editing; path: Path; earlier: unknown[] }) {
  const { w } = useSurveyWords();
  const when = itemAt(ed.doc, path);
  const possible = earlier.filter((each) => ["faces", "nps", "choice"].includes(typeOf(each)));
  const rest = possible.filter((each) => !(textAt(each, ["id"]) in when));
  if (possible.length === 0 && Object.keys(when).length === 0) return null;
  return (
    <fieldset class="field" id={fieldId(path)} tabIndex={-1}>
      <legend>{w.when}: {Object.keys(when).length ? w.onlyAfter : w.always}</legend>
      {Object.keys(when).map((id) => {
        const of = earlier.find((each) => textAt(each, ["id"]) === id);
        const value = textAt(when, [id]);
        const choice = typeOf(of) === "choice" && isItem(of);
        const all = choice ? listAt(of, ["options"]).map((each) => textAt(each, ["id"])) : Array.from({ length: levelsOf(of) }, (_, i) => String(i + 1));
        const picked = choice ? value.split(",").map((each) => each.trim()).filter(Boolean) : scoresOf(value).map(String);
        const set = (next: string[]) => ed.set([...path, id], choice ? all.filter((each) => next.includes(each)).join(",") || undefined : scoreText(next.map(Number)) || undefined);
        return (
          <div class="when" key={id} role="group" aria-label={id}>
            <b>{id}</b>
            {all.map((each) => (
              <label class="chip" key={each}>
                <input type="checkbox" checked={picked.includes(each)} data-testid={`${fieldId(path)}-${id}-${each}`} onChange={(event) => set(event.currentTarget.checked ? [...picked, each] : picked.filter((other) => other !== each))} />
                <span>{choice ? each : w.face(Number(each))}</span>
              </label>
            ))}
            <button type="button" class="tool" aria-label={w.dropWhen(id)} onClick={() => ed.set(path, put(when, [id], undefined))}>{"\u00d7"}</button>
            <FieldError id={`${fieldId([...path, id])}-error`} text={ed.error([...path, id])} />
          </div>
        );
      })}
      <FieldError id={`${fieldId(path)}-error`} text={ed.error(path)} />
      {rest.length > 0 && Object.keys(when).length < 3 && (
        <select aria-label={w.addWhen} data-testid={`${fieldId(path)}-add`} value="" onChange={(event) => {
          const of = rest.find((each) => textAt(each, ["id"]) === event.currentTarget.value);
          const first = typeOf(of) === "choice" ? textAt(at(of, ["options"]), [0, "id"]) : "1-2";
          ed.set([...path, event.currentTarget.value], first);
        }}>
          <option value="">{w.addWhen}</option>
          {rest.map((each) => <option key={keyOf([textAt(each, ["id"])])} value={textAt(each, ["id"])}>{textAt(each, ["id"])}</option>)}
        </select>
      )}
      <p class="hint">{w.whenHint}</p>
    </fieldset>
  );
}
