// Language and theme: two switches that stand in the top bar and on the sign-in page.
import { Icon } from "./icons.tsx";
import { LANGS, type Lang } from "./settings.ts";
import { CATALOGUES, useText } from "./text.ts";
import { useTheme } from "./theme.ts";

export function Switches({ setLang }: { setLang: (lang: Lang) => void }) {
  const { t, lang } = useText();
  const [theme, toggle] = useTheme();
  const next = LANGS[(LANGS.indexOf(lang) + 1) % LANGS.length] ?? "en";
  return (
    <>
      <button type="button" class="quiet" data-testid="theme-switch" data-theme-now={theme} aria-label={theme === "dark" ? t.toLight : t.toDark} onClick={toggle}>
        <Icon name={theme === "dark" ? "sun" : "moon"} />
      </button>
      <button
        type="button"
        class="langs"
        data-testid="lang-switch"
        data-lang={lang}
        onClick={() => setLang(next)}
      >
        <span class="vh">{t.switchLang(t.name, CATALOGUES[next].name)}</span>
        {LANGS.map((each) => <span key={each} aria-hidden="true" class={each === lang ? "on" : ""}>{each.toUpperCase()}</span>)}
      </button>
    </>
  );
}
