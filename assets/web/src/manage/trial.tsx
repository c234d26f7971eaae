// A channel is tried: one message goes, and what the other side says of it is shown.
import type { ChannelMessage } from "../api.ts";
import { failureText, getJson, inWords, postJson, useState } from "../kit.ts";
import { useChannelsWords } from "./channels-words.ts";

const ASK_MS = 500;
const WAIT_MS = 30_000; // then it goes on without us: the list shows it

export function Trial({ id, done }: { id: string; done: () => void }) {
  const { t, c } = useChannelsWords();
  const [said, setSaid] = useState("");
  const test = async () => {
    setSaid(c.testing);
    const asked = await postJson<{ id: string }>(`/api/v1/channels/${id}/test`, {});
    if (!asked.ok) return setSaid(failureText(asked.failure, t));
    for (const end = Date.now() + WAIT_MS; Date.now() < end; ) {
      const answer = await getJson<ChannelMessage>(`/api/v1/channels/messages/${asked.value.id}`);
      if (!answer.ok) return setSaid(failureText(answer.failure, t));
      if (answer.value.state !== "waiting" || answer.value.attempts > 0) {
        setSaid(answer.value.state === "sent" ? c.testTaken : c.testFailed(await inWords(answer.value.reply)));
        return done();
      }
      await new Promise((next) => setTimeout(next, ASK_MS));
    }
    setSaid(c.testSlow);
  };
  return (
    <>
      <button type="button" class="tool" data-testid={`test-${id}`} aria-label={c.testOf(id)} onClick={() => void test()}>{c.test}</button>
      <small role="status" data-testid={`tried-${id}`}>{said}</small>
    </>
  );
}
