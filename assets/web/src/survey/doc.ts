// The document as the form sees it: reading and writing at a path, its languages, what is missing. What the form does not show
// stays as it is. Pure.
export type Item = Record<string, unknown>;
export type Path = readonly (string | number)[];

export const keyOf = (path: Path): string => path.join("/");
export const isItem = (value: unknown): value is Item => typeof value === "object" && value !== null && !Array.isArray(value);

export function at(doc: unknown, path: Path): unknown {
  let value = doc;
  for (const step of path) value = typeof value === "object" && value !== null ? (value as Record<string | number, unknown>)[step] : undefined;
  return value;
}
export const textAt = (doc: unknown, path: Path): string => {
  const value = at(doc, path);
  return value === undefined || value === null || typeof value === "object" ? "" : String(value);
};
export const itemAt = (doc: unknown, path: Path): Item => {
  const value = at(doc, path);
  return isItem(value) ? value : {};
};
export const listAt = (doc: unknown, path: Path): unknown[] => {
  const value = at(doc, path);
  return Array.isArray(value) ? value : [];
};

/** A copy with the value at the path; undefined, "" and what is empty by then: not there. */
export function put(doc: Item, path: Path, value: unknown): Item {
  const [step, ...rest] = path;
  if (step === undefined) return doc;
  const inner = rest.length === 0 ? value : Array.isArray(doc[step]) ? putList(doc[step] as unknown[], rest, value) : put(isItem(doc[step]) ? (doc[step] as Item) : {}, rest, value);
  const empty = inner === undefined || inner === "" || (isItem(inner) && Object.keys(inner).length === 0) || (Array.isArray(inner) && inner.length === 0);
  if (!empty) return { ...doc, [step]: inner };
  const { [step]: _gone, ...others } = doc;
  return others;
}

function putList(list: unknown[], path: Path, value: unknown): unknown[] {
  const [step, ...rest] = path;
  return list.map((each, i) => (i !== step ? each : rest.length === 0 ? value : isItem(each) ? put(each, rest, value) : each));
}

export const QUESTIONS: Path = ["survey", "questions"];
export const TYPES = ["faces", "choice", "text", "nps", "number", "contact"] as const;
export type QuestionType = (typeof TYPES)[number];
export const LANGUAGES = ["id", "en", "jv", "su", "ar", "hi", "th", "zh"]; // those that kiosks have a catalogue of
export const KNOWN_OPTIONS = ["wait", "counters", "unclear", "staff", "procedure", "opening-hours", "room", "other"]; // a catalogue has their words
export const COLOURS = ["accent", "on_accent", "ink", "soft", "faint", "back_top", "back_bottom", "glow", "card", "card_low", "edge", "icon", "field", "focus", "face_1", "face_2", "face_3", "face_4", "face_5"];

export const languagesOf = (doc: Item): string[] => {
  const list = listAt(doc, ["languages"]).map(String);
  return list.length ? list : ["en", "id"];
};
export const typeOf = (question: unknown): QuestionType => TYPES.find((each) => each === textAt(question, ["type"])) ?? "faces";
export const levelsOf = (question: unknown): number => (typeOf(question) === "nps" ? 11 : Number(textAt(question, ["of"]) || 5));

/** Words that stand in the form: where, and whether every language needs them. */
export interface Worded {
  path: Path;
  needed: boolean;
}
export function worded(doc: Item): Worded[] {
  const all: Worded[] = [{ path: ["promise"], needed: false }];
  listAt(doc, ["messages"]).forEach((_, i) => (["said", "did"] as const).forEach((part) => all.push({ path: ["messages", i, part], needed: true })));
  listAt(doc, QUESTIONS).forEach((question, i) => {
    const here = [...QUESTIONS, i];
    all.push({ path: [...here, "title"], needed: false }, { path: [...here, "hint"], needed: false });
    if (typeOf(question) === "contact") all.push({ path: [...here, "purpose"], needed: false });
    listAt(question, ["options"]).forEach((option, k) => all.push({ path: [...here, "options", k, "text"], needed: !KNOWN_OPTIONS.includes(textAt(option, ["id"])) }));
  });
  return all;
}
/** Languages in which words are missing: all have them, or none where the kiosk has words of its own. */
export function missingIn(doc: Item, { path, needed }: Worded): string[] {
  const words = itemAt(doc, path);
  const used = Object.keys(words).length > 0;
  return used || needed ? languagesOf(doc).filter((lang) => textAt(words, [lang]).trim() === "") : [];
}
export function missing(doc: Item): { path: Path; lang: string }[] {
  return worded(doc).flatMap((each) => missingIn(doc, each).map((lang) => ({ path: each.path, lang })));
}

/** An id that no other question has. */
export function freeId(wanted: string, taken: readonly string[]): string {
  for (let n = 1; ; n++) {
    const id = n === 1 ? wanted : `${wanted}-${n}`;
    if (!taken.includes(id)) return id;
  }
}
export function newQuestion(type: QuestionType, taken: readonly string[]): Item {
  const name: Record<QuestionType, string> = { faces: "overall", choice: "why", text: "comment", nps: "recommend", number: "ticket", contact: "reach" };
  const more: Partial<Record<QuestionType, Item>> = { choice: { options: [{ id: "wait" }, { id: "staff" }] }, contact: { keep_days: 30 }, number: { digits: 4 }, faces: { of: 5 } };
  return { id: freeId(name[type], taken), type, ...more[type] };
}

/** "1-2,4" -> [1, 2, 4], and back. */
export const scoresOf = (text: string): number[] =>
  text.split(",").flatMap((part) => {
    const [from = 0, to = from] = part.trim().split("-").map(Number);
    return from > 0 && to >= from && to < 20 ? Array.from({ length: to - from + 1 }, (_, i) => from + i) : [];
  });
export function scoreText(scores: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const score of [...scores].sort((a, b) => a - b)) {
    const last = runs[runs.length - 1];
    if (last && last[1] === score - 1) last[1] = score;
    else runs.push([score, score]);
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(",");
}

// ---------------------------------------------------------------- what differs

export interface Difference {
  path: Path;
  was: unknown;
  is: unknown;
}
const plain = (value: unknown): string => JSON.stringify(value ?? null);

/** Leaves that differ; questions and options are compared by their id, not by where they stand. */
export function differences(was: unknown, is: unknown, path: Path = []): Difference[] {
  if (plain(was) === plain(is)) return [];
  if (isItem(was) && isItem(is)) return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((key) => differences(was[key], is[key], [...path, key]));
  if (Array.isArray(was) && Array.isArray(is) && [...was, ...is].every((each) => textAt(each, ["id"]) !== "")) {
    const ids = (list: unknown[]) => list.map((each) => textAt(each, ["id"]));
    const of = (list: unknown[], id: string) => list.find((each) => textAt(each, ["id"]) === id);
    const inner = [...new Set([...ids(was), ...ids(is)])].flatMap((id) => differences(of(was, id), of(is, id), [...path, id]));
    const both = (list: unknown[], other: unknown[]) => ids(list).filter((id) => ids(other).includes(id));
    const order = plain(both(was, is)) === plain(both(is, was)) ? [] : [{ path: [...path, "order"], was: ids(was).join(", "), is: ids(is).join(", ") }];
    return [...inner, ...order];
  }
  return [{ path, was, is }];
}
