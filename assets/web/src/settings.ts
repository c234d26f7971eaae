// What this browser remembers: language, theme, the last place. Storage may be forbidden; then nothing is remembered.
export type Lang = "en" | "id";
export type Theme = "light" | "dark";

export const LANGS: readonly Lang[] = ["id", "en"];

function read(key: string): string | null {
  try {
    return localStorage.getItem(`puas.${key}`);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(`puas.${key}`, value);
  } catch {
    // private mode: the choice lasts as long as the page
  }
}

const isLang = (value: string | null | undefined): value is Lang => value === "en" || value === "id";

/** The choice made here, else the browser's language. */
export function savedLang(): Lang | null {
  const saved = read("lang");
  return isLang(saved) ? saved : null;
}
export function browserLang(): Lang {
  for (const tag of navigator.languages) {
    const base = tag.slice(0, 2).toLowerCase();
    if (base === "in" || base === "ms") return "id";
    if (isLang(base)) return base;
  }
  return "en";
}
export const asLang = (value: string): Lang | null => (isLang(value) ? value : null);
export const saveLang = (lang: Lang): void => write("lang", lang);

export function savedTheme(): Theme | null {
  const saved = read("theme");
  return saved === "light" || saved === "dark" ? saved : null;
}
export const saveTheme = (theme: Theme): void => write("theme", theme);

export const savedPlace = (): string | null => read("place");
export const savePlace = (id: string): void => write("place", id);
