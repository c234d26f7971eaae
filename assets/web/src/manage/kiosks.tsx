// Kiosks: how each does, where it stands, and what it can be told to do.
import type { Managed, ManagedKiosk, ManagedKiosks } from "../api.ts";
import { addressOf, follow, inWords, Mark, useEffect, useState } from "../kit.ts";
import { useReport } from "../trends/report.ts";
import { KioskAccess, NewPassword } from "./access.tsx";
import { Editor } from "./editor.tsx";
import { PlaceField, TextField } from "./fields.tsx";
import { idOf, slug, word } from "./items.ts";
import { order, type Access, type Order, type Reply } from "./order.ts";
import type { TabProps } from "./page.tsx";
import { isUnder, nameOf, PlacePick, Split, useAfter, useEnded, useSieve, Waiting, type After } from "./parts.tsx";
import { Said } from "./said.tsx";
import { Removal } from "./twice.tsx";
import { NEW } from "./view.ts";
import { useManageWords } from "./words.ts";

const MARKS: Record<string, Parameters<typeof Mark>[0]["kind"]> = { ready: "fine", unheard: "warning", lost: "breach", sleeping: "asleep" };
const LOOK_MS = 10_000; // how they do changes by itself

export function KiosksTab(props: TabProps) {
  const { view, places, set, signedOut } = props;
  const { w, f, stamp, ago } = useManageWords();
  const loaded = useReport<ManagedKiosks>("manage/kiosks");
  useEnded(loaded, signedOut);
  const after = useAfter(loaded, props);
  const [access, setAccess] = useState<Access | null>(null);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || loaded.again(), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  const all = loaded.data?.kiosks ?? [];
  const { found, field, none } = useSieve(all.filter(({ item, version }) => version === "" || isUnder(places, word(item, "place"), view.place)), ({ item }) => `${word(item, "name")} ${word(item, "id")} ${nameOf(places, word(item, "place"))}`);
  if (!loaded.data) return <Waiting failure={loaded.failure} again={loaded.again} />;
  const given = all.find((each) => idOf(each) === view.id) ?? null;
  return (
    <>
      {access && <KioskAccess key={access.password} access={access} done={() => setAccess(null)} />}
      <Split
        list={
          <section class="card" aria-labelledby="h-kiosks">
            <header>
              <h2 id="h-kiosks">{w.tabs.kiosks}</h2>
              <PlacePick places={places} value={view.place} choose={(place) => set({ place, id: "" })} />
              {field}
              <button type="button" class="tool" data-testid="new" onClick={() => set({ id: NEW })}>{w.newKiosk}</button>
            </header>
            <div class="scroll-x">
              <table class="data things" data-testid="kiosks">
                <thead><tr><th scope="col">{w.kiosk}</th><th scope="col">{w.field.place}</th><th scope="col">{w.state}</th><th scope="col" class="num">{w.unsent}</th><th scope="col">{w.shows}</th><th scope="col">{w.software}</th></tr></thead>
                <tbody>
                  {found.map((each) => (
                    <tr key={idOf(each)} class={idOf(each) === view.id ? "on" : ""} data-testid={`row-${idOf(each)}`} data-state={each.state}>
                      <th scope="row">
                        <button type="button" class="link" data-testid={`open-${idOf(each)}`} aria-current={idOf(each) === view.id ? "true" : undefined} onClick={() => set({ id: idOf(each) })}>{word(each.item, "name") || idOf(each)}</button>
                        <small>{idOf(each)}</small>
                      </th>
                      <td>{each.version === "" ? <b class="warn">{w.nowhere}</b> : nameOf(places, word(each.item, "place"))}</td>
                      <td>
                        <span class="mark-word"><Mark kind={MARKS[each.state] ?? "unknown"} />{w.states(each.state)}</span>
                        <small title={each.heard === null ? undefined : stamp(each.heard)}>{each.heard === null ? w.neverHeard : w.heard(ago(each.heard))}{!each.clockSynced && each.heard !== null && `, ${w.clockUnsure}`}</small>
                      </td>
                      <td class="num" data-label={w.unsent}>{f.int(each.unsent)}</td>
                      <td data-label={w.shows}>{content(each, w)}</td>
                      <td data-label={w.software}>{each.software || "\u2013"}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            {found.length === 0 && <p class="hint" role="status">{none ? w.nothingFound : w.noKiosks}</p>}
          </section>
        }
        open={
          (view.id === NEW || given) && <KioskForm key={view.id} given={view.id === NEW ? null : given} places={places} start={view.place} after={after} passwords={loaded.data.passwords} letIn={setAccess} />
        }
      />
    </>
  );
}

const SHORT = 8; // digits of a digest that people compare

/** What it shows against what it should. */
function content({ published, content: now, refused, refusedWhy }: ManagedKiosk, w: ReturnType<typeof useManageWords>["w"]) {
  const want = published.slice(0, SHORT);
  if (published === now) return now ? <code>{now.slice(0, SHORT)}</code> : w.ownFile;
  if (published === "") return w.leaves(now.slice(0, SHORT));
  if (published === refused) return <span class="warn">{w.refused(want)}<small><Said text={refusedWhy} /></small></span>;
  return w.waits(want);
}

interface FormProps {
  given: ManagedKiosk | null;
  places: Managed[];
  start: string;
  after: After;
  passwords: boolean; // the server gives them to kiosks
  letIn: (access: Access) => void;
}

function KioskForm({ given, places, start, after: { saved, gone, close, say }, passwords, letIn }: FormProps) {
  const { w } = useManageWords();
  const fresh = !given || given.version === "";
  const first = places.find(({ item, mine }) => mine && word(item, "kind") === "branch");
  const id = given ? idOf(given) : "";
  return (
    <Editor list="kiosks" given={given} start={{ id: "", name: "", place: start || (first ? idOf(first) : "") }} title={given ? word(given.item, "name") || id : w.newKiosk} shown={["id", "name", "place"]} places={places} saved={saved} close={close}
      check={(item) => ({ ...(word(item, "name") === "" ? { name: w.needed } : {}), ...(word(item, "place") === "" ? { place: w.needed } : {}) })}
      form={({ item, isNew, put, error }) => (
        <>
          <TextField name="name" label={w.field.name} value={word(item, "name")} set={(name) => put(!given && word(item, "id") === slug(word(item, "name")) ? { name, id: slug(name) } : { name })} error={error("name")} />
          <TextField name="id" label={w.field.id} hint={given ? w.idFixed : passwords ? w.kioskIdMade : w.kioskIdHint} value={word(item, "id")} fixed={given !== null} set={(next) => put({ id: next })} error={error("id")} />
          <PlaceField name="place" label={w.field.stands} places={places} value={word(item, "place")} set={(place) => put({ place })} hint={!isNew && given && word(item, "place") !== word(given.item, "place") ? w.kioskMoveHint : undefined} error={error("place")} />
        </>
      )}
    >
      {given && fresh && passwords && <p class="hint">{w.kioskBack}</p>}
      {given && !fresh && (
        <>
          {given.assignment && <p class="gaps">{w.saysOtherwise(given.assignment)}</p>}
          {given.lost > 0 && <p class="gaps">{w.lost(given.lost)}</p>}
          <p class="links"><a href={addressOf("survey", { kiosk: id })} data-testid="to-survey" onClick={follow(addressOf("survey", { kiosk: id }))}>{w.whatItShows}</a></p>
          <Orders kiosk={id} say={say} />
          {passwords && <NewPassword kiosk={id} isNew={given.heard === null} made={letIn} />}
          <Removal list="kiosks" given={given} id="take-out" words={w.takeOut} sure={w.takeOutSure} hint={passwords ? `${w.takeOutHint} ${w.takeOutShut}` : w.takeOutHint} done={() => {
            say(w.takenOut(id));
            gone();
          }} />
        </>
      )}
    </Editor>
  );
}

const ORDERS: Order[] = ["identify", "screenshot", "reload", "restart"];

function Orders({ kiosk, say }: { kiosk: string; say: (words: string) => void }) {
  const { w, stamp } = useManageWords();
  const [busy, setBusy] = useState<Order | null>(null);
  const [failure, setFailure] = useState("");
  const [picture, setPicture] = useState<{ png: string; at: number } | null>(null);
  const ask = async (name: Order) => {
    if (busy) return;
    setBusy(name);
    setFailure("");
    try {
      const reply: Reply | null = await order(kiosk, name);
      if (!reply) setFailure(w.noReply);
      else if (!reply.ok) setFailure(w.orderRefused(await inWords(reply.why ?? "")));
      else if (reply.png) setPicture({ png: reply.png, at: Date.now() });
      else say(w.ordered(w.orders[name], kiosk));
    } catch (error) {
      setFailure(w.orderRefused(error instanceof Error ? error.message : ""));
    }
    setBusy(null);
  };
  return (
    <section class="orders" aria-labelledby="h-orders">
      <h3 id="h-orders">{w.doNow}</h3>
      <div class="actions">
        {ORDERS.map((name) => <button key={name} type="button" data-testid={`order-${name}`} aria-disabled={busy !== null} onClick={() => void ask(name)}>{busy === name ? w.waitingReply : w.orders[name]}</button>)}
      </div>
      <p class="hint">{w.ordersHint}</p>
      {failure && <p class="error" role="alert" data-testid="order-failure">{failure}</p>}
      {picture && (
        <figure>
          <img data-testid="screenshot" alt={w.screenAlt(kiosk)} src={`data:image/png;base64,${picture.png}`} />
          <figcaption><small>{w.screenAt(stamp(picture.at))}</small></figcaption>
        </figure>
      )}
    </section>
  );
}
