// A thing open in a form: checked and saved as a whole, with what would change said before, what is wrong beside its field, and
// nothing lost when somebody else was quicker.
import type { ComponentChildren } from "preact";
import type { Changes, Item, Managed } from "../api.ts";
import type { Failure } from "../http.ts";
import { failureText, getJson, postJson, useEffect, useLayoutEffect, useRef, useState } from "../kit.ts";
import { differing, idOf, listChanges, merged, tidy, word, type Span } from "./items.ts";
import { keepTyped, typedIn } from "./typed.ts";
import { NEW } from "./view.ts";
import { useManageWords } from "./words.ts";

export interface Draft {
  item: Item; // as typed
  isNew: boolean;
  put: (change: Item) => void;
  error: (field: string) => string | null;
}

interface Props {
  list: "places" | "kiosks" | "calendars" | "standards" | "channels" | "mailings" | "users";
  given: Managed | null; // null: a new one
  start?: Item; // of a new one
  takes?: ((item: Item) => Item) | undefined; // what is put in at the opening, as if it were typed
  title: string;
  shown: readonly string[]; // fields that have a place for their error
  saved: (id: string, changes: Changes) => void;
  close: () => void;
  form: (draft: Draft) => ComponentChildren;
  places?: Managed[]; // whose names are said
  sayEntry?: (field: string, entry: unknown) => string | null; // of a list, in a line; null: as it is
  check?: (item: Item) => Record<string, string>; // field -> what is wrong, before the server is asked
  children?: ComponentChildren; // what else can be done
}

