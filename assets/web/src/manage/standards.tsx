// Standards: the promises and rules that hold at a place, what each costs in false alarms and who is told; the common kinds as a
// form, with the ladder, the goal and the way to what they would have done. A file of its own.
import "./standards.css";
import type { Item, LadderChannel, Managed, ManagedStandard, ManagedStandards } from "../api.ts";
import { fieldsOf, minutesOf, type Fields } from "../backtest/setting.ts";
import { addressOf, follow, pick, useEffect } from "../kit.ts";
import { GoalField, goalWrong } from "./goal.tsx";
import { LadderField, ladderWrong } from "./ladder.tsx";
import type { TabProps } from "./page.tsx";
import type { After } from "./parts.tsx";
import type { View } from "./view.ts";
import { useStandardsWords } from "./standards-words.ts";
import { Editor, idOf, isUnder, nameOf, NEW, PlaceField, PlacePick, Removal, SelectField, Split, TextField, TextsField, tidy, upFrom, useAfter, useEnded, useManageWords, useReport, viewAddress, Waiting, word } from "./tools.ts";

const KINDS = ["standard", "change", "share", "silence", "offline"] as const;
type Kind = (typeof KINDS)[number];
const TESTED: readonly string[] = ["standard", "change", "share"]; // the back-test has a form of these
// What a kind has besides id, place, name, question, hold and what people do: the rest goes when the kind changes.
const OF_ALL = ["id", "place", "name", "kind", "question", "mash", "playbook", "recovery", "escalation"];
const START: Record<Kind, Item> = {
  standard: { percent: "85", false_alarm_votes: "5000" },
  change: { false_alarm_votes: "5000" },
  share: { percent: "50", window: "15 min", min_n: "4" },
  silence: { probability: "0.001" },
  offline: { hold: "10 min" },
};
const SHOWN = ["id", "place", "kind", "name", "percent", "false_alarm_votes", "window", "min_n", "probability", "hold", "goal", "goal_from", "goal_by", "escalation"] as const;

