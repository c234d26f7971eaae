// Light or dark: the system's wish until the reader chooses. The choice lives on the root element, where the CSS reads it.
import { useEffect, useState } from "preact/hooks";
import { savedTheme, saveTheme, type Theme } from "./settings.ts";

const system = matchMedia("(prefers-color-scheme: dark)");

const wanted = (): Theme => savedTheme() ?? (system.matches ? "dark" : "light");

export const applyTheme = (theme: Theme = wanted()): void => {
  document.documentElement.dataset["theme"] = theme;
};

export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState(wanted);
  useEffect(() => applyTheme(theme), [theme]);
  useEffect(() => {
    const follow = () => setTheme(wanted());
    system.addEventListener("change", follow);
    return () => system.removeEventListener("change", follow);
  }, []);
  const toggle = () => {
    const next = theme === "dark" ? "light" : "dark";
    saveTheme(next);
    setTheme(next);
  };
  return [theme, toggle];
}
