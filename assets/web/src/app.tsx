// Session, language and route; which page follows from them.
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Session } from "./api.ts";
import { failureText } from "./failure.tsx";
import { FaceLight } from "./face.tsx";
import { ENDED, getJson, postJson, type Failure } from "./http.ts";
import { lazy } from "./lazy.tsx";
import { addressOf, go, nameInAddress, useRoute } from "./route.ts";
import { asLang, browserLang, saveLang, savedLang, savedPlace, savePlace, type Lang } from "./settings.ts";
import { browserZone, makeText, TextContext } from "./text.ts";
import { TodayPage } from "./today-page.tsx";
import { Topbar } from "./topbar.tsx";

const LoginPage = lazy("login", async () => (await import("./login.tsx")).LoginPage);
const TrendsPage = lazy("trends", async () => (await import("./trends/page.tsx")).TrendsPage);
const AlertsPage = lazy("alerts", async () => (await import("./alerts/page.tsx")).AlertsPage);
const ImprovePage = lazy("improve", async () => (await import("./improve/page.tsx")).ImprovePage);
const ReportPage = lazy("report", async () => (await import("./report/page.tsx")).ReportPage);
const PosterPage = lazy("poster", async () => (await import("./poster/page.tsx")).PosterPage);
const WallPage = lazy("wall", async () => (await import("./wall/page.tsx")).WallPage);
const BacktestPage = lazy("backtest", async () => (await import("./backtest/page.tsx")).BacktestPage);
const SurveyPage = lazy("survey", async () => (await import("./survey/page.tsx")).SurveyPage);
const ManagePage = lazy("manage", async () => (await import("./manage/page.tsx")).ManagePage);

const SESSION_RENEW_MS = 60_000; // places and their open alerts, for the picker

// out: `was` is the session that has ended by itself. Its page stays, out of sight, with all that was typed, for whoever signs in
// under the same name.
type State = { kind: "loading" } | { kind: "out"; was: Session | null } | { kind: "failed"; failure: Failure } | { kind: "in"; session: Session };

export function App() {
  const [state, setState] = useState<State>({ kind: "loading" });
  const [chosen, setChosen] = useState<Lang | null>(savedLang);
  const route = useRoute();
  const lang = chosen ?? (state.kind === "in" ? asLang(state.session.user.lang) : null) ?? browserLang();
  const text = useMemo(() => makeText(lang, browserZone()), [lang]);
  const screen = route.page === "wall" || route.page === "board"; // hangs on a wall: nobody is there to press

  const load = async () => {
    const result = await getJson<Session>("/api/v1/session");
    setState((was) => {
      if (result.ok) return { kind: "in", session: result.value };
      if (was.kind === "in" || was.kind === "out") return was;
      return result.failure.kind === "auth" ? { kind: "out", was: null } : { kind: "failed", failure: result.failure };
    });
  };
  const ended = () => setState((was) => (was.kind === "in" && !screen ? { kind: "out", was: was.session } : was));
  const signedIn = async () => {
    await load();
    dispatchEvent(new Event("online")); // whatever was refused asks again, as after a lost connection
  };
  const signOut = async () => {
    const result = await postJson("/api/v1/logout", {});
    if (!result.ok && result.failure.kind !== "auth") return;
    dispatchEvent(new Event(ENDED));
    setState({ kind: "out", was: null });
  };
  const setLang = (next: Lang) => {
    saveLang(next);
    setChosen(next);
  };

  useEffect(() => {
    addEventListener(ENDED, ended);
    return () => removeEventListener(ENDED, ended);
  }, [screen]);
  useEffect(() => void load(), [route.page]); // what was changed elsewhere is in its lists
  useEffect(() => {
    if (state.kind !== "in" && state.kind !== "failed") return;
    const renew = () => {
      if (!document.hidden) void load();
    };
    const timer = setInterval(renew, SESSION_RENEW_MS);
    return () => clearInterval(timer);
  }, [state.kind]);
  useEffect(() => {
    document.documentElement.lang = lang;
  }, [lang]);

  const session = state.kind === "in" ? state.session : state.kind === "out" ? state.was : null;
  const place = route.place ?? (session && (route.page === "today" ? usualPlace(session) : session.places[0]?.id));
  const LatePage = { today: TrendsPage, trends: TrendsPage, alerts: AlertsPage, backtest: BacktestPage, improve: ImprovePage, report: ReportPage, poster: PosterPage, wall: WallPage, board: WallPage, manage: ManagePage, survey: SurveyPage }[route.page];
  useEffect(() => {
    if (!session || !place || route.page !== "today") return;
    nameInAddress(place);
    if (session.places.some(({ id }) => id === place)) savePlace(place);
  }, [session, place, route.page]);

  return (
    <TextContext.Provider value={text}>
      <FaceLight />
      {state.kind === "out" && <LoginPage expired={state.was !== null} setLang={setLang} done={signedIn} />}
      {state.kind === "failed" && (
        <main class="page">
          <section class="card notice" role="alert">
            <h1>{text.t.loadFailed}</h1>
            <p>{failureText(state.failure, text.t)}</p>
            <button type="button" class="primary" onClick={() => void load()}>{text.t.retry}</button>
          </section>
        </main>
      )}
      {session && (
        <div key={session.user.name} hidden={state.kind === "out"}>
          {!screen && <Topbar session={session} page={route.page} place={place ?? null} setLang={setLang} signOut={() => void signOut()} />}
          {place && route.page !== "today" ? (
            <LatePage session={session} place={place} query={route.query} renew={load} signedOut={ended} />
          ) : place ? (
            <TodayPage session={session} place={place} go={(next) => go(addressOf("today", { place: next }))} renew={load} signedOut={ended} />
          ) : (
            <main id="content" class="page">
              <section class="card notice">
                <h1>{text.t.noPlaces}</h1>
                <p>{text.t.noPlacesHint}</p>
              </section>
            </main>
          )}
        </div>
      )}
    </TextContext.Provider>
  );
}

/** Where one was last, else where something is wrong, else the first branch. */
function usualPlace({ places }: Session): string | null {
  const branches = places.filter(({ kind }) => kind === "branch");
  const last = savedPlace();
  const found = branches.find(({ id }) => id === last) ?? branches.find(({ openAlerts }) => openAlerts > 0) ?? branches[0];
  return found?.id ?? null;
}
