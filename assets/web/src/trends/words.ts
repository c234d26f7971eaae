// The words of this page, with its numbers and dates, in both languages: a key that one lacks is a compile error.
import { useText } from "../kit.ts";
import type { Lang } from "../settings.ts";
import type { Text } from "../text.ts";
import { en } from "./words-en.ts";
import { id } from "./words-id.ts";
import { numbersOf, type Numbers } from "./numbers.ts";

export type Words = typeof en;
const WORDS: Record<Lang, Words> = { en, id };

export interface Said extends Text {
  w: Words;
  num: Numbers;
}

export function useWords(): Said {
  const text = useText();
  return { ...text, w: WORDS[text.lang], num: numbersOf(text.lang) };
}
