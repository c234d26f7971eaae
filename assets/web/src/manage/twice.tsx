// What cannot be taken back asks once more.
import type { Changes, Managed } from "../api.ts";
import { failureText, postJson, useState, useText } from "../kit.ts";
import { idOf } from "./items.ts";

interface Props {
  id: string;
  words: string;
  sure: string;
  hint: string;
  press: () => void;
}

export function Twice({ id, words, sure, hint, press }: Props) {
  const { t } = useText();
  const [asked, setAsked] = useState(false);
  if (!asked) return <button type="button" class="tool twice" data-testid={id} onClick={() => setAsked(true)}>{words}</button>;
  return (
    <div class="sure" role="group" aria-label={sure}>
      <p>{hint}</p>
      <span class="actions">
        <button type="button" class="primary" data-testid={`${id}-sure`} onClick={() => {
          setAsked(false);
          press();
        }}>{sure}</button>
        <button type="button" data-testid={`${id}-not`} onClick={() => setAsked(false)}>{t.cancel}</button>
      </span>
    </div>
  );
}

/** Takes the thing out of its list. */
export function Removal({ list, given, done, ...asks }: Omit<Props, "press"> & { list: "kiosks" | "calendars" | "standards" | "channels" | "mailings"; given: Managed; done: () => void }) {
  const { t } = useText();
  const [failure, setFailure] = useState("");
  const remove = async () => {
    const result = await postJson<Changes>(`/api/v1/manage/${list}/${idOf(given)}/remove`, { version: given.version });
    if (result.ok) done();
    else setFailure(failureText(result.failure, t));
  };
  return (
    <>
      {failure && <p class="error" role="alert">{failure}</p>}
      <Twice {...asks} press={() => void remove()} />
    </>
  );
}
