// Survey: what kiosks show and ask, at a place or one kiosk. The form at the left, the kiosk as it would look at the right. What is
// written is a draft of this browser until it is published.
import "../trends/trends.css";
import "./survey.css";
import everyday from "../../../surveys/everyday.yaml";
import expectations from "../../../surveys/expectations.yaml";
import skm from "../../../surveys/skm.yaml";
import type { Changes, Content, Managed, Session } from "../api.ts";
import type { Failure } from "../http.ts";
import { addressOf, failureText, follow, getJson, go, postJson, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../kit.ts";
import { idOf, treeOf, word } from "../manage/items.ts";
import { useReport } from "../trends/report.ts";
import { differences, isItem, keyOf, languagesOf, missing, put, QUESTIONS, textAt, listAt, type Item, type Path } from "./doc.ts";
import { savedDraft, saveDraft, type Draft } from "./draft.ts";
import { fieldId, type Editing } from "./fields.tsx";
import { History, Kiosks } from "./history.tsx";
import { Idle, Look } from "./look.tsx";
import { Twice } from "../manage/twice.tsx";
import { Preview, type Refusal } from "./preview.tsx";
import { Publish, sayDifference } from "./publish.tsx";
import { Questions } from "./questions.tsx";
import { Source } from "./source.tsx";
import { ToldCard } from "./told.tsx";
import { pathOfView, readView, viewAddress, type View } from "./view.ts";
import { useSurveyWords } from "./words.ts";
import { readRefusal, writeYaml } from "./yaml.ts";

const TEMPLATES = { everyday, expectations, skm };
const TABS = ["questions", "idle", "look", "source"] as const;
type Tab = (typeof TABS)[number];
const LOOK_MS = 3000; // kiosks take a document when nobody stands there
const INDENT = "\u2003";

interface Props {
  session: Session;
  query: URLSearchParams;
  signedOut: () => void;
}

export function SurveyPage(props: Props) {
  return ["head-office", "admin"].includes(props.session.user.role) ? <Office {...props} /> : <Branch {...props} />;
}

/** Who runs a branch says what its kiosks tell of alerts; the rest is head office's. */
function Branch({ session, query }: Props) {
  const { w } = useSurveyWords();
  const branches = session.places.filter(({ kind }) => kind === "branch");
  const place = branches.find(({ id }) => id === query.get("place")) ?? branches[0];
  useEffect(() => {
    document.title = w.messages;
  }, [w]);
  return (
    <main id="content" class="page survey" tabIndex={-1}>
      <div class="survey-head">
        <h1>{place?.name ?? w.messages}</h1>
        {place && <a href={addressOf("today", { place: place.id })} onClick={follow(addressOf("today", { place: place.id }))}>{w.today}</a>}
      </div>
      {place && <ToldCard place={place.id} tz={Intl.DateTimeFormat().resolvedOptions().timeZone} languages={["id", "en"]} ownFile={false} mayTell={session.user.role !== "viewer"} />}
    </main>
  );
}

function Office({ session, query, signedOut }: Props) {
  const { t, w } = useSurveyWords();
  const view = readView(query, session.places[0]?.id ?? "");
  const places = useReport<{ places: Managed[] }>("manage/places");
  const kiosks = useReport<{ kiosks: Managed[] }>("manage/kiosks");
  const loaded = useReport<Content>(pathOfView(view));
  useEffect(() => {
    document.title = `${w.title} \u00b7 ${t.manage}`;
  }, [w, t]);
  useEffect(() => {
    if ([places, kiosks, loaded].some(({ failure }) => failure?.kind === "auth")) signedOut();
  }, [places.failure, kiosks.failure, loaded.failure]);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || loaded.again(), LOOK_MS);
    return () => clearInterval(timer);
  }, [view.kind, view.id]);
  const here = loaded.data && loaded.data.for.id === view.id && loaded.data.for.kind === view.kind ? loaded.data : null;
  const mine = (places.data?.places ?? []).filter(({ mine: own }) => own);
  return (
    <main id="content" class="page survey" tabIndex={-1}>
      <div class="survey-head">
        <h1>{w.title}</h1>
        <label class="aim">
          <span>{w.choose}</span>
          <select data-testid="survey-of" value={`${view.kind}:${view.id}`} onChange={(event) => {
            const [kind, id = ""] = event.currentTarget.value.split(":");
            go(viewAddress({ kind: kind === "kiosk" ? "kiosk" : "place", id }));
          }}>
            <optgroup label={w.places}>
              {treeOf(mine).map(([each, depth]) => <option key={idOf(each)} value={`place:${idOf(each)}`}>{INDENT.repeat(depth) + word(each.item, "name")}</option>)}
            </optgroup>
            <optgroup label={w.kiosks}>
              {(kiosks.data?.kiosks ?? []).filter(({ version }) => version !== "").map((each) => <option key={idOf(each)} value={`kiosk:${idOf(each)}`}>{word(each.item, "name") || idOf(each)} ({idOf(each)})</option>)}
            </optgroup>
          </select>
        </label>
        <a href={addressOf("manage")} onClick={follow(addressOf("manage"))}>{w.manage}</a>
      </div>
      {here ? (
        <Editor key={`${view.kind}:${view.id}`} user={session.user.name} view={view} content={here} again={loaded.again} branch={view.kind === "place" && session.places.some(({ id, kind }) => id === view.id && kind === "branch")} signedOut={signedOut} />
      ) : loaded.failure ? (
        <section class="card notice" role="alert">
          <h2>{failureText(loaded.failure, t)}</h2>
          <button type="button" class="primary" onClick={loaded.again}>{t.retry}</button>
        </section>
      ) : (
        <p class="hint" role="status">{t.loading}</p>
      )}
    </main>
  );
}

