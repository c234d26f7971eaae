// Orders to a kiosk, or to the broker about it, and the reply: asked for again and again until it is there or its time is over.
import type { Problem } from "../api.ts";
import { inWords } from "../kit.ts";

export type Order = "identify" | "reload" | "restart" | "screenshot";
export interface Reply {
  ok: boolean;
  why?: string;
  png?: string; // base64
}
/** How a kiosk gets into the broker. host, port, tls: of the broker, as the server reaches it. */
export interface Access { kiosk: string; password: string; branch: string; host: string; port: number; tls: boolean }

const TIMEOUT_MS = 10_000; // then the kiosk does not do it any more
const BROKER_MS = 5_000;
const ASK_MS = 300;

/** null: no answer in time, here and below. Throws a text when it was refused or nothing could be asked. */
export const order = (kiosk: string, name: Order): Promise<Reply | null> => ask<Reply>(`/api/v1/kiosks/${kiosk}/command`, { do: name, timeoutMs: TIMEOUT_MS }, TIMEOUT_MS);

export const newPassword = (kiosk: string): Promise<(Access & Reply) | null> => ask<Access & Reply>(`/api/v1/manage/kiosks/${kiosk}/password`, {}, BROKER_MS);

async function ask<T>(path: string, body: object, ms: number): Promise<T | null> {
  const asked = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Puas": "1" },
    body: JSON.stringify(body),
    credentials: "same-origin",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!asked.ok) throw new Error(await why(asked));
  const id = (await asked.text()).trim();
  for (const end = Date.now() + ms; Date.now() < end; ) {
    const answer = await fetch(`/api/v1/commands/${id}`, { cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (answer.status === 200) return (await answer.json()) as T;
    if (answer.status !== 202) throw new Error(await why(answer));
    await new Promise((done) => setTimeout(done, ASK_MS));
  }
  return null;
}

async function why(answer: Response): Promise<string> {
  const problem = (await answer.json().catch(() => ({}))) as Partial<Problem>;
  return inWords(problem.detail ?? `HTTP ${answer.status}`);
}
