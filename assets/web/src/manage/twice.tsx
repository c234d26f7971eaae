import { useState, useText } from "../kit.ts";

/** A press that cannot be taken back asks once more. */
export function Twice({ id, words, sure, hint, press }: { id: string; words: string; sure: string; hint: string; press: () => void }) {
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
