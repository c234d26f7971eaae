// What is being written, kept in this browser until it is published or dropped: over a reload, a lost session, another page.
import { isItem, type Item } from "./doc.ts";

export interface Draft {
  doc: Item;
  text: string | null; // as it was written, when the form has not changed it since: with its comments
  unread: boolean; // the text is newer than what the form shows: it was typed and has not been read yet, or cannot be
  seen: number; // the version in force that it began with
}

const key = (user: string, kind: string, id: string): string => `puas-survey:${user}:${kind}:${id}`;

export function savedDraft(user: string, kind: string, id: string): Draft | null {
  try {
    const saved: unknown = JSON.parse(localStorage.getItem(key(user, kind, id)) ?? "null");
    if (!isItem(saved) || !isItem(saved["doc"]) || typeof saved["seen"] !== "number") return null;
    return { doc: saved["doc"], text: typeof saved["text"] === "string" ? saved["text"] : null, unread: saved["unread"] === true, seen: saved["seen"] };
  } catch {
    return null; // not ours, or no storage
  }
}

/** False: the browser keeps nothing. */
export function saveDraft(user: string, kind: string, id: string, draft: Draft | null): boolean {
  try {
    if (draft) localStorage.setItem(key(user, kind, id), JSON.stringify(draft));
    else localStorage.removeItem(key(user, kind, id));
    return true;
  } catch {
    return false;
  }
}