export function Editor({ list, given, start = {}, takes, title, shown, saved, close, form, places = [], sayEntry, check, children }: Props) {
  const { t, w, f } = useManageWords();
  const isNew = given === null || given.version === "";
  const key = list === "users" ? "name" : "id";
  const opened = given ? idOf(given) : NEW;
  const [was] = useState(() => typedIn(list, opened));
  const [restored, setRestored] = useState(was !== null || takes !== undefined);
  const [base, setBase] = useState<Managed>(was?.base ?? given ?? { item: start, version: "", mine: true });
  const [item, setItem] = useState<Item>(() => {
    const typed = was?.item ?? base.item;
    return takes ? takes(typed) : typed;
  });
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState<Failure | null>(null);
  const [theirs, setTheirs] = useState<string[]>([]); // what somebody else has changed meanwhile
  const [preview, setPreview] = useState<Changes | null>(null);
  const [busy, setBusy] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const typing = differing(tidy(base.item), tidy(item)).length > 0;
  useEffect(() => keepTyped(list, opened, typing ? { base, item } : null), [base, item]);

  // What is there now is taken over, unless something is typed: then the next save finds out, and keeps both. At once with the
  // news, so that nothing can be typed between looking and taking.
  useLayoutEffect(() => {
    if (!given || given.version === base.version || typing) return;
    setBase(given);
    setItem(given.item);
  }, [given?.version]);

  const put = (change: Item) => {
    setItem((was) => ({ ...was, ...change }));
    // A part of a list is called LIST-NUMBER-FIELD.
    setWrong((was) => Object.fromEntries(Object.entries(was).filter(([field]) => !(field in change || (field.split("-")[0] ?? "") in change))));
    setPreview(null);
  };
  const refuse = (fields: Record<string, string>) => {
    setWrong(fields);
    const first = Object.keys(fields)[0];
    if (first) document.getElementById(`m-${first}`)?.focus();
  };
  const ask = async (dry: boolean, version = base.version): Promise<void> => {
    const id = word(item, key);
    const found = { ...(id === "" ? { [key]: w.needed } : /^[a-z0-9-]{1,32}$/.test(id) ? {} : { [key]: w.badId }), ...check?.(item) };
    setFailure(null);
    refuse(found);
    if (busy || Object.keys(found).length) return;
    setBusy(true);
    const { [key]: _id, ...rest } = tidy(item);
    const result = await postJson<Changes>(`/api/v1/manage/${list}/${id}${dry ? "?dry=1" : ""}`, { item: rest, version });
    setBusy(false);
    if (result.ok) {
      if (dry) return setPreview(result.value);
      setBase({ ...base, item });
      setTheirs([]);
      setPreview(null);
      keepTyped(list, opened, null);
      return saved(id, result.value);
    }
    const problem = result.failure;
    if (problem.kind === "problem" && problem.status === 412) return renew(id, dry);
    if (problem.kind === "problem" && shown.includes(problem.field)) return refuse({ [problem.field]: problem.detail });
    setFailure(problem);
  };
  // What was typed stays; the next save goes on from what is there now.
  const renew = async (id: string, dry: boolean): Promise<void> => {
    const result = await getJson<Record<string, Managed[]>>(`/api/v1/manage/${list}`);
    const now = result.ok ? result.value[list]?.find((each) => idOf(each) === id) : undefined;
    if (!now) return setFailure(result.ok ? { kind: "problem", status: 404, detail: w.gone, english: w.gone, field: "" } : result.failure);
    const fields = differing(base.item, now.item);
    setBase(now);
    if (fields.length === 0) return ask(dry, now.version); // it was our own save
    setTheirs(fields.flatMap((field) => sayLists(field, base.item[field], now.item[field]) ?? [w.nowSays(w.fieldName(field), say(field, now.item[field]))]));
    setItem((mine) => merged(base.item, mine, now.item));
  };
  // A value as the form says it.
  const say = (field: string, value: unknown): string => {
    const own = sayEntry?.(field, value);
    if (own) return own;
    if (field === "hours" && value) return w.hoursLine([value as Span]);
    if (typeof value !== "string") return sayValue(value, w.nothing);
    switch (field) {
      case "kind": return list === "places" ? w.kindOf(value) : w.ruleKind(value);
      case "role": return t.role[value as keyof typeof t.role] ?? value;
      case "lang": return w.langs[value as keyof typeof w.langs] ?? value;
      case "place":
      case "parent": return word(places.find((each) => idOf(each) === value)?.item ?? {}, "name") || sayValue(value, w.nothing);
      case "window":
      case "hold": return w.span(value);
      default: return sayValue(value, w.nothing);
    }
  };
  // What has come into a list and what has gone; null: it is none.
  const sayLists = (field: string, from: unknown, to: unknown): string[] | null => {
    const changes = listChanges(from, to);
    return changes && [...changes.out.map((entry) => w.out(w.fieldName(field), say(field, entry))), ...changes.added.map((entry) => w.added(w.fieldName(field), say(field, entry)))];
  };
  const mine = differing(tidy(base.item), tidy(item)).filter((field) => field !== key || isNew);
  return (
    <form class="card editor" data-testid="editor" aria-labelledby="h-editor" noValidate onSubmit={(event) => {
      event.preventDefault();
      void ask(false);
    }}>
      <header>
        <h2 id="h-editor" tabIndex={-1} ref={heading}>{title}</h2>
        <button type="button" class="link" data-testid="close" onClick={() => {
          keepTyped(list, opened, null);
          close();
        }}>{w.close}</button>
      </header>
      {restored && typing && (
        <p class="gaps" role="status" data-testid="typed">
          {w.typed}{" "}
          <button type="button" class="link" data-testid="typed-drop" onClick={() => {
            setRestored(false);
            setWrong({});
            setPreview(null);
            setBase(given ?? { item: start, version: "", mine: true });
            setItem(given?.item ?? start);
          }}>{w.typedDrop}</button>
        </p>
      )}
      {theirs.length > 0 && (
        <div class="gaps" role="alert" data-testid="conflict">
          <b>{w.conflict}</b>
          <ul>{theirs.map((each) => <li key={each}>{each}</li>)}</ul>
          {w.conflictHint}
        </div>
      )}
      {form({ item, isNew, put, error: (field) => wrong[field] ?? null })}
      {preview && (
        <div class="preview" role="status" data-testid="preview">
          <b>{mine.length ? w.willChange : w.noChange}</b>
          <ul>
            {mine.flatMap((field) => sayLists(field, base.item[field], item[field]) ?? [w.change(w.fieldName(field), say(field, base.item[field]), say(field, item[field]))]).map((line) => <li key={line}>{line}</li>)}
            {preview.price && <li>{w.price(preview.price, f)}</li>}
          </ul>
        </div>
      )}
      {failure && <p class="error" role="alert" data-testid="failure">{failureText(failure, t)}</p>}
      <div class="actions">
        <button type="submit" class="primary" data-testid="save" aria-disabled={busy}>{w.save}</button>
        <button type="button" data-testid="dry" aria-disabled={busy} onClick={() => void ask(true)}>{w.preview}</button>
      </div>
      {children}
    </form>
  );
}

/** A value of the document in a line. */
export function sayValue(value: unknown, nothing: string): string {
  if (value === undefined || value === null || value === "") return nothing;
  if (Array.isArray(value)) return value.length ? value.map((each) => sayValue(each, nothing)).join("; ") : nothing;
  if (typeof value === "object") return Object.values(value).map((each) => sayValue(each, nothing)).join(" ");
  return String(value);
}
