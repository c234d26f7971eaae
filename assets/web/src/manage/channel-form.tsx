// The form of a channel: what its kind needs, whom and what it is for, when it waits. The secret is typed here and never shown again.
import type { Channel, Changes, Item, Managed } from "../api.ts";
import { useState } from "../kit.ts";
import { useChannelsWords, type ChannelsWords } from "./channels-words.ts";
import type { After } from "./parts.tsx";
import { Trial } from "./trial.tsx";
import { AreaField, CheckField, ChecksField, Editor, HoursField, hoursWrong, idOf, LinesField, PicksField, Removal, SelectField, spansOf, TextField, tidy, treeOf, word, type Span } from "./tools.ts";

/** What is typed as a secret, of which channel, and what is wrong with it. */
export interface Secret {
  of: string;
  text: string;
  wrong: string;
}

// Fields of a kind, and of those what it can do without.
const KINDS = {
  email: { needs: ["url", "from", "to"], takes: ["user", "secret"] },
  webpush: { needs: [], takes: ["from"] },
  whatsapp: { needs: ["from", "to", "template", "secret"], takes: [] },
  telegram: { needs: ["to", "secret"], takes: [] },
  ntfy: { needs: ["to"], takes: ["url", "secret"] },
  slack: { needs: ["secret"], takes: [] },
  teams: { needs: ["secret"], takes: [] },
  webhook: { needs: ["url", "secret"], takes: [] },
  http: { needs: ["url", "body"], takes: ["method", "headers", "secret"] },
  mqtt: { needs: [], takes: ["topic", "discovery", "lamp"] },
} as const satisfies Record<string, { needs: readonly Field[]; takes: readonly Field[] }>;
type Kind = keyof typeof KINDS;
type Field = "url" | "user" | "from" | "to" | "template" | "method" | "headers" | "body" | "topic" | "discovery" | "lamp" | "secret";
const OF_KIND: readonly Field[] = ["url", "from", "to", "template", "method", "headers", "body", "topic", "discovery", "lamp", "user", "secret"];
const EVENTS = ["raised", "acknowledged", "unattended", "ended", "praise"] as const;
const USUAL_EVENTS: readonly string[] = ["raised", "unattended", "ended"]; // where none is named
const MORE = ["gather", "per_minute", "deadline", "ca", "allow_private"] as const;
const SHOWN = ["id", "kind", "lang", "places", "rules", "severities", "events", "quiet", "quiet_for", ...OF_KIND, ...MORE] as const;
const START: Item = { id: "", kind: "email", lang: "id" };
const NIGHT = [{ days: "daily", from: "21:00", to: "24:00" }, { days: "daily", from: "00:00", to: "07:00" }];

const kindOf = (item: Item): Kind | undefined => (Object.keys(KINDS) as Kind[]).find((each) => each === word(item, "kind"));
const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const quietOf = (value: unknown): Span[] => (Array.isArray(value) ? (value as Item[]).map((each) => ({ days: word(each, "days") || "daily", open: word(each, "from"), close: word(each, "to") })) : []);
const quietItems = (spans: Span[]): Item[] => spans.map(({ days, open, close }) => ({ days, from: open, to: close }));
const headerLines = (value: unknown): string[] => Object.entries((value ?? {}) as Record<string, string>).map(([name, text]) => `${name}: ${text}`);
const headersOf = (lines: string[]): Item | "" =>
  lines.length ? Object.fromEntries(lines.map((line) => { const at = line.indexOf(":"); return at < 0 ? [line, ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]; })) : "";

/** Fields that the kind needs and that are empty; the secret has its own. */
function lacking(item: Item, needed: string, c: ChannelsWords): Record<string, string> {
  const kind = kindOf(item);
  const empty = kind ? KINDS[kind].needs.filter((field) => field !== "secret" && (Array.isArray(item[field]) ? textsOf(item[field]).length === 0 : word(item, field) === "")) : [];
  return { ...Object.fromEntries(empty.map((field) => [field, needed])), ...(hoursWrong(spansOf(quietOf(item["quiet"]))) ? { quiet: c.quietWrong } : {}) };
}