export function StandardsTab(props: TabProps) {
  const { view, places, set, signedOut } = props;
  const { w, f, lang } = useManageWords();
  const loaded = useReport<ManagedStandards>("manage/standards");
  useEnded(loaded, signedOut);
  const after = useAfter(loaded, props);
  if (!loaded.data) return <Waiting failure={loaded.failure} again={loaded.again} />;
  const all = loaded.data.standards;
  const given = all.find((each) => idOf(each) === view.id) ?? null;
  const above = upFrom(places, view.place).map(idOf);
  const shown = all.filter(({ item }) => isUnder(places, word(item, "place"), view.place) || above.includes(word(item, "place")));
  return (
    <Split
      list={
        <section class="card" aria-labelledby="h-standards">
          <header>
            <h2 id="h-standards">{w.tabs.standards}</h2>
            <PlacePick places={places} value={view.place} choose={(place) => set({ place, id: "" })} />
            <button type="button" class="tool" data-testid="new" onClick={() => set({ id: NEW })}>{w.newStandard}</button>
          </header>
          <div class="scroll-x">
            <table class="data things" data-testid="standards">
              <thead><tr><th scope="col">{w.standard}</th><th scope="col">{w.field.place}</th><th scope="col">{w.field.kind}</th><th scope="col">{w.falseAlarm}</th><th scope="col">{w.told}</th></tr></thead>
              <tbody>
                {shown.map((each) => {
                  const at = word(each.item, "place");
                  return (
                    <tr key={idOf(each)} class={idOf(each) === view.id ? "on" : ""} data-testid={`row-${idOf(each)}`}>
                      <th scope="row">
                        <button type="button" class="link" data-testid={`open-${idOf(each)}`} aria-current={idOf(each) === view.id ? "true" : undefined} onClick={() => set({ id: idOf(each) })}>{title(each.item, lang)}</button>
                        <small>{idOf(each)}, {w.version(each.number)}</small>
                      </th>
                      <td>{nameOf(places, at)}{view.place && at !== view.place && above.includes(at) && <small class="from">{w.from(nameOf(places, at))}</small>}</td>
                      <td>{w.ruleKind(word(each.item, "kind"))}<small>{w.limit(each.item, f)}</small></td>
                      <td data-label={w.falseAlarm}>{each.votesBetweenAlarms === null ? <span class="none">{w.priceUnknown}</span> : w.inVotes(f.int(Math.round(each.votesBetweenAlarms)))}</td>
                      <td data-label={w.told}>{each.told.length ? each.told.join(", ") : <span class="none">{w.nobodyTold}</span>}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
          {shown.length === 0 && <p class="hint">{w.noStandards}</p>}
        </section>
      }
      open={
        (view.id === NEW || given) && <StandardForm key={view.id} given={view.id === NEW ? null : given} channels={loaded.data.channels} places={places} view={view} after={after} />
      }
    />
  );
}

const title = (item: Item, lang: "id" | "en"): string => pick((item["name"] ?? {}) as Record<string, string>, lang) || word(item, "id");

// What goes when the kind changes.
const cleared = (item: Item): Item => Object.fromEntries(Object.keys(item).filter((key) => !OF_ALL.includes(key)).map((key) => [key, undefined]));

function withSetting(item: Item, setting: Fields): Item {
  const kind = setting["kind"] ?? "standard";
  const said = Object.entries(setting).map(([key, value]): [string, unknown] => [key, value === "" ? undefined : value.startsWith("[") ? value.slice(1, -1).split(/\s*,\s*/) : value.replace(/^"(.*)"$/, "$1")]);
  return { ...item, ...(kind === word(item, "kind") ? { resolve_percent: undefined } : cleared(item)), kind, ...Object.fromEntries(said) };
}

interface FormProps {
  given: ManagedStandard | null;
  channels: LadderChannel[];
  places: Managed[];
  view: View;
  after: After;
}

function StandardForm({ given, channels, places, view, after: { saved, gone, close, say } }: FormProps) {
  const { w, s, lang } = useStandardsWords();
  const top = places.find(({ mine }) => mine);
  const id = given ? idOf(given) : "";
  const setting = view.take ? fieldsOf(view.take) : null;
  useEffect(() => {
    if (setting) history.replaceState(null, "", viewAddress({ ...view, take: "" })); // from now on it is typed: a reload must not put it in again
  }, []);
  if (given && !given.mine) {
    return (
      <section class="card editor" aria-labelledby="h-editor" data-testid="editor">
        <header>
          <h2 id="h-editor">{title(given.item, lang)}</h2>
          <button type="button" class="link" data-testid="close" onClick={close}>{w.close}</button>
        </header>
        <p class="hint">{w.fromAbove(nameOf(places, word(given.item, "place")))}</p>
      </section>
    );
  }
  return (
    <Editor list="standards" given={given} start={{ id: "", kind: "standard", place: view.place || (top ? idOf(top) : ""), ...START.standard }} takes={setting ? (item) => withSetting(item, setting) : undefined} title={given ? title(given.item, lang) : w.newStandard} shown={SHOWN} places={places} saved={saved} close={close}
      sayEntry={(field, entry) => (field === "escalation" ? s.step(w.span(word(entry as Item, "after")), word(entry as Item, "channel")) : null)}
      check={(item) => ({ ...(word(item, "place") === "" ? { place: w.needed } : {}), ...goalWrong(item, s), ...ladderWrong(item, s) })}
      form={({ item, isNew, put, error }) => {
        const kind = KINDS.find((each) => each === word(item, "kind"));
        const figure = (key: string, label: string, hint?: string) => <TextField key={key} name={key} number label={label} hint={hint} value={word(item, key)} set={(value) => put({ [key]: value })} error={error(key)} />;
        const minutes = (key: string, label: string, hint?: string) => {
          const value = word(item, key);
          const known = minutesOf(value);
          return <TextField key={key} name={key} number label={label} hint={hint} value={value === "" ? "" : known === null ? value.replace(/ min$/, "") : String(known)} set={(text) => put({ [key]: text && `${text} min` })} error={error(key)} />;
        };
        return (
          <>
            {isNew && <TextField name="id" label={w.field.id} hint={w.idHint} value={word(item, "id")} set={(next) => put({ id: next })} error={error("id")} />}
            <PlaceField name="place" label={w.field.appliesTo} places={places} value={word(item, "place")} set={(place) => put({ place })} error={error("place")} />
            {kind || isNew ? (
              <SelectField name="kind" label={w.field.kind} hint={kind && w.ruleHint[kind]} value={word(item, "kind")} options={KINDS.map((each) => [each, w.ruleKind(each)] as const)} set={(next) => {
                put({ ...cleared(item), kind: next, ...START[next as Kind] });
              }} error={error("kind")} />
            ) : (
              <p class="hint">{w.otherKind(w.ruleKind(word(item, "kind")))}</p>
            )}
            <TextsField item={item} set={(name) => put({ name })} error={error("name")} />
            {(kind === "standard" || kind === "share") && <TextField name="percent" number label={w.percent[kind]} value={word(item, "percent")} set={(percent) => put({ percent, ...(kind === "share" ? { resolve_percent: undefined } : {}) })} error={error("percent")} />}
            {(kind === "standard" || kind === "change") && figure("false_alarm_votes", w.field.falseAlarmVotes, w.falseAlarmHint)}
            {kind === "share" && [minutes("window", w.field.window), figure("min_n", w.field.minN)]}
            {kind === "silence" && figure("probability", w.field.probability, w.probabilityHint)}
            {(kind === "offline" || kind === "silence") && minutes("hold", kind === "offline" ? w.field.offlineFor : w.field.hold)}
            {TESTED.includes(word(item, "kind")) && <TestLink id={id || NEW} item={tidy(item)} />}
            <LadderField item={item} channels={channels} set={(escalation) => put({ escalation })} error={error} />
            {kind === "standard" && <GoalField item={item} put={put} error={error} />}
            {!isNew && given && <p class="hint">{w.newVersionHint}</p>}
          </>
        );
      }}
    >
      {given && (
        <Removal list="standards" given={given} id="end" words={w.end} sure={w.endSure} hint={w.endHint} done={() => {
          say(w.ended(id));
          gone();
        }} />
      )}
    </Editor>
  );
}

const IN_TEST = ["kind", "question", "percent", "resolve_percent", "boundary", "window", "min_n", "top_faces", "usual_unhappy", "false_alarm_votes", "drift", "mash", "hold", "faces"];

/** What would it have done? With all that is typed. */
function TestLink({ id, item }: { id: string; item: Item }) {
  const { w } = useManageWords();
  const says = IN_TEST.flatMap((key) => {
    const value = item[key];
    if (value === undefined || (key === "hold" && word(item, key) === "0 s") || (key === "usual_unhappy" && Number(value) === 0)) return [];
    return [`${key}: ${Array.isArray(value) ? `[${value.join(", ")}]` : key === "boundary" ? `"${word(item, key)}"` : word(item, key)}`];
  });
  const address = addressOf("backtest", { place: word(item, "place"), a: says.join(", "), of: id });
  return <p class="links"><a href={address} data-testid="test-link" onClick={follow(address)}>{w.wouldHave}</a></p>;
}
