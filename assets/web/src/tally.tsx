// Votes by face, best first: one bar, then the faces with their counts.
import type { Today } from "./api.ts";
import { Face, levelOf } from "./face.tsx";
import { useText } from "./text.ts";

export function Tally({ tally }: { tally: Today["tally"] }) {
  const { t, f } = useText();
  const total = tally.reduce((sum, { n }) => sum + n, 0);
  const names = tally.length === 4 ? t.faces4 : t.faces5;
  return (
    <>
      <div class="tally-bar" aria-hidden="true">
        {tally.map(({ score, n }, i) => n > 0 && <i key={score} class={`f${levelOf(i, tally.length)}`} style={{ flexGrow: n }} />)}
      </div>
      <ul class="tally" aria-label={t.tally}>
        {tally.map(({ score, n }, i) => {
          const share = total ? f.share(n / total, 0) : "";
          const name = names[i] ?? String(score);
          return (
            <li key={score} title={name}>
              <Face level={levelOf(i, tally.length)} />
              <span class="vh">{t.tallyAlt(name, n, f.int(n), share)}</span>
              <span aria-hidden="true">
                <b data-testid={`tally-${score}`}>{f.int(n)}</b> <small>{share}</small>
              </span>
            </li>
          );
        })}
      </ul>
    </>
  );
}
