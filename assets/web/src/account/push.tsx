// Messages on this device: the switch in the account's menu.
import type { Session } from "../api.ts";
import type { Failure } from "../http.ts";
import { failureText, getJson, postJson, useEffect, useState, useText } from "../kit.ts";
import { words } from "./words.ts";

interface Browsers { key: string | null; browsers: { place: string }[] }
type State = "asking" | "none" | "cannot" | "denied" | "off" | "on";

const registration = () => navigator.serviceWorker.getRegistration().catch(() => undefined); // a browser that keeps nothing refuses
const able = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
const bytes = (text: string) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

export function PushSwitch({ session, place }: { session: Session; place: string | null }) {
  const { t, lang } = useText();
  const w = words[lang];
  const [state, setState] = useState<State>("asking");
  const [key, setKey] = useState("");
  const [places, setPlaces] = useState<string[]>([]); // of all devices of this person
  const [failure, setFailure] = useState<Failure | "browser" | null>(null);
  const [busy, setBusy] = useState(false);
  const at = session.places.find(({ id }) => id === place) ?? session.places[0];

  useEffect(() => {
    let gone = false;
    void (async () => {
      const answer = await getJson<Browsers>("/api/v1/webpush");
      const mine = able() ? await (await registration())?.pushManager.getSubscription() : null;
      if (gone) return;
      if (!answer.ok) return setFailure(answer.failure);
      setKey(answer.value.key ?? "");
      setPlaces([...new Set(answer.value.browsers.map((b) => b.place))]);
      setState(!answer.value.key ? "none" : !able() ? "cannot" : Notification.permission === "denied" ? "denied" : mine && answer.value.browsers.length ? "on" : "off");
    })();
    return () => {
      gone = true;
    };
  }, []);

  const start = async () => {
    if (!at) return;
    setBusy(true);
    setFailure(null);
    try {
      if ((await Notification.requestPermission()) !== "granted") return setState("denied");
      const found = await navigator.serviceWorker.ready;
      await (await found.pushManager.getSubscription())?.unsubscribe(); // it may be of another key
      const made = await found.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
      const { endpoint, keys } = made.toJSON();
      const result = await postJson("/api/v1/webpush", { endpoint, keys, place: at.id, lang });
      if (!result.ok) return setFailure(result.failure);
      setPlaces([...new Set([at.id, ...places])]);
      setState("on");
    } catch {
      setFailure("browser");
    } finally {
      setBusy(false);
    }
  };
  const stop = async () => {
    setBusy(true);
    setFailure(null);
    const made = await (await registration())?.pushManager.getSubscription();
    const result = made ? await postJson("/api/v1/webpush/end", { endpoint: made.endpoint }) : null;
    if (!result || result.ok || (result.failure.kind === "problem" && result.failure.status === 404)) {
      await made?.unsubscribe();
      setState("off");
    } else setFailure(result.failure);
    setBusy(false);
  };

  if (state === "asking" && !failure) return null;
  const on = state === "on";
  const names = places.map((id) => session.places.find((each) => each.id === id)?.name ?? id).join(", ");
  return (
    <section class="push" aria-labelledby="h-push" data-testid="push" data-state={state}>
      <b id="h-push">{w.title}</b>
      {state !== "asking" && <p role="status">{on ? w.on(names) : w[state]}</p>}
      {failure && <p class="error" role="alert">{failure === "browser" ? w.failed : failureText(failure, t)}</p>}
      {(on || state === "off") && <button type="button" disabled={busy} data-testid="push-switch" onClick={() => void (on ? stop() : start())}>{on ? w.stop : w.start}</button>}
    </section>
  );
}
