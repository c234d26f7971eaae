// Channels: who is told of alerts, what waits, what could not be delivered; each can be tried.
import type { ChannelMessage, Channels } from "../api.ts";
import { failureText, getJson, postJson, useState } from "../kit.ts";
import { useReport } from "../trends/report.ts";
import type { TabProps } from "./page.tsx";
import { useEnded, Waiting } from "./parts.tsx";
import { useManageWords } from "./words.ts";

const ASK_MS = 500;
const WAIT_MS = 30_000; // then it goes on without us: the list shows it

export function ChannelsTab({ signedOut }: TabProps) {
  const { t, w, f, stamp } = useManageWords();
  const loaded = useReport<Channels>("channels");
  useEnded(loaded, signedOut);
  const [tried, setTried] = useState<Record<string, string>>({});
  if (!loaded.data) return <Waiting failure={loaded.failure} again={loaded.again} />;
  const tell = (id: string, words: string) => setTried((was) => ({ ...was, [id]: words }));
  const test = async (id: string) => {
    tell(id, w.testing);
    const asked = await postJson<{ id: string }>(`/api/v1/channels/${id}/test`, {});
    if (!asked.ok) return tell(id, failureText(asked.failure, t));
    for (const end = Date.now() + WAIT_MS; Date.now() < end; ) {
      const answer = await getJson<ChannelMessage>(`/api/v1/channels/messages/${asked.value.id}`);
      if (!answer.ok) return tell(id, failureText(answer.failure, t));
      if (answer.value.state !== "waiting" || answer.value.attempts > 0) {
        tell(id, answer.value.state === "sent" ? w.testTaken : w.testFailed(answer.value.reply));
        return loaded.again();
      }
      await new Promise((done) => setTimeout(done, ASK_MS));
    }
    tell(id, w.testSlow);
  };
  const { channels, dead } = loaded.data;
  return (
    <>
      <section class="card" aria-labelledby="h-channels">
        <header><h2 id="h-channels">{w.tabs.channels}</h2><p>{w.channelsHint}</p></header>
        {channels.length === 0 ? <p class="hint">{w.noChannels}</p> : (
          <div class="scroll-x">
            <table class="data things" data-testid="channels">
              <thead><tr><th scope="col">{w.channel}</th><th scope="col">{w.state}</th><th scope="col" class="num">{w.waiting}</th><th scope="col" class="num">{w.sentToday}</th><th scope="col" class="num">{w.deadToday}</th><th scope="col">{w.lastSent}</th><th scope="col">{w.trial}</th></tr></thead>
              <tbody>
                {channels.map((each) => (
                  <tr key={each.id} data-testid={`row-${each.id}`}>
                    <th scope="row">{each.id}<small>{each.kind}, {each.lang}</small>{each.quiet.length > 0 && <small>{w.quiet(w.hoursLine(each.quiet), each.quietFor)}</small>}</th>
                    <td>{!each.sends ? w.retained : each.deadToday ? <b class="warn">{w.givenUp}</b> : each.attempts ? <span class="warn">{w.failing(each.reply)}</span> : w.fine}</td>
                    <td class="num" data-label={w.waiting}>{f.int(each.waiting)}</td>
                    <td class="num" data-label={w.sentToday}>{f.int(each.sentToday)}</td>
                    <td class="num" data-label={w.deadToday}>{f.int(each.deadToday)}</td>
                    <td data-label={w.lastSent}>{each.lastSent === null ? "\u2013" : stamp(each.lastSent)}</td>
                    <td>
                      <button type="button" class="tool" data-testid={`test-${each.id}`} aria-label={w.testOf(each.id)} onClick={() => void test(each.id)}>{w.test}</button>
                      <small role="status" data-testid={`tried-${each.id}`}>{tried[each.id] ?? ""}</small>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      {dead.length > 0 && (
        <section class="card" aria-labelledby="h-dead">
          <header><h2 id="h-dead">{w.dead}</h2><p>{w.deadHint}</p></header>
          <div class="scroll-x">
            <table class="data things" data-testid="dead">
              <thead><tr><th scope="col">{w.when}</th><th scope="col">{w.channel}</th><th scope="col">{w.about}</th><th scope="col" class="num">{w.attempts}</th><th scope="col">{w.reply}</th></tr></thead>
              <tbody>{dead.map((each) => <tr key={each.id}><th scope="row">{stamp(each.at)}</th><td>{each.channel}</td><td>{each.event}<small>{each.alert}</small></td><td class="num" data-label={w.attempts}>{each.attempts}</td><td class="wrap" data-label={w.reply}>{each.reply}</td></tr>)}</tbody>
            </table>
          </div>
        </section>
      )}
    </>
  );
}
