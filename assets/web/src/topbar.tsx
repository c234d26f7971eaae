import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Session } from "./api.ts";
import type { Lang } from "./settings.ts";
import { addressOf, follow, type PageName } from "./route.ts";
import { Switches } from "./switches.tsx";
import { lazy } from "./lazy.tsx";
import { useText } from "./text.ts";

const AccountMenu = lazy("account", async () => (await import("./account/menu.tsx")).AccountMenu, true);

interface Props {
  session: Session;
  page: PageName;
  place: string | null;
  setLang: (lang: Lang) => void;
  signOut: () => void;
}

export function Topbar({ session, page, place, setLang, signOut }: Props) {
  const { t } = useText();
  // Trends begin with all one may see; back at today one finds the branch that was shown last.
  const branch = session.places.find(({ id, kind }) => id === place && kind === "branch");
  const pages: ["today" | "trends" | "alerts" | "improve" | "backtest" | "manage", string][] = [["today", addressOf("today", branch && { place: branch.id })], ["trends", addressOf("trends")], ["alerts", addressOf("alerts")], ["improve", addressOf("improve")], ["backtest", addressOf("backtest")]];
  const alerts = session.places[0]?.openAlerts ?? 0; // the first is above all the others
  if (["head-office", "admin"].includes(session.user.role)) pages.push(["manage", addressOf("manage")]);
  return (
    <div class="topbar" role="banner">
      <a class="skip" href="#content">{t.skip}</a>
      <div class="inner">
        <span class="org-mark" aria-hidden="true">{initials(session.org.name).slice(0, 1)}</span>
        <span class="org">{session.org.name}</span>
        {session.user.name && <nav aria-label={t.pages}>
          {pages.map(([name, address]) => (
            <a key={name} href={address} data-testid={`nav-${name}`} aria-current={name === page || (name === "manage" && page === "survey") ? "page" : undefined} onClick={follow(address)}>{t[name]}{name === "alerts" && alerts > 0 && <b class="count">{alerts}</b>}</a>
          ))}
        </nav>}
        <span class="gap" />
        <Switches setLang={setLang} />
        {session.user.name && <Account session={session} place={place} signOut={signOut} poster={addressOf("poster", branch && { place: branch.id })} />}
      </div>
    </div>
  );
}

function Account(props: Pick<Props, "session" | "place" | "signOut"> & { poster: string }) {
  const { t } = useText();
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const { display } = props.session.user;
  useLayoutEffect(() => {
    if (!open) return;
    const away = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      box.current?.querySelector("button")?.focus();
    };
    addEventListener("pointerdown", away);
    addEventListener("focusin", away);
    addEventListener("keydown", key);
    return () => {
      removeEventListener("pointerdown", away);
      removeEventListener("focusin", away);
      removeEventListener("keydown", key);
    };
  }, [open]);
  return (
    <div class="account" ref={box}>
      <button type="button" class="avatar" data-testid="account" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span aria-hidden="true">{initials(display)}</span>
        <b class="vh">{t.account(display)}</b>
      </button>
      {open && <AccountMenu {...props} />}
    </div>
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return ((words[0]?.[0] ?? "") + (words.length > 1 ? (words[words.length - 1]?.[0] ?? "") : "")).toUpperCase();
}
