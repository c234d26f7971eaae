// What can be done about an alert; how, is a file of its own (alert-act.tsx), fetched at the first press.
import { useState } from "preact/hooks";
import type { Act } from "./alert-act.tsx";
import type { Alert } from "./api.ts";
import { isOpen } from "./alert-text.ts";
import { lazy } from "./lazy.tsx";
import { useText } from "./text.ts";

const AlertAct = lazy("act", async () => (await import("./alert-act.tsx")).AlertAct, true);

interface Props {
  alert: Alert;
  now: number;
  done: () => Promise<void>; // the server has taken it: get the new state
  signedOut: () => void;
}

export function AlertActions(props: Props) {
  const { alert, done } = props;
  const { t } = useText();
  const [act, setAct] = useState<Act | null>(null);
  const close = () => setAct(null);
  const part = act && <AlertAct {...props} act={act} cancel={close} done={act === "more" ? done : () => done().then(close)} />;
  if (act && act !== "more") return part;
  const press = (name: Act, primary = false, word = t[name]) => (
    <button type="button" class={primary ? "primary" : ""} data-testid={`alert-${name}`} onClick={() => setAct(name)}>{word}</button>
  );
  if (!isOpen(alert)) return <div class="actions">{press("reopen")}</div>;
  const taken = alert.ack !== null || alert.reopened !== null;
  const steps = alert.playbook;
  return (
    <>
      <div class="actions">
        {!taken && press("ack", true)}
        {taken && press("resolve", true)}
        {press("comment")}
        {!taken && press("resolve")}
        {press("more", false, steps.length ? t.steps(`${steps.filter((step) => step.done).length}/${steps.length}`) : t.more)}
      </div>
      {part}
    </>
  );
}
