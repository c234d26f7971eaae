// How a kiosk gets into the broker: its password, made by the server and told once, with the lines for its settings.
import { inWords, useState } from "../kit.ts";
import { newPassword, type Access } from "./order.ts";
import { Secret } from "./parts.tsx";
import { Twice } from "./twice.tsx";
import { useManageWords } from "./words.ts";

/** isNew: it has never been heard. */
export function NewPassword({ kiosk, isNew, made }: { kiosk: string; isNew: boolean; made: (access: Access) => void }) {
  const { w } = useManageWords();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState("");
  const make = async () => {
    if (busy) return;
    setBusy(true);
    setFailure("");
    try {
      const reply = await newPassword(kiosk);
      if (!reply) setFailure(w.brokerSilent);
      else if (!reply.ok) setFailure(w.brokerRefused(await inWords(reply.why ?? "")));
      else made(reply);
    } catch (error) {
      setFailure(w.orderRefused(error instanceof Error ? error.message : ""));
    }
    setBusy(false);
  };
  return (
    <>
      {failure && <p class="error" role="alert" data-testid="password-failure">{failure}</p>}
      {busy ? <p class="hint" role="status">{w.waitingReply}</p> : <Twice id="kiosk-password" words={isNew ? w.makePassword : w.newPassword} sure={isNew ? w.makePasswordSure : w.newPasswordSure} hint={w.kioskPasswordHint} press={() => void make()} />}
    </>
  );
}

const HERE = /^(127\.|localhost$|\[?::1\]?$)/;
// The server may know its broker as its own machine; the kiosk is another one, as is whoever reads this.
const reached = (host: string) => (HERE.test(host) ? location.hostname : host);

const settingsOf = ({ kiosk, branch, host, port, tls }: Access): string =>
  [`kiosk: ${kiosk}`, ...(branch ? [`branch: ${branch}`] : []), "broker:", `  host: "${reached(host)}"`, `  port: ${port}`, `  user: ${kiosk}`, `  password_file: /etc/puas/secrets/${kiosk}`, ...(tls ? ["  ca_file: /etc/puas/ca.crt"] : [])].join("\n");

export function KioskAccess({ access, done }: { access: Access; done: () => void }) {
  const { w } = useManageWords();
  return <Secret title={w.passwordOf(access.kiosk)} hint={w.kioskPasswordOnce} value={access.password} lines={settingsOf(access)} done={done} />;
}