const begun = (content: Content): Draft => ({ doc: content.content ?? {}, text: content.yaml || null, unread: false, seen: content.version });

interface EditorProps {
  user: string;
  view: View;
  content: Content;
  branch: boolean;
  again: () => void;
  signedOut: () => void;
}

function Editor({ user, view, content, branch, again, signedOut }: EditorProps) {
  const text = useSurveyWords();
  const { t, w, stamp } = text;
  const [draft, setDraft] = useState<Draft>(() => savedDraft(user, view.kind, view.id) ?? begun(content));
  const [base, setBase] = useState<Content>(content); // what the draft began with, as far as it is known
  const [changed, setChanged] = useState(() => savedDraft(user, view.kind, view.id) !== null);
  const [kept, setKept] = useState(true);
  const [former, setFormer] = useState<Draft | null>(null); // what a template or a version has taken the place of
  const [tab, setTab] = useState<Tab>("questions");
  const [open, setOpen] = useState<number | null>(0);
  const [screen, setScreen] = useState("");
  const [wrong, setWrong] = useState<{ path: Path; text: string; line: number; unread?: boolean } | null>(null);
  const [atWrong, setAtWrong] = useState<string | null>(null);
  const [publishing, setPublishing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [said, setSaid] = useState("");
  const lacking = useRef(0);
  const written = useMemo(() => (draft.text === null ? writeYaml(draft.doc) : { text: draft.text, paths: null }), [draft]);
  const replaced = useRef<Content | null>(null); // by what was published here: what is in force now is still to come
  const stale = changed && content.version !== draft.seen && content !== replaced.current;

  // What somebody else has put in force is taken over as long as nothing is written here: at once, so that nothing can be
  // written between looking and taking.
  useLayoutEffect(() => {
    if (!changed && (content.version !== base.version || content.yaml !== base.yaml)) setDraft(begun(content));
    if (!changed) setBase(content);
  }, [content]);

  const latest = useRef({ draft, content });
  latest.current = { draft, content };
  const edits = useRef(0); // an answer to a reading counts only if nothing was edited since
  const keep = (next: Draft) => {
    edits.current++;
    setDraft(next);
    setChanged(true);
    setKept(saveDraft(user, view.kind, view.id, next));
    setSaid("");
    setFailure(null);
  };
  const drop = (now: Content) => {
    edits.current++;
    saveDraft(user, view.kind, view.id, null);
    setDraft(begun(now));
    setBase(now);
    setChanged(false);
    setFormer(null);
    setWrong(null);
    setPublishing(false);
  };
  const ed: Editing = {
    doc: draft.doc,
    set: (path, value) => {
      setWrong((was) => (was && (was.unread || keyOf(was.path).startsWith(keyOf(path))) ? null : was));
      if (draft.unread) setFormer(draft); // the form does not have what was typed
      keep({ ...draft, doc: put(draft.doc, path, value), text: null, unread: false });
    },
    error: (path) => (wrong && keyOf(wrong.path) === keyOf(path) ? wrong.text : null),
    looking: setScreen,
  };

  // Beside the field that it is about, as far as there is one: of a line, or of a question that is named.
  const mark = ({ detail, english }: Refusal, jump: boolean) => {
    const found = readRefusal(english);
    const why = found?.text ?? english;
    const named = /question '([a-z0-9-]+)'/.exec(why)?.[1];
    const i = listAt(draft.doc, QUESTIONS).findIndex((each) => textAt(each, ["id"]) === named);
    const first = why.split(/[ :.]/)[0] ?? "";
    const of = named && i >= 0 ? [...QUESTIONS, i] : found?.line && written.paths ? (written.paths[found.line - 1] ?? []) : ["promise", "theme", "languages", "hours", "messages"].includes(first) ? [first] : [];
    const path = of[0] === "survey" && of[1] === "questions" && of.length === 4 && of[3] === "id" && !/'id'/.test(why) ? of.slice(0, 3) : of;
    setWrong({ path, text: readRefusal(detail)?.text ?? detail, line: found?.line ?? 0 });
    if (!jump) return;
    setTab(draft.text !== null || path.length === 0 ? "source" : path[0] === "survey" && path[1] === "questions" ? "questions" : ["promise", "tally", "messages"].includes(String(path[0])) ? "idle" : "look");
    if (path[1] === "questions" && typeof path[2] === "number") setOpen(path[2]);
    requestAnimationFrame(() => path.map((_, i) => document.getElementById(fieldId(path.slice(0, path.length - i)))).find((each) => each !== null)?.focus()); // the nearest that there is
  };

  const send = async (at: string, dry: boolean): Promise<boolean> => {
    setBusy(true);
    setAtWrong(null);
    const result = await postJson<Changes>(`/api/v1/${pathOfView(view)}${dry ? "?dry=1" : ""}`, { yaml: written.text, seen: draft.seen, ...(at ? { at } : {}) });
    setBusy(false);
    setFailure(null);
    if (result.ok) return true;
    const problem = result.failure;
    if (problem.kind === "auth") signedOut();
    else if (problem.kind === "problem" && problem.field === "at") setAtWrong(problem.detail);
    else if (problem.kind === "problem" && problem.status === 412) {
      again();
      setPublishing(false);
    } else if (problem.kind === "problem" && problem.field === "yaml") {
      setPublishing(false);
      setSaid(w.wrongPlace);
      mark(problem, true);
    } else setFailure(problem);
    return false;
  };
  const publish = async (at: string) => {
    const sent = written.text;
    if (!(await send(at, false))) return;
    const now = await getJson<Content>(`/api/v1/${pathOfView(view)}`);
    if (now.ok && sent === (latest.current.draft.text ?? writeYaml(latest.current.draft.doc).text)) drop(now.value);
    else if (now.ok) { // what was written meanwhile is kept, as a draft of what is in force now
      const rest = { ...latest.current.draft, seen: now.value.version };
      replaced.current = latest.current.content;
      setDraft(rest);
      setKept(saveDraft(user, view.kind, view.id, rest));
      setBase(now.value);
      setPublishing(false);
    }
    setSaid(at ? w.plannedNow : w.published);
    again();
  };
  const act = async (path: string, body: object, words: string) => {
    const result = await postJson<unknown>(`/api/v1/${path}`, body);
    setFailure(result.ok ? null : result.failure);
    if (result.ok) setSaid(words);
    again();
  };
  const take = async (query: string, words: string) => {
    const result = await getJson<Content>(`/api/v1/${pathOfView(view)}?${query}`);
    if (!result.ok) return setFailure(result.failure);
    if (await replace(result.value.yaml)) setSaid(words);
  };
  const replace = async (yaml: string) => {
    const was = changed ? draft : null;
    const taken = await read(yaml);
    if (taken) setFormer(was);
    return taken;
  };
  // A text becomes what the form shows by the server's reader. What cannot be read is kept as a text. False: nothing has
  // taken the place of the draft, since it was edited meanwhile or the server was not reached.
  const read = async (yaml: string): Promise<boolean> => {
    const mine = ++edits.current;
    const result = await postJson<{ content: Item }>("/api/v1/content/read", { yaml });
    if (edits.current !== mine) return false;
    if (result.ok) {
      setWrong((was) => (was?.unread ? null : was)); // what else is wrong the preview tells
      keep({ ...latest.current.draft, doc: isItem(result.value.content) ? result.value.content : {}, text: yaml, unread: false });
    } else if (result.failure.kind === "problem" && result.failure.field === "yaml") {
      keep({ ...latest.current.draft, text: yaml, unread: true });
      const found = readRefusal(result.failure.detail);
      setWrong({ path: [], text: found?.text ?? result.failure.detail, line: found?.line ?? 0, unread: true });
    } else {
      if (result.failure.kind === "auth") signedOut();
      else setFailure(result.failure);
      return false;
    }
    return true;
  };

  // What is typed is read after a pause, unless something was edited, or is taking its place, since.
  const typed = (yaml: string) => {
    keep({ ...draft, text: yaml, unread: true });
    const mine = edits.current;
    return () => void (edits.current === mine && read(yaml));
  };
  useEffect(() => {
    if (draft.unread && draft.text !== null) void read(draft.text); // the page was left before it was
  }, []);

  const gaps = missing(draft.doc);
  const nextGap = () => {
    const gap = gaps[lacking.current++ % gaps.length]!;
    setTab(gap.path[0] === "survey" ? "questions" : "idle");
    if (typeof gap.path[2] === "number") setOpen(gap.path[2]);
    requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById(fieldId([...gap.path, gap.lang]))?.focus()));
  };
  const from = content.from;
  return (
    <>
      <div class="survey-state card">
        <p data-testid="from">{from === null ? w.ownFile : content.version > 0 ? w.ownFrom(from.version, from.by, stamp(from.since, content.tz)) : w.fromAbove(from.name, from.version)}</p>
        <div class="state-row">
          <span data-testid="draft-state" data-changed={changed}>{changed ? (kept ? w.draftKept : w.draftNotKept) : from && w.same}</span>
          <span data-testid="missing" class={gaps.length ? "warn" : ""}>{gaps.length ? w.missingCount(gaps.length) : w.allThere}</span>
          {gaps.length > 0 && <button type="button" class="link" data-testid="next-missing" onClick={nextGap}>{w.missingFirst}</button>}
        </div>
        <div class="state-actions">
          <button type="button" class="primary" data-testid="publish" aria-disabled={busy || stale} onClick={() => busy || stale || void send("", true).then((good) => good && setPublishing(true))}>{w.publish}</button>
          {changed && <Twice id="drop-draft" words={w.dropDraft} sure={w.dropSure} hint={w.dropHint} press={() => drop(content)} />}
          {former && <button type="button" class="tool" data-testid="bring-back" onClick={() => {
            keep(former);
            setFormer(null);
          }}>{w.bringBack}</button>}
          <label class="template">
            <span class="vh">{w.begin}</span>
            <select data-testid="template" value="" onChange={(event) => void replace(TEMPLATES[event.currentTarget.value as keyof typeof TEMPLATES])}>
              <option value="">{w.begin}{"\u2026"}</option>
              {(Object.keys(TEMPLATES) as (keyof typeof TEMPLATES)[]).map((each) => <option key={each} value={each}>{w.templates[each]}</option>)}
            </select>
          </label>
        </div>
        <p class="done" role="status" data-testid="done">{said}</p>
        {failure && <p class="error" role="alert" data-testid="failure">{failureText(failure, t)}</p>}
        {stale && (
          <div class="gaps" role="alert" data-testid="conflict">
            <b>{w.newer(content.version)}</b>
            <ul>{differences(base.content ?? {}, content.content ?? {}).slice(0, 6).map((each) => <li key={keyOf(each.path)}>{sayDifference(each, text)}</li>)}</ul>
            <span class="actions">
              <button type="button" data-testid="go-on" onClick={() => {
                keep({ ...draft, seen: content.version });
                setBase(content);
              }}>{w.goOn}</button>
              <button type="button" data-testid="take-theirs" onClick={() => drop(content)}>{w.takeTheirs}</button>
            </span>
          </div>
        )}
      </div>
      {publishing && <Publish content={content} doc={draft.doc} busy={busy} atWrong={atWrong} go={(at) => void publish(at)} close={() => setPublishing(false)} />}
      <div class="survey-split">
        <section class="card form-side" aria-label={w.parts}>
          <nav class="tabs" aria-label={w.parts}>
            {TABS.map((each) => <button key={each} type="button" data-testid={`part-${each}`} aria-current={each === tab ? "true" : undefined} onClick={() => setTab(each)}>{w.tabs[each]}</button>)}
          </nav>
          {wrong && wrong.path.length === 0 && tab !== "source" && <p class="error" role="alert">{wrong.text}</p>}
          {tab === "questions" && <Questions ed={ed} open={open} setOpen={setOpen} />}
          {tab === "idle" && <Idle ed={ed} />}
          {tab === "look" && <Look ed={ed} />}
          {tab === "source" && <Source text={written.text} wrong={wrong} typed={typed} />}
        </section>
        <div class="preview-side">
          <Preview doc={draft.doc} text={written.text} screen={screen} look={setScreen} signedOut={signedOut} refused={(refusal) => (refusal ? mark(refusal, false) : setWrong(null))} />
        </div>
      </div>
      <div class="survey-below">
        <Kiosks content={content} />
        <History content={content} open={(version) => void take(`version=${version}`, w.opened(version))} openPlan={(id) => void take(`plan=${id}`, "")} withdraw={(id) => void act(`content/plans/${id}/withdraw`, {}, w.withdrawn)} clear={() => void act(`${pathOfView(view)}/clear`, { seen: content.version }, w.cleared)} />
        {branch && <ToldCard place={view.id} tz={content.tz} languages={languagesOf(draft.doc)} ownFile={from === null} mayTell />}
      </div>
    </>
  );
}
