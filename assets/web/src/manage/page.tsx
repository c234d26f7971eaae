// Manage: from here head office runs the organisation. A tab for each kind of thing: what there is at the left, what is open at
// the right. All of it is in the address. What is saved goes the way of the configuration's document (aggregator/manage.h).
import "../trends/trends.css";
import "./manage.css";
import type { Managed, Session } from "../api.ts";
import { addressOf, follow, go, lazy, useEffect, useRef, useState } from "../kit.ts";
import { useReport } from "../trends/report.ts";
import { KiosksTab } from "./kiosks.tsx";
import { Waiting } from "./parts.tsx";
import { PlacesTab } from "./places.tsx";
import { TokensTab } from "./tokens.tsx";
import { keepFor } from "./typed.ts";
import { UsersTab } from "./users.tsx";
import { readView, tabsOf, viewAddress, type Tab, type View } from "./view.ts";
import { useManageWords } from "./words.ts";

export * from "./tools.ts"; // for tabs in files of their own

interface Props {
  session: Session;
  query: URLSearchParams;
  signedOut: () => void;
}

export interface TabProps {
  session: Session;
  view: View;
  places: Managed[];
  set: (change: Partial<View>) => void;
  changed: () => void; // of the places
  say: (words: string) => void; // what was done, for eyes and readers of screens
  signedOut: () => void;
}

const TAB: Record<Tab, preact.FunctionComponent<TabProps>> = {
  places: PlacesTab,
  kiosks: KiosksTab,
  calendars: lazy("calendars", async () => (await import("./calendars.tsx")).CalendarsTab, true),
  standards: lazy("standards", async () => (await import("./standards.tsx")).StandardsTab, true),
  channels: lazy("channels", async () => (await import("./channels.tsx")).ChannelsTab, true),
  mailings: lazy("mailings", async () => (await import("./mailings.tsx")).MailingsTab, true),
  users: UsersTab,
  tokens: TokensTab,
  log: lazy("log", async () => (await import("./log.tsx")).LogTab, true),
};

export function ManagePage({ session, query, signedOut }: Props) {
  const { t, w } = useManageWords();
  keepFor(session.user.name);
  const tabs = tabsOf(session.user.role);
  const view = readView(query, tabs);
  const places = useReport<{ places: Managed[] }>("manage/places");
  const [said, setSaid] = useState("");
  useEffect(() => {
    document.title = `${w.tabs[view.tab]} \u00b7 ${t.manage}`;
  }, [w, t, view.tab]);
  useEffect(() => {
    if (places.failure?.kind === "auth") signedOut();
  }, [places.failure]);
  useEffect(() => setSaid(""), [view.tab]);
  const nav = useRef<HTMLElement>(null);
  useEffect(() => nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" }), [view.tab]); // on a phone the row of tabs is longer than the screen
  const Shown = TAB[view.tab];
  return (
    <main id="content" class="page manage" tabIndex={-1}>
      <div class="manage-head">
        <h1>{t.manage}</h1>
        <nav class="tabs" ref={nav} aria-label={w.parts}>
          {tabs.map((each) => {
            const address = viewAddress({ tab: each, place: "", id: "" });
            return <a key={each} href={address} data-testid={`tab-${each}`} aria-current={each === view.tab ? "page" : undefined} onClick={follow(address)}>{w.tabs[each]}</a>;
          })}
          <a href={addressOf("survey")} data-testid="tab-survey" onClick={follow(addressOf("survey"))}>{w.survey}</a>
        </nav>
      </div>
      <p class="done" role="status" data-testid="done">{said}</p>
      {places.data ? (
        <Shown key={view.tab} session={session} view={view} places={places.data.places} set={(change) => go(viewAddress({ ...view, take: "", ...change }))} changed={places.again} say={setSaid} signedOut={signedOut} />
      ) : (
        <Waiting failure={places.failure} again={places.again} />
      )}
    </main>
  );
}
