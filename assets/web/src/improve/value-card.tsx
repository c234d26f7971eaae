// What unhappy visits may cost: a model whose assumptions stand beside it, move it, and are in the address.
import type { TrendsCompare } from "../api.ts";
import { useEffect, useState } from "../kit.ts";
import type { Loaded } from "../trends/report.ts";
import { Field } from "./field.tsx";
import { costOf, numberOf, unhappyOf } from "./value.ts";
import type { View } from "./view.ts";
import { useImproveWords } from "./words.ts";

type Name = "leaves" | "value" | "visits";
const MOST: Record<Name, number> = { leaves: 100, value: 1e12, visits: 1e12 };

export function ValueCard({ view, set, loaded: { data, busy } }: { view: View; set: (change: Partial<View>) => void; loaded: Loaded<TrendsCompare> }) {
  const { t, i, f, money } = useImproveWords();
  const after = data?.after;
  const told = after?.share != null && after.lo != null && after.hi != null;
  const usual = after ? Math.round((after.n / Math.max(1, daysOf(after))) * 365) : 0;
  const visits = view.visits ? Number(view.visits) : usual;
  const ready = told && view.leaves !== "" && view.value !== "";
  const unhappy = unhappyOf({ value: after?.share ?? 0, lo: after?.lo ?? 0, hi: after?.hi ?? 0 });
  const cost = costOf(unhappy, { visits, leaves: Number(view.leaves) / 100, value: Number(view.value) });
  return (
    <section class="card value-card" aria-labelledby="h-value" aria-busy={busy} data-testid="card-value">
      <h2 id="h-value">{i.worth}</h2>
      <p class="detail">{i.model}</p>
      <div class="model">
        <div class="assumed">
          <Assumed name="leaves" view={view} set={set} />
          <Assumed name="value" view={view} set={set} />
          <Assumed name="visits" view={view} set={set} hint={data ? i.visitsHint(f.int(usual)) : ""} />
        </div>
        <div class="result" role="status" data-testid="cost">
          {!data ? t.loading : !told ? i.fewVotes : !ready ? i.assumeFirst : (
            <>
              <p class="big"><strong>{i.cost(money(cost.value))}</strong></p>
              <p>{i.costRange(money(cost.lo), money(cost.hi))}</p>
              <p class="hint">{i.sum(f.int(visits), `${f.share(unhappy.value)} (${f.range(unhappy.lo, unhappy.hi)})`, f.percent(Number(view.leaves)), f.int(Number(view.value)))}</p>
            </>
          )}
        </div>
      </div>
    </section>
  );
}

const daysOf = ({ from, to }: { from: string; to: string }): number => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1;

/** As it is typed in the reader's language; a number goes into the address, what is none stays in the field. */
function Assumed({ name, view, set, hint }: { name: Name; view: View; set: (change: Partial<View>) => void; hint?: string }) {
  const { i, lang } = useImproveWords();
  const shown = view[name] === "" ? "" : new Intl.NumberFormat(lang === "en" ? "en-GB" : "id-ID", { maximumFractionDigits: 6 }).format(Number(view[name]));
  const [typed, setTyped] = useState(shown);
  const [wrong, setWrong] = useState(false);
  useEffect(() => {
    setTyped(shown);
    setWrong(false);
  }, [shown]);
  const take = () => {
    const n = numberOf(typed, lang, MOST[name]);
    const empty = typed.trim() === "";
    setWrong(n === null && !empty);
    const plain = empty ? "" : n === null ? view[name] : String(n);
    if (plain !== view[name]) set({ [name]: plain });
    else if (n !== null) setTyped(shown);
  };
  return (
    <Field name={name} label={i.assume[name]} hint={hint} error={wrong ? (name === "leaves" ? i.wrongPercent : i.wrongNumber) : null}>
      {(about) => <input {...about} type="text" inputMode="decimal" autocomplete="off" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} onChange={take} />}
    </Field>
  );
}
