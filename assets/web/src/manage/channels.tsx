// Channels: who is told of alerts, what waits, what could not be delivered; each can be tried, made and changed. A file of its own.
import "./channels.css";
import type { Channel, Channels, Managed, ManagedStandards } from "../api.ts";
import { failureText, pick, postJson, useEffect, useState } from "../kit.ts";
import { ChannelForm, type Secret } from "./channel-form.tsx";
import { useChannelsWords } from "./channels-words.ts";
import type { TabProps } from "./page.tsx";
import { Trial } from "./trial.tsx";
import { idOf, NEW, Split, useAfter, useEnded, useReport, Waiting, word } from "./tools.ts";

const NO_SECRET: Secret = { of: "", text: "", wrong: "" };

export function ChannelsTab(props: TabProps) {
  const { view, places, set, say, signedOut } = props;
  const { t, w, c, lang } = useChannelsWords();
  const states = useReport<Channels>("channels");
  const things = useReport<{ channels: Managed[] }>("manage/channels");
  const standards = useReport<ManagedStandards>("manage/standards");
  useEnded(states, signedOut);
  const after = useAfter(things, props);
  const [secret, setSecret] = useState<Secret>(NO_SECRET); // what is typed; it outlives the form of a new one, which is then that of an old one
  useEffect(() => {
    if (secret.of !== view.id) setSecret(NO_SECRET);
  }, [view.id]);
  if (!states.data || !things.data) return <Waiting failure={states.failure ?? things.failure} again={() => { states.again(); things.again(); }} />;
  const mine = places.some(({ item, mine }) => mine && word(item, "parent") === ""); // they run all of it
  const given = things.data.channels.find((each) => idOf(each) === view.id) ?? null;
  const { channels, dead } = states.data;
  const put = async (id: string, changed: string[]) => {
    if (secret.text === "") {
      states.again();
      return after.saved(id, { lines: changed });
    }
    const result = await postJson(`/api/v1/channels/${id}/secret`, { secret: secret.text });
    setSecret(result.ok ? NO_SECRET : { ...secret, of: id, wrong: failureText(result.failure, t) });
    states.again();
    after.saved(id, { lines: [] });
    if (!result.ok) say(c.secretNotKept(id));
  };
  return (
    <Split
      list={
        <>
          <section class="card" aria-labelledby="h-channels">
            <header>
              <h2 id="h-channels">{w.tabs.channels}</h2>
              {mine && <button type="button" class="tool" data-testid="new" onClick={() => set({ id: NEW })}>{c.newChannel}</button>}
            </header>
            {channels.length === 0 ? <p class="hint">{c.noChannels}</p> : (
              <div class="scroll-x">
                <table class="data things" data-testid="channels">
                  <thead><tr><th scope="col">{c.channel}</th><th scope="col">{w.state}</th><th scope="col" class="num">{c.waiting}</th><th scope="col" class="num">{c.sentToday}</th><th scope="col" class="num">{c.deadToday}</th><th scope="col">{c.lastSent}</th><th scope="col">{c.trial}</th></tr></thead>
                  <tbody>{channels.map((each) => <Row key={each.id} channel={each} on={each.id === view.id} open={mine && each.stored ? () => set({ id: each.id }) : null} again={states.again} />)}</tbody>
                </table>
              </div>
            )}
          </section>
          {dead.length > 0 && (
            <section class="card" aria-labelledby="h-dead">
              <header><h2 id="h-dead">{c.dead}</h2><p>{c.deadHint}</p></header>
              <Dead dead={dead} />
            </section>
          )}
        </>
      }
      open={mine && (view.id === NEW || given) && (
        <ChannelForm key={view.id} given={view.id === NEW ? null : given} state={channels.find(({ id }) => id === view.id) ?? null} places={places}
          standards={standards.data?.standards.map(({ item }) => [word(item, "id"), pick((item["name"] ?? {}) as Record<string, string>, lang) || word(item, "id")] as const) ?? []}
          secret={secret} setSecret={(text) => setSecret({ of: view.id, text, wrong: "" })} saved={(id, { lines }) => void put(id, lines)} after={{ ...after, gone: () => { states.again(); after.gone(); } }} tried={states.again} />
      )}
    />
  );
}

function Row({ channel, on, open, again }: { channel: Channel; on: boolean; open: (() => void) | null; again: () => void }) {
  const { w, c, f, stamp } = useChannelsWords();
  const { id, kind, lang, stored, secret, sends, quiet, quietFor, attempts, reply, waiting, sentToday, deadToday, lastSent } = channel;
  const lacks = c.secretState[secret];
  return (
    <tr class={on ? "on" : ""} data-testid={`row-${id}`}>
      <th scope="row">
        {open ? <button type="button" class="link" data-testid={`open-${id}`} aria-current={on ? "true" : undefined} onClick={open}>{id}</button> : <span>{id}</span>}
        <small>{c.kinds(kind)}, {lang}{!stored && `, ${c.ofServer}`}</small>
        {quiet.length > 0 && <small>{w.quiet(w.hoursLine(quiet), quietFor)}</small>}
      </th>
      <td>{lacks ? <b class="warn">{lacks}</b> : !sends ? c.retained : deadToday ? <b class="warn">{c.givenUp}</b> : attempts ? <span class="warn">{c.failing(reply)}</span> : c.fine}</td>
      <td class="num" data-label={c.waiting}>{f.int(waiting)}</td>
      <td class="num" data-label={c.sentToday}>{f.int(sentToday)}</td>
      <td class="num" data-label={c.deadToday}>{f.int(deadToday)}</td>
      <td data-label={c.lastSent}>{lastSent === null ? "\u2013" : stamp(lastSent)}</td>
      <td>{!on && sends && <Trial id={id} done={again} />}</td>
    </tr>
  );
}

function Dead({ dead }: { dead: Channels["dead"] }) {
  const { w, c, stamp } = useChannelsWords();
  return (
    <div class="scroll-x">
      <table class="data things" data-testid="dead">
        <thead><tr><th scope="col">{w.when}</th><th scope="col">{c.channel}</th><th scope="col">{c.about}</th><th scope="col" class="num">{c.attempts}</th><th scope="col">{c.reply}</th></tr></thead>
        <tbody>{dead.map((each) => <tr key={each.id}><th scope="row">{stamp(each.at)}</th><td>{each.channel}</td><td>{c.events(each.event)}<small>{each.alert}</small></td><td class="num" data-label={c.attempts}>{each.attempts}</td><td class="wrap" data-label={c.reply}>{each.reply}</td></tr>)}</tbody>
      </table>
    </div>
  );
}