interface Props {
  given: Managed | null;
  state: Channel | null;
  places: Managed[];
  standards: readonly (readonly [string, string])[];
  secret: Secret;
  setSecret: (text: string) => void;
  saved: (id: string, changes: Changes) => void;
  after: After;
  tried: () => void;
}

const INDENT = "\u2003"; // options take no other style

export function ChannelForm({ given, state, places, standards, secret, setSecret, saved, after: { gone, close, say }, tried }: Props) {
  const { w, c } = useChannelsWords();
  const [more, setMore] = useState(false);
  const id = given ? idOf(given) : "";
  const tree = treeOf(places).map(([each, depth]) => [idOf(each), INDENT.repeat(depth) + word(each.item, "name")] as const);
  return (
    <Editor list="channels" given={given} start={START} title={given ? id : c.newChannel} shown={SHOWN} saved={saved} close={close} check={(item) => lacking(item, w.needed, c)} places={places}
      sayEntry={(field, value) => (field === "kind" ? c.kinds(String(value)) : field === "events" ? c.events(String(value)) : field === "quiet" && value ? w.hoursLine(quietOf([value])) : null)}
      form={({ item, isNew, put, error }) => {
        const kind = kindOf(item);
        const fields = kind ? OF_KIND.filter((field) => [...KINDS[kind].needs, ...KINDS[kind].takes].some((each) => each === field)) : [];
        const severity = (key: string, label: string) => (
          <SelectField name={key} label={label} value={textsOf(item[key]).length === 1 ? textsOf(item[key])[0] ?? "" : "both"} options={[["both", c.both], ["alarm", c.alarm], ["warning", c.warning]]} set={(next) => put({ [key]: next === "both" ? [] : [next] })} error={error(key)} />
        );
        const quiet = quietOf(item["quiet"]);
        const events = textsOf(item["events"]);
        return (
          <>
            {isNew && <TextField name="id" label={w.field.id} hint={c.idHint} value={word(item, "id")} set={(next) => put({ id: next })} error={error("id")} />}
            {isNew ? (
              <SelectField name="kind" label={w.field.kind} hint={kind && c.kindHint[kind]} value={word(item, "kind")} options={(Object.keys(KINDS) as Kind[]).map((each) => [each, c.kinds(each)] as const)} error={error("kind")} set={(next) => {
                put({ ...Object.fromEntries([...OF_KIND, "kind"].map((field) => [field, ""])), kind: next });
                setSecret("");
              }} />
            ) : <p class="hint">{c.kinds(word(item, "kind"))}{kind && `. ${c.kindHint[kind]}`}</p>}
            {kind && fields.map((field) => {
              const [label, hint] = c.of[kind]?.[field] ?? c.field[field] ?? ["", ""];
              const shared = { name: field, label: (KINDS[kind].needs as readonly string[]).includes(field) || field === "discovery" || field === "lamp" ? label : c.ifAny(label), hint, error: error(field) };
              switch (field) {
                case "secret": return <SecretField key={field} {...shared} hint={state?.secret === "there" ? c.secretThere : hint} error={secret.wrong || null} value={secret.text} set={setSecret} lacks={state ? c.secretState[state.secret] : ""} />;
                case "to": return kind === "email"
                  ? <LinesField key={field} {...shared} value={textsOf(item["to"])} set={(to) => put({ to })} />
                  : <TextField key={field} {...shared} value={textsOf(item["to"])[0] ?? ""} set={(text) => put({ to: text ? [text.trim()] : [] })} />;
                case "headers": return <LinesField key={field} {...shared} value={headerLines(item["headers"])} set={(lines) => put({ headers: headersOf(lines) })} />;
                case "body": return <AreaField key={field} {...shared} rows={6} value={word(item, "body")} set={(body) => put({ body })} />;
                case "method": return <SelectField key={field} {...shared} label={label} value={word(item, "method") || "POST"} options={["POST", "PUT", "PATCH"].map((each) => [each, each] as const)} set={(method) => put({ method: method === "POST" ? "" : method })} />;
                case "discovery":
                case "lamp": return <CheckField key={field} {...shared} value={item[field] === true} set={(on) => put({ [field]: on || "" })} />;
                default: return <TextField key={field} {...shared} value={word(item, field)} set={(text) => put({ [field]: text })} />;
              }
            })}
            <h3>{c.whatFor}</h3>
            <SelectField name="lang" label={w.field.lang} value={word(item, "lang") || "id"} options={[["id", w.langs.id], ["en", w.langs.en]]} set={(lang) => put({ lang })} error={error("lang")} />
            <PicksField name="places" label={c.places} all={w.everywhere} add={c.addPlace} options={tree} value={textsOf(item["places"])} set={(value) => put({ places: value })} error={error("places")} />
            <PicksField name="rules" label={c.rules} all={c.allRules} add={c.addRule} options={standards} value={textsOf(item["rules"])} set={(value) => put({ rules: value })} error={error("rules")} />
            {severity("severities", c.severities)}
            {kind !== "mqtt" && (
              <>
                <ChecksField name="events" label={c.eventsOf} options={EVENTS.map((each) => [each, c.events(each)] as const)} value={events.length ? events : [...USUAL_EVENTS]} error={error("events")} set={(next) => put({ events: next.join() === USUAL_EVENTS.join() ? [] : next })} />
                <HoursField name="quiet" legend={c.quietHours} days="daily" value={quiet} set={(spans) => put({ quiet: quietItems(spans) })} error={error("quiet")} hint={quiet.length ? c.quietHint : c.quietNone} />
                {quiet.length === 0 && <button type="button" class="link nights" data-testid="m-quiet-nights" onClick={() => put({ quiet: NIGHT })}>{c.nights}</button>}
                {quiet.length > 0 && severity("quiet_for", c.quietFor)}
              </>
            )}
            {kind !== "mqtt" && (
              <details open={more || MORE.some((field) => error(field) !== null)} onToggle={(event) => setMore(event.currentTarget.open)}>
                <summary data-testid="m-more">{c.more}</summary>
                <div class="more-fields">
                  <TextField name="gather" label={c.gather} hint={c.gatherHint} value={word(item, "gather")} set={(gather) => put({ gather })} error={error("gather")} />
                  <TextField name="per_minute" number label={c.perMinute} hint={c.perMinuteHint} value={word(item, "per_minute")} set={(text) => put({ per_minute: text })} error={error("per_minute")} />
                  <TextField name="deadline" label={c.deadline} hint={c.deadlineHint} value={word(item, "deadline")} set={(deadline) => put({ deadline })} error={error("deadline")} />
                  <AreaField name="ca" label={c.ca} hint={c.caHint} value={word(item, "ca")} set={(ca) => put({ ca })} error={error("ca")} />
                  <CheckField name="allow_private" label={c.allowPrivate} hint={c.allowPrivateHint} value={item["allow_private"] === true} set={(on) => put({ allow_private: on || "" })} error={error("allow_private")} />
                </div>
              </details>
            )}
          </>
        );
      }}
    >
      {given && word(tidy(given.item), "kind") !== "mqtt" && <div class="trial"><Trial id={id} done={tried} /><p class="hint">{c.trialHint}</p></div>}
      {given && <Removal list="channels" given={given} id="end" words={c.end} sure={c.endSure} hint={c.endHint} done={() => {
        say(w.ended(id));
        gone();
      }} />}
    </Editor>
  );
}

function SecretField({ lacks, ...props }: { name: string; label: string; hint: string; error: string | null; value: string; set: (text: string) => void; lacks: string }) {
  return (
    <>
      <TextField {...props} secret />
      {lacks && <p class="hint warn" data-testid="secret-lacks">{lacks}</p>}
    </>
  );
}
