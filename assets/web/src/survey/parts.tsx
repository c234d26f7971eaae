// What the parts of this page share.
import { useState } from "../kit.ts";

/** A press that cannot be taken back asks once more. */
export function Twice({ id, words, sure, hint, cancel, press }: { id: string; words: string; sure: string; hint: string; cancel: string; press: () => void }) {
  const [asked, setAsked] = useState(false);
  if (!asked) return <button type="button" class="tool" data-testid={id} onClick={() => setAsked(true)}>{words}</button>;
  return (
    <div class="sure" role="group" aria-label={sure}>
      <p>{hint}</p>
      <span class="actions">
        <button type="button" class="primary" data-testid={`${id}-sure`} onClick={() => {
          setAsked(false);
          press();
        }}>{sure}</button>
        <button type="button" onClick={() => setAsked(false)}>{cancel}</button>
      </span>
    </div>
  );
}
