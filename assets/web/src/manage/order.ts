// Orders to a kiosk, and its reply: asked for again and again until it is there or its time is over.
import type { Problem } from "../api.ts";
import { inWords } from "../kit.ts";

export type Order = "identify" | "reload" | "restart" | "screenshot";
export interface Reply {
  ok: boolean;
  why?: string;
  png?: string; // base64
}

const TIMEOUT_MS = 10_000; // then the kiosk does not do it any more
const ASK_MS = 300;

/** null: no answer in time. Throws a text when it was refused or nothing could be asked. */
export async function order(kiosk: string, name: Order): Promise<Reply | null> {
  const asked = await fetch(`/api/v1/kiosks/${kiosk}/command`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Puas": "1" },
    body: JSON.stringify({ do: name, timeoutMs: TIMEOUT_MS }),
    credentials: "same-origin",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!asked.ok) throw new Error(await why(asked));
  const id = (await asked.text()).trim();
  for (const end = Date.now() + TIMEOUT_MS; Date.now() < end; ) {
    const answer = await fetch(`/api/v1/commands/${id}`, { cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (answer.status === 200) return (await answer.json()) as Reply;
    if (answer.status !== 202) throw new Error(await why(answer));
    await new Promise((done) => setTimeout(done, ASK_MS));
  }
  return null;
}

async function why(answer: Response): Promise<string> {
  const problem = (await answer.json().catch(() => ({}))) as Partial<Problem>;
  return inWords(problem.detail ?? `HTTP ${answer.status}`);
}
