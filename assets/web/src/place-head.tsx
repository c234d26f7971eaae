// Which branch, which day, open when, and how fresh the figures are.
import type { Session, Today } from "./api.ts";
import { Icon } from "./icons.tsx";
import { useServerNow, type FeedState } from "./live/feed.ts";
import { MANY_PLACES, PlaceSearch } from "./place-search.tsx";
import { useText } from "./text.ts";

type Place = Session["places"][number];

interface Props {
  places: Place[]; // all of the session
  current: string;
  feed: FeedState;
  go: (place: string) => void;
}

export function PlaceHead({ places, current, feed, go }: Props) {
  return (
    <div class="place-head">
      <div>
        <PlacePicker places={places} current={current} go={go} />
        {feed.today && <DateLine today={feed.today} receivedAt={feed.receivedAt} />}
      </div>
      <LiveState feed={feed} />
    </div>
  );
}

function PlacePicker({ places, current, go }: Omit<Props, "feed">) {
  const { t } = useText();
  const branches = places.filter((place) => place.kind === "branch");
  const name = branches.find((place) => place.id === current)?.name ?? current;
  const others = branches.length > 1 || !branches.some((place) => place.id === current);
  const groups = [...new Set(branches.map((place) => place.parent))];
  const option = (place: Place) => (
    <option key={place.id} value={place.id}>
      {place.name}{place.openAlerts > 0 ? ` (${t.openAlerts(place.openAlerts)})` : ""}
    </option>
  );
  return (
    <div class={others ? "picker" : ""}>
      <h1>{name}</h1>
      {others && (
        <>
          <Icon name="chevron" />
          {branches.length > MANY_PLACES ? (
            <PlaceSearch id="place-picker" label={`${t.place}: ${name}`} places={places} only="branch" current={current} choose={go} />
          ) : <select data-testid="place-picker" aria-label={t.place} value={current} onChange={(event) => go(event.currentTarget.value)}>
            {!branches.some((place) => place.id === current) && <option value={current}>{current}</option>}
            {groups.length > 1
              ? groups.map((parent) => (
                  <optgroup key={parent} label={places.find((place) => place.id === parent)?.name ?? "–"}>
                    {branches.filter((place) => place.parent === parent).map(option)}
                  </optgroup>
                ))
              : branches.map(option)}
          </select>}
        </>
      )}
    </div>
  );
}

function DateLine({ today, receivedAt }: { today: Today; receivedAt: number }) {
  const { t, f } = useText();
  const now = useServerNow(today.now, receivedAt);
  const { open } = today;
  const hours = open === null ? null : open.length ? t.openFromTo(open.map((span) => `${f.clock(span.from)}\u2013${f.clock(span.to)}`).join(", ")) : t.closedToday;
  const zone = f.zone(now);
  return (
    <p class="date">
      <span class="wide">{f.date(now)}</span><span class="narrow">{f.shortDate(now)}</span>, {f.time(now)}{zone && ` ${zone}`}
      {hours && ` · ${hours}`}
    </p>
  );
}

function LiveState({ feed }: { feed: FeedState }) {
  const { t, f } = useText();
  const { today, link } = feed;
  if (!today) return null;
  const live = link === "live";
  return (
    <p class={`live ${link}`} data-testid="live-state" data-live={live} role="status">
      <i aria-hidden="true" />
      {live && (
        <>
          <span class="wide">{today.lastVote === null ? t.liveNone : t.liveLast(f.when(today.lastVote, today.now))}</span>
          <span class="narrow">{t.live}</span>
        </>
      )}
      {link === "connecting" && t.connecting}
      {link === "lost" && (
        <span>
          <b>{t.notLive(f.time(today.now))}</b> <small>{t.notLiveHint}</small>
        </span>
      )}
    </p>
  );
}
