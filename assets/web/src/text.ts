// The language of the page, its catalogue and its formats, handed down by context.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Texts } from "./api.ts";
import { makeFormat, type Format } from "./format.ts";
import { en, type Messages } from "./locales/en.ts";
import { id } from "./locales/id.ts";
import type { Lang } from "./settings.ts";

export const CATALOGUES: Record<Lang, Messages> = { en, id };

export interface Text {
  lang: Lang;
  t: Messages;
  f: Format;
}

export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

export function makeText(lang: Lang, tz: string): Text {
  const t = CATALOGUES[lang];
  return { lang, t, f: makeFormat(lang, tz, t) };
}

export const TextContext = createContext<Text>(makeText("en", "UTC"));
export const useText = (): Text => useContext(TextContext);

/** A text of the survey or of a rule in the reader's language, else in one that exists. */
export const pick = (texts: Texts, lang: Lang): string => texts[lang] ?? texts["en"] ?? Object.values(texts)[0] ?? "";
