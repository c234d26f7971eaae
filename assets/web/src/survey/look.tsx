// What is told between customers, and how the kiosk looks: languages, colours, hours, thank-you.
import { FieldError, useState } from "../kit.ts";
import { HoursField } from "../manage/hours-field.tsx";
import { spansOf } from "../manage/items.ts";
import { COLOURS, itemAt, LANGUAGES, languagesOf, listAt, textAt } from "./doc.ts";
import { ChoiceField, fieldId, NumberField, TextField, Tick, Words, type Editing } from "./fields.tsx";
import { useSurveyWords } from "./words.ts";

export function Idle({ ed }: { ed: Editing }) {
  const { w } = useSurveyWords();
  const messages = listAt(ed.doc, ["messages"]);
  return (
    <>
      <Words ed={ed} path={["promise"]} label={w.promise} hint={w.promiseHint} />
      <Tick ed={ed} path={["tally"]} label={w.tally} />
      <fieldset class="field" id={fieldId(["messages"])} tabIndex={-1}>
        <legend>{w.messages}</legend>
        {messages.map((_, i) => (
          <div class="option" key={i} role="group" aria-label={w.message(i + 1)}>
            <Words ed={ed} path={["messages", i, "said"]} label={w.said} needed />
            <Words ed={ed} path={["messages", i, "did"]} label={w.did} needed />
            <button type="button" class="tool" aria-label={w.remove(w.message(i + 1))} onClick={() => ed.set(["messages"], messages.filter((_each, each) => each !== i))}>{w.removeShort}</button>
          </div>
        ))}
        <FieldError id={`${fieldId(["messages"])}-error`} text={ed.error(["messages"])} />
        {messages.length < 20 && <button type="button" class="tool" data-testid="add-message" onClick={() => ed.set(["messages"], [...messages, {}])}>{w.addMessage}</button>}
      </fieldset>
    </>
  );
}

export function Look({ ed }: { ed: Editing }) {
  const { w, languageName } = useSurveyWords();
  const languages = languagesOf(ed.doc);
  const rest = LANGUAGES.filter((each) => !languages.includes(each));
  const move = (from: number, by: number) => {
    const next = [...languages];
    next.splice(from + by, 0, ...next.splice(from, 1));
    ed.set(["languages"], next);
  };
  return (
    <>
      <fieldset class="field" id={fieldId(["languages"])} tabIndex={-1}>
        <legend>{w.languages}</legend>
        <ul class="lang-list">
          {languages.map((lang, i) => (
            <li key={lang}>
              <span>{languageName(lang)} <small>{lang}</small></span>
              <button type="button" class="tool" aria-label={w.up(languageName(lang))} disabled={i === 0} onClick={() => move(i, -1)}>{"\u2191"}</button>
              <button type="button" class="tool" aria-label={w.remove(languageName(lang))} disabled={languages.length === 1} onClick={() => ed.set(["languages"], languages.filter((each) => each !== lang))}>{"\u00d7"}</button>
            </li>
          ))}
        </ul>
        <FieldError id={`${fieldId(["languages"])}-error`} text={ed.error(["languages"])} />
        {rest.length > 0 && (
          <select aria-label={w.addLanguage} data-testid="add-language" value="" onChange={(event) => ed.set(["languages"], [...languages, event.currentTarget.value])}>
            <option value="">{w.addLanguage}</option>
            {rest.map((each) => <option key={each} value={each}>{languageName(each)}</option>)}
          </select>
        )}
      </fieldset>
      <div class="row">
        <ChoiceField ed={ed} path={["language"]} label={w.firstLanguage} usual={languages[0] ?? ""} options={languages.map((each) => [each, languageName(each)] as const)} />
        <ChoiceField ed={ed} path={["theme", "base"]} label={w.base} usual="light" options={[["light", w.light], ["dark", w.dark]]} />
      </div>
      <Colours ed={ed} />
      <Hours ed={ed} />
      <div class="row">
        <NumberField ed={ed} path={["volume"]} label={w.volume} usual={70} />
        <NumberField ed={ed} path={["brightness"]} label={w.brightness} usual={100} />
        <NumberField ed={ed} path={["brightness_closed"]} label={w.brightnessClosed} usual={10} />
      </div>
      <TextField ed={ed} path={["thanks_link"]} label={w.thanksLink} />
      <Tick ed={ed} path={["thanks_code"]} label={w.thanksCode} />
      <Tick ed={ed} path={["still"]} label={w.still} />
      <div class="row">
        <TextField ed={ed} path={["survey", "id"]} label={w.surveyId} />
        <NumberField ed={ed} path={["survey", "version"]} label={w.surveyVersion} hint={w.surveyVersionHint} usual={1} />
      </div>
    </>
  );
}

function Colours({ ed }: { ed: Editing }) {
  const { w } = useSurveyWords();
  const [asked, setAsked] = useState<string[]>([]);
  const theme = itemAt(ed.doc, ["theme"]);
  const shown = [...new Set([...Object.keys(theme).filter((key) => key !== "base"), ...asked])];
  const rest = COLOURS.filter((each) => !shown.includes(each));
  return (
    <fieldset class="field" id={fieldId(["theme"])} tabIndex={-1}>
      <legend>{w.colours}</legend>
      {shown.map((key) => {
        const path = ["theme", key];
        return (
          <div class="colour" key={key}>
            <TextField ed={ed} path={path} label={w.colourName(key)} />
            <input type="color" aria-label={w.colourName(key)} value={/^#[0-9a-f]{6}$/i.test(textAt(theme, [key])) ? textAt(theme, [key]) : "#14213d"} onInput={(event) => ed.set(path, event.currentTarget.value)} />
            <button type="button" class="tool" aria-label={w.remove(w.colourName(key))} onClick={() => {
              setAsked(asked.filter((each) => each !== key));
              ed.set(path, undefined);
            }}>{"\u00d7"}</button>
          </div>
        );
      })}
      <FieldError id={`${fieldId(["theme"])}-error`} text={ed.error(["theme"])} />
      <select aria-label={w.addColour} data-testid="add-colour" value="" onChange={(event) => setAsked([...asked, event.currentTarget.value])}>
        <option value="">{w.addColour}</option>
        {rest.map((each) => <option key={each} value={each}>{w.colourName(each)}</option>)}
      </select>
    </fieldset>
  );
}

function Hours({ ed }: { ed: Editing }) {
  const { w } = useSurveyWords();
  const list = listAt(ed.doc, ["hours"]);
  // A refusal names a line, or says the times that are wrong.
  const whole = ed.error(["hours"]);
  const wrong = list.map((_, i) => ["days", "open", "close"].map((part) => ed.error(["hours", i, part])).find((error) => error !== null) ?? null);
  const at = wrong.findIndex((error) => error !== null);
  const named = spansOf(list).findIndex(({ open, close }) => whole?.includes(`'${open}'`) && whole.includes(`'${close}'`));
  return (
    <HoursField id={fieldId(["hours"])} legend={w.hours} times={["08:00", "15:00"]} value={list} set={(spans) => ed.set(["hours"], spans)} hint={list.length === 0 ? w.hoursNone : ""}
      error={wrong[at] ?? whole} wrong={(i) => [at, named].includes(i) || (at < 0 && named < 0)} />
  );
}
