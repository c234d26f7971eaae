import type { Kiosk } from "./api.ts";
import { coverageShare } from "./coverage.tsx";
import { Mark } from "./icons.tsx";
import { useText, type Text } from "./text.ts";

const MARK = { ready: "fine", sleeping: "asleep", disconnected: "unknown", lost: "warning", never: "unknown", silent: "warning" } as const;

export function KiosksCard({ kiosks, now }: { kiosks: Kiosk[]; now: number }) {
  const { t } = useText();
  return (
    <section class="card kiosks" aria-labelledby="h-kiosks">
      {kiosks.length ? (
        <table>
          <thead>
            <tr>
              <th scope="col"><h2 id="h-kiosks">{t.kiosks}</h2></th>
              <th scope="col" class="wide">{t.state}</th>
              <th scope="col" class="num">{t.votes}</th>
              <th scope="col" class="num">{t.lastVote}</th>
              <th scope="col" class="num wide">{t.coverage}</th>
            </tr>
          </thead>
          <tbody>
            {kiosks.map((kiosk) => <Row key={kiosk.id} kiosk={kiosk} now={now} />)}
          </tbody>
        </table>
      ) : (
        <>
          <h2 id="h-kiosks">{t.kiosks}</h2>
          <p class="hint">{t.noKiosks}</p>
        </>
      )}
    </section>
  );
}

function Row({ kiosk, now }: { kiosk: Kiosk; now: number }) {
  const { t, f } = useText();
  const troubled = kiosk.reason !== "";
  const complete = kiosk.unsent === 0 && kiosk.coverage === 1;
  const state = (
    <div class="state">
      <Mark kind={troubled ? "breach" : MARK[kiosk.state]} />
      <span>
        {stateText(kiosk, now, t, f)}
        <small>{notes(kiosk, t, f).join(" · ")}</small>
      </span>
    </div>
  );
  return (
    <tr data-testid="kiosk-row" data-kiosk={kiosk.id} data-state={kiosk.state}>
      <th scope="row">
        {kiosk.name}
        <div class="narrow">{state}</div>
      </th>
      <td class="wide">{state}</td>
      <td class="num strong">{f.int(kiosk.votes)}</td>
      <td class="num">{kiosk.lastVote === null ? "–" : f.when(kiosk.lastVote, now)}</td>
      <td class="num wide">{kiosk.coverage === null ? "–" : f.share(coverageShare(kiosk.coverage, complete), 0)}</td>
    </tr>
  );
}

function stateText(kiosk: Kiosk, now: number, t: Text["t"], f: Text["f"]): string {
  const since = kiosk.since === null ? null : f.when(kiosk.since, now);
  switch (kiosk.state) {
    case "ready":
      return t.online;
    case "sleeping":
      return since ? t.asleepSince(since) : t.asleep;
    case "disconnected":
      return since ? t.shutDown(since) : t.shutDownPlain;
    case "lost": {
      const heard = kiosk.lastHeard ?? kiosk.since;
      return heard === null ? t.lostPlain : t.lost(f.when(heard, now));
    }
    case "never":
      return t.never;
    case "silent": {
      const span = f.span(kiosk.silentMin ?? 0);
      return kiosk.usualGapMin === null ? t.silentPlain(span) : t.silent(span, f.span(kiosk.usualGapMin));
    }
  }
}

function notes(kiosk: Kiosk, t: Text["t"], f: Text["f"]): string[] {
  const list: string[] = [];
  if (kiosk.reason) list.push(t.kioskReason[kiosk.reason] ?? t.kioskReasonOther(kiosk.reason));
  if (kiosk.unsent > 0) list.push(t.unsent(kiosk.unsent, f.int(kiosk.unsent)));
  if (kiosk.clock === "unsure" && kiosk.state !== "never") list.push(t.clockUnsure);
  return list;
}
