// What the account's button opens: who is signed in, messages on this device, the poster, the way out. A file of its own.
import type { Session } from "../api.ts";
import { useText } from "../kit.ts";
import { PushSwitch } from "./push.tsx";
import { words } from "./words.ts";
import "./account.css";

interface Props {
  session: Session;
  place: string | null;
  poster: string; // address
  signOut: () => void;
}

export function AccountMenu({ session, place, poster, signOut }: Props) {
  const { t, lang } = useText();
  const w = words[lang];
  return (
    <div class="menu">
      <b>{session.user.display}</b>
      <small>{t.role[session.user.role]}</small>
      <a href={poster} data-testid="to-poster">{w.poster}</a>
      <PushSwitch session={session} place={place} />
      <button type="button" data-testid="sign-out" onClick={signOut}>{w.signOut}</button>
      <small>{w.version(session.version)}</small>
    </div>
  );
}
