// What is looked at: the place, the days, and whether the days before stand beside them.
import { addressOf, follow, Icon } from "../kit.ts";
import { Glyph, Pick, PickPlace } from "./controls.tsx";
import { labelOf } from "./figures.ts";
import { countDays, PRESETS, type Period, type Preset } from "./days.ts";
import { OwnDays } from "./own-days.tsx";
import type { Trends, TrendsSegments } from "../api.ts";
import type { Place } from "./places.ts";
import type { Loaded } from "./report.ts";
import { ShareButton } from "./share.tsx";
import { sourceField, SourcePick } from "./source.tsx";
import { viewAddress, type View } from "./view.ts";
import { useWords } from "./words.ts";

interface Props {
  places: Place[];
  view: View;
  days: Period | null;
  yesterday: string | null;
  segments: Loaded<TrendsSegments>;
  told: Trends | null; // the newest report, which knows the words of the reason
  set: (change: Partial<View>) => void;
  showKeys: () => void;
  mayShare: boolean;
}

const OWN = "own";

export function Head({ places, view, days, yesterday, segments, told, set, showKeys, mayShare }: Props) {
  const { t, w, num } = useWords();
  const place = places.find(({ id }) => id === view.place);
  const own = typeof view.period !== "string";
  const source = sourceField(view.source);
  const report = addressOf("report", { place: view.place, ...(source ? { source } : {}), ...(typeof view.period === "string" ? { period: view.period } : view.period) });
  const choosePeriod = (value: string) => set({ period: value === OWN ? (days ?? "28d") : (value as Preset) });
  return (
    <div class="trends-head">
      <h1>{t.trends}</h1>
      {places.length > 1 && (
        <PickPlace id="trends-place" label={w.place} places={places} value={view.place} choose={(id) => set({ place: id })} />
      )}
      {places.length === 1 && <p class="only">{place?.name ?? view.place}</p>}
      <Pick id="trends-period" label={w.period} glyph="days" shown={days ? num.days(days.from, days.to) : "…"} value={own ? OWN : String(view.period)} choose={choosePeriod}>
        {PRESETS.map((preset) => <option key={preset} value={preset}>{w.presets[preset]}</option>)}
        <option value={OWN}>{w.ownDays}</option>
      </Pick>
      <Pick id="trends-compare" label={w.compare} glyph="against" shown={view.compared && days ? w.against(countDays(days.from, days.to)) : w.alone} value={view.compared ? "yes" : "no"} choose={(value) => set({ compared: value === "yes" })}>
        <option value="yes">{w.against(days ? countDays(days.from, days.to) : 0)}</option>
        <option value="no">{w.alone}</option>
      </Pick>
      <SourcePick segments={segments} value={view.source} choose={(value) => set({ source: value, reason: null })} />
      {view.reason && (
        <button type="button" class="chosen" data-testid="only-reason" onClick={() => set({ reason: null })}>
          {w.reasonOf(reasonSaid(view.reason, told), w.visits[view.visits].toLowerCase())}
          <span class="vh">. {w.allReasons}</span>
          <Icon name="close" />
        </button>
      )}
      {own && days && yesterday && <OwnDays days={days} yesterday={yesterday} set={set} />}
      <span class="tools">
        <a class="tool" data-testid="to-report" href={report} onClick={follow(report)}>{w.report}</a>
        {mayShare && <ShareButton path={viewAddress(view)} />}
        <button type="button" class="tool desk" data-testid="trends-print" onClick={() => print()}><Glyph name="print" />{w.print}</button>
        <button type="button" class="tool desk" data-testid="trends-keys" onClick={showKeys} aria-keyshortcuts="?"><Glyph name="keys" />{w.keys}</button>
      </span>
    </div>
  );
}

function reasonSaid(reason: string, told: Trends | null): string {
  const id = reason.slice(reason.indexOf(":") + 1);
  return labelOf({ id, label: told?.reason?.id === id ? told.reason.label : id });
}

/** The way from the top of what one may see to the place, as links. */
export function Path({ places, view, set }: Pick<Props, "places" | "view" | "set">) {
  const above: Place[] = [];
  for (let at = places.find(({ id }) => id === view.place); at?.parent; ) {
    at = places.find(({ id }) => id === at?.parent);
    if (at) above.unshift(at);
  }
  const { w } = useWords();
  if (!above.length) return null;
  return (
    <nav class="path" aria-label={w.place}>
      {above.map((each) => (
        <span key={each.id}>
          <button type="button" class="link" onClick={() => set({ place: each.id })}>{each.name}</button>
          <Icon name="chevron" />
        </span>
      ))}
      <span aria-current="location">{places.find(({ id }) => id === view.place)?.name}</span>
    </nav>
  );
}
