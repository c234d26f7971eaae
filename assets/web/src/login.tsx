// Sign in. What was typed stays on every failure; the address stays, so that one comes back to where one was.
import "./login.css";
import type { Login } from "./api.ts";
import type { Level } from "./face.tsx";
import type { Failure } from "./http.ts";
import { Face, failureText, FieldError, postJson, Switches, useEffect, useLayoutEffect, useRef, useState, useText } from "./kit.ts";
import { LOGIN_WORDS } from "./login-words.ts";
import type { Lang } from "./settings.ts";

const ROW: readonly Level[] = [5, 4, 3, 2, 1];

interface Props {
  expired: boolean; // there was a session before
  setLang: (lang: Lang) => void;
  done: () => Promise<void>;
}

export function LoginPage({ expired, setLang, done }: Props) {
  const { t, lang } = useText();
  const w = LOGIN_WORDS[lang];
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [missing, setMissing] = useState<keyof Login | null>(null);
  const user = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const wait = useCountdown(failure?.kind === "limited" ? failure : null);

  useEffect(() => {
    const before = document.title;
    document.title = `${w.signIn} · Puas`;
    return () => {
      document.title = before;
    };
  }, [w]);

  useLayoutEffect(() => {
    if (!expired) return;
    const stay = (event: KeyboardEvent) => event.key === "Escape" && event.preventDefault(); // else the dialog below would close, and lose what is typed
    addEventListener("keydown", stay);
    return () => removeEventListener("keydown", stay);
  }, [expired]);

  const submit = async (event: Event) => {
    event.preventDefault();
    const login: Login = { user: user.current?.value.trim() ?? "", password: password.current?.value ?? "" };
    const lacks = !login.user ? "user" : !login.password ? "password" : null;
    setMissing(lacks);
    setFailure(null);
    if (lacks) (lacks === "user" ? user : password).current?.focus();
    if (lacks || busy || wait > 0) return;
    setBusy(true);
    const result = await postJson("/api/v1/login", login);
    if (result.ok) {
      await done();
      setBusy(false); // still here: the session could not be read
      return;
    }
    setBusy(false);
    setFailure(result.failure);
    if (result.failure.kind === "auth") password.current?.select();
  };

  const field = failure?.kind === "problem" ? failure.field : "";
  const general =
    !failure || failure.kind === "auth" || field === "user" || field === "password"
      ? null
      : failure.kind === "limited"
        ? wait > 0 && t.limited(wait)
        : failureText(failure, t);
  const userError = missing === "user" ? w.needUser : field === "user" && failure ? failureText(failure, t) : null;
  const passwordError =
    missing === "password" ? w.needPassword : failure?.kind === "auth" ? w.wrongLogin : field === "password" && failure ? failureText(failure, t) : null;

  const page = (
    <main class="login">
      <form class="card" onSubmit={submit} noValidate>
        <div class="above-form">
          <div class="face-row">{ROW.map((level) => <Face key={level} level={level} />)}</div>
          <Switches setLang={setLang} />
        </div>
        <h1>Puas</h1>
        <p class="lead">{expired ? t.signedOut : w.signInLead}</p>
        <label for="user">{w.user}</label>
        <input ref={user} id="user" name="username" data-testid="login-user" autocomplete="username" autocapitalize="none" spellcheck={false} aria-invalid={userError !== null} aria-describedby="e-user" autofocus />
        <FieldError id="e-user" text={userError} />
        <label for="password">{w.password}</label>
        <div class="reveal">
          <input ref={password} id="password" name="password" type={shown ? "text" : "password"} data-testid="login-password" autocomplete="current-password" aria-invalid={passwordError !== null} aria-describedby="e-password" />
          <button type="button" class="link" aria-pressed={shown} onClick={() => setShown(!shown)}>{shown ? w.hidePassword : w.showPassword}</button>
        </div>
        <FieldError id="e-password" text={passwordError} />
        <button type="submit" class="primary" data-testid="login-submit" aria-disabled={busy || wait > 0}>{busy ? w.signingIn : w.signIn}</button>
        <FieldError id="e-login" text={general || null} />
      </form>
    </main>
  );
  // The page that waits may have a dialog open, which would take every press: this one is above it, and does not go away.
  return expired ? <dialog class="above-all" aria-label={w.signIn} ref={show} onClose={(event) => show(event.currentTarget)}>{page}</dialog> : page;
}

function show(dialog: HTMLDialogElement | null): void {
  if (dialog && !dialog.open) dialog.showModal();
}

/** Seconds left of a refusal; 0 when one may try again. */
function useCountdown(refusal: { seconds: number } | null): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (!refusal) return;
    const end = performance.now() + refusal.seconds * 1000;
    const count = () => setLeft(Math.max(0, Math.ceil((end - performance.now()) / 1000)));
    count();
    const timer = setInterval(count, 500);
    return () => {
      clearInterval(timer);
      setLeft(0);
    };
  }, [refusal]);
  return left;
}
