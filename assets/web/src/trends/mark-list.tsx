// What happened in the days that are shown, below the line: the letters, what they stand for, and what came of it (chart rule 6).
import type { TrendsMark } from "../api.ts";
import { addressOf, follow, pick } from "../kit.ts";
import { EffectSaid, effectText } from "./effect-said.tsx";
import type { Effects } from "./effects.ts";
import type { MarkGroup } from "./marks.ts";
import { useWords, type Said } from "./words.ts";

export const hasEffect = ({ kind }: TrendsMark): boolean => kind !== "alert" && kind !== "other";
export const keyOf = ({ kind, id }: TrendsMark): string => `${kind === "alert" ? "alert" : "entry"}-${id}`;

const textOf = ({ kind, text }: TrendsMark, { lang, w }: Said): string => {
  const what = typeof text === "string" ? text : Object.keys(text).length ? pick(text, lang) : w.marks.kind.alert;
  return kind === "alert" ? w.marks.alert(what) : what;
};

/** For the table: "A 17 Nov: ..." */
export function markText({ letter, marks }: MarkGroup, effects: Effects, said: Said): string {
  return `${letter}: ${marks.map((mark) => `${textOf(mark, said)}${hasEffect(mark) ? ` ${effectText(effects.get(keyOf(mark)), said)}` : ""}`).join("; ")}`;
}

export function MarkList({ groups, more, place, linked, effects }: { groups: MarkGroup[]; more: boolean; place: string; linked: boolean; effects: Effects }) {
  const said = useWords();
  const { w, num } = said;
  return (
    <section class="mark-list" aria-label={w.marks.title} data-testid="marks">
      <ol>
        {groups.map(({ letter, marks }) => (
          <li key={letter}>
            <b class="mark-letter">{letter}</b>
            <ul>
              {marks.map((mark) => {
                const address = addressOf("improve", { place: mark.place.id });
                const name = textOf(mark, said);
                return (
                  <li key={keyOf(mark)} class={mark.kind} data-testid={`mark-${keyOf(mark)}`}>
                    <span>{num.day(mark.day)}: </span>
                    {mark.kind === "alert" || !linked ? name : <a href={address} title={mark.why} onClick={follow(address)}>{name}</a>}
                    {mark.place.id !== place && <small> {mark.place.name}</small>}
                    {hasEffect(mark) && <> <EffectSaid effect={effects.get(keyOf(mark))} /></>}
                  </li>
                );
              })}
            </ul>
          </li>
        ))}
      </ol>
      {more && <p class="hint">{w.marks.more}</p>}
      {groups.some(({ marks }) => marks.some(hasEffect)) && <p class="hint">{w.marks.how}</p>}
    </section>
  );
}
