// How long what is kept: chosen here by who runs the whole organisation. What would go is said first, since it goes for ever.
import type { Managed, Retention, RetentionDays, RetentionLoss } from "../api.ts";
import type { Failure } from "../http.ts";
import { failureText, postJson, useState } from "../kit.ts";
import { useLogWords } from "./log-words.ts";
import { TextField, useReport, word } from "./tools.ts";

const FIELDS = ["contactsDays", "commentsDays", "rawDays"] as const;
type Typed = Record<(typeof FIELDS)[number], string>;
const typedOf = (days: RetentionDays): Typed => Object.fromEntries(FIELDS.map((each) => [each, days[each] ? String(days[each]) : ""])) as Typed;

export function Kept({ places, say }: { places: Managed[]; say: (words: string) => void }) {
  const { l } = useLogWords();
  const { data, again } = useReport<Retention>("manage/retention");
  const [open, setOpen] = useState(false);
  if (!data) return null;
  const rows = [[l.kept.contacts, data.contactsDays], [l.kept.comments, data.commentsDays], [l.kept.answers, data.rawDays], [l.kept.counts, 0]] as const;
  const mine = places.some((each) => each.mine && word(each.item, "parent") === ""); // they run all of it
  return (
    <section class="card kept" aria-labelledby="h-kept" data-testid="kept">
      <header>
        <h2 id="h-kept">{l.kept.title}</h2>
        <p>{data.chosen ? l.kept.chosen : l.kept.hint}</p>
        {mine && !open && <button type="button" class="tool" data-testid="kept-change" onClick={() => setOpen(true)}>{l.kept.change}</button>}
      </header>
      <dl>{rows.map(([what, days]) => <div key={what}><dt>{what}</dt><dd>{l.forDays(days)}</dd></div>)}</dl>
      {open && <KeptForm now={data} close={() => setOpen(false)} done={() => {
        setOpen(false);
        again();
        say(l.kept.saved);
      }} />}
    </section>
  );
}

function KeptForm({ now, close, done }: { now: Retention; close: () => void; done: () => void }) {
  const { t, l, f, stamp } = useLogWords();
  const [typed, setTyped] = useState<Typed>(typedOf(now));
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState<Failure | null>(null);
  const [loss, setLoss] = useState<RetentionLoss | null>(null); // of what is typed; null: not asked yet
  const put = (field: keyof Typed, text: string) => {
    setTyped({ ...typed, [field]: text });
    setWrong({});
    setLoss(null);
  };
  const refuse = (fields: Record<string, string>) => {
    setWrong(fields);
    document.getElementById(`m-${Object.keys(fields)[0]}`)?.focus();
  };
  const ask = async (dry: boolean, body: object): Promise<void> => {
    setFailure(null);
    const result = await postJson<RetentionLoss | null>(`/api/v1/manage/retention${dry ? "?dry=1" : ""}`, body);
    if (result.ok) return dry ? setLoss(result.value) : done();
    if (result.failure.kind === "problem" && FIELDS.some((each) => result.failure.kind === "problem" && each === result.failure.field)) return refuse({ [result.failure.field]: result.failure.detail });
    setFailure(result.failure);
  };
  const days = (): RetentionDays | null => {
    const bad = FIELDS.filter((each) => !/^\d{0,5}$/.test(typed[each].trim()) || (each === "contactsDays" && typed[each].trim() === ""));
    if (bad.length) refuse(Object.fromEntries(bad.map((each) => [each, each === "contactsDays" ? l.kept.contactsWrong : l.kept.daysWrong])));
    return bad.length ? null : (Object.fromEntries(FIELDS.map((each) => [each, Number(typed[each].trim() || "0")])) as unknown as RetentionDays);
  };
  const look = () => {
    const all = days();
    if (all) void ask(true, all);
  };
  const save = () => {
    const all = days();
    if (all) void ask(false, all);
  };
  return (
    <form class="kept-form" data-testid="kept-form" noValidate onSubmit={(event) => {
      event.preventDefault();
      look();
    }}>
      <TextField name="contactsDays" number label={l.kept.contacts} hint={l.kept.contactsHint} value={typed.contactsDays} set={(text) => put("contactsDays", text)} error={wrong["contactsDays"] ?? null} />
      <TextField name="commentsDays" number label={l.kept.comments} hint={l.kept.commentsHint} value={typed.commentsDays} set={(text) => put("commentsDays", text)} error={wrong["commentsDays"] ?? null} />
      <TextField name="rawDays" number label={l.kept.answers} hint={l.kept.answersHint} value={typed.rawDays} set={(text) => put("rawDays", text)} error={wrong["rawDays"] ?? null} />
      {failure && <p class="error" role="alert">{failureText(failure, t)}</p>}
      {loss && (
        <div class="sure" role="group" aria-label={l.kept.title}>
          <p role="status" data-testid="kept-loss">
            {loss.answersBefore === null && loss.wordsBefore === null ? l.kept.nothingGoes : [
              ...(loss.wordsBefore === null ? [] : [l.kept.wordsGo(stamp(loss.wordsBefore))]),
              ...(loss.answersBefore === null ? [] : [l.kept.answersGo(f.int(loss.answers), stamp(loss.answersBefore))]),
              l.kept.forGood,
            ].join(" ")}
          </p>
          <span class="actions"><button type="button" class="primary" data-testid="kept-save" onClick={save}>{loss.answersBefore === null && loss.wordsBefore === null ? l.kept.save : l.kept.saveLoss}</button></span>
        </div>
      )}
      <div class="actions">
        <button type="submit" class={loss ? "" : "primary"} data-testid="kept-look">{l.kept.look}</button>
        {now.chosen && <button type="button" data-testid="kept-back" onClick={() => void ask(false, { chosen: false })}>{l.kept.back(l.forDays(now.settings.commentsDays), l.forDays(now.settings.rawDays))}</button>}
        <button type="button" data-testid="kept-close" onClick={close}>{t.cancel}</button>
      </div>
    </form>
  );
}
