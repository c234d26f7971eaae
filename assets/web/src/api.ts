// The wire types of /api/v1: what the pages read and write. The aggregator's HTTP side produces exactly these.
// Times are milliseconds UTC; shares are 0..1; `lo`/`hi` bound the 95 % Wilson interval; null = unknown.

export type Texts = Record<string, string>; // language -> text
export type Verdict = "above" | "below" | "unclear" | "few"; // whole interval above / below the promise; cannot tell; under minimum n

/** GET /api/v1/session (401 when not logged in) */
export interface Session {
  // name "": came by a link, sees trends and reports only
  user: { name: string; display: string; role: "viewer" | "manager" | "head-office" | "admin"; lang: string };
  org: { name: string };
  places: { id: string; name: string; kind: "org" | "region" | "branch"; parent: string | null; openAlerts: number }[];
  version: string;
  holds: boolean; // nothing is stored now: the disk is full or the store damaged
}
/** POST /api/v1/login -> 204 with cookie, or Problem 401/429 */
export interface Login { user: string; password: string }
// Managing (head office, administrators). GET /api/v1/manage/places | kiosks | calendars | standards | users (administrators) -> {LIST: Managed[]}.
// POST /api/v1/manage/LIST/ID {item, version}, ?dry=1: only says what would change -> Changes; Problem 403, 404, 409 (there is one),
// 412 (changed since), 422, with its field. POST .../kiosks/ID/remove, .../standards/ID/remove {version} -> Changes.
// POST .../users/ID/password {} -> {password}; .../users/ID/disable {} -> 204
export type Item = Record<string, unknown>; // as the configuration's document has it
export interface Managed { item: Item; version: string; mine: boolean } // version "": it is not in the configuration yet
export interface ManagedKiosk extends Managed {
  state: string; heard: number | null; unsent: number; lost: number; clockSynced: boolean; software: string; reason: string;
  published: string; content: string; refused: string; refusedWhy: string; assignment: string;
}
export interface ManagedKiosks { kiosks: ManagedKiosk[]; passwords: boolean } // passwords: they get theirs from the page
export interface ManagedStandard extends Managed { number: number; since: number; votesBetweenAlarms: number | null; told: string[] }
/** of channels[].quietFor: [] is both */
export interface LadderChannel { id: string; kind: string; quiet: { days: string; open: string; close: string }[]; quietFor: string[] }
export interface ManagedMailings { mailings: Managed[]; channels: LadderChannel[] } // those that send mail
export interface ManagedStandards { standards: ManagedStandard[]; channels: LadderChannel[] }
/** POST /api/v1/manage/calendar-file {ics}: what a file would bring; others: events with a time of day, left out */
export interface CalendarFile { days: { from: string; to: string; name: string }[]; others: number }
export interface ManagedUser extends Managed { disabled: boolean }
export interface Changes { lines: string[]; password?: string; price?: StandardPrice }
/** What a standard costs, as far as it can be said exactly: votes between false alarms, mean votes until a share is seen. */
export interface StandardPrice { votes: number; usual?: number; learnedFrom?: number; seen: { unhappy: number; votes: number }[] } // usual: of the example, where each place learns its own
/** GET /api/v1/content/places/ID, .../kiosks/ID, ?version, ?plan (head office, administrators). POST {yaml, seen, at?}, ?dry=1 -> Changes;
 * Problem 412 (another version than `seen` is in force), 422 with field "yaml" and detail "content:LINE:COLUMN: ...", or field "at". */
export interface Content {
  for: { kind: "place" | "kiosk"; id: string; name: string };
  tz: string;
  version: number; // of its own, in force; 0: none
  from: { kind: "place" | "kiosk"; id: string; name: string; version: number; since: number; by: string } | null; // null: kiosks keep to their own files
  yaml: string; content: Item | null;
  versions: { version: number; since: number; until: number | null; by: string; endedBy: string; bytes: number }[];
  planned: { id: number; at: number; made: number; by: string; refused: string }[]; // refused: why, when its time came
  kiosks: { id: string; name: string; place: string; state: "taken" | "waits" | "refused" | "own-file"; published: string; why: string; heard: number | null }[];
  counts: { all: number; taken: number; refused: number };
}
/** GET /api/v1/told?place=BRANCH; POST /api/v1/alerts/ID/tell {said, did, days}, .../told/ID/end {} */
export interface Told {
  told: { id: number; alert: string; said: Record<string, string>; did: Record<string, string>; since: number; until: number; by: string }[];
  offers: { alert: string; raised: number; did: Record<string, string> }[];
}
/** GET, POST /api/v1/manage/retention; 0: for ever; chosen: here, and not by the server's settings. ?dry=1 -> RetentionLoss */
export interface RetentionDays { contactsDays: number; commentsDays: number; rawDays: number }
export interface Retention extends RetentionDays { chosen: boolean; settings: RetentionDays }
/** About so many answers; what was said and answered before these instants, null: none by its age */
export interface RetentionLoss { answers: number; wordsBefore: number | null; answersBefore: number | null }
/** GET /api/v1/tokens (administrators) */
export interface Tokens { tokens: { name: string; role: Session["user"]["role"]; place: string; created: number; createdBy: string; expires: number; expired: boolean; lastUsed: number | null }[] }
/** GET /api/v1/audit?who, action, subject, cursor (administrators of the whole organisation) */
export interface Audit { audit: { id: number; at: number; who: string; action: string; subject: string; detail: string }[]; next: number | null }
// POST /api/v1/logout -> 204

export interface Interval { n: number; good: number; share: number | null; lo: number | null; hi: number | null }

/** GET /api/v1/today?place=ID (a branch). Every figure is as of the last step (`asOf`), see PROTOCOL/README: 5 votes or 15 minutes. */
export interface Today {
  place: { id: string; name: string; tz: string; path: string[] }; // path: names from organisation down to the parent
  now: number;
  date: string; // local date, 2026-11-17
  open: { from: string; to: string }[] | null; // opening spans today; [] closed; null: no hours known
  rev: number; // grows with every step, alert change and presence change of the branch
  asOf: number;
  step: { votes: number; minutes: number }; // the setting, for the explanation
  lastVote: number | null;
  promise: { target: number; name: Texts } | null; // target in percent, 85
  minN: number; // below this no verdict
  score: Interval & { verdict: Verdict };
  tally: { score: number; n: number }[]; // best first
  phone: Interval; // from customers' own phones, in no other figure here
  coverage: Coverage;
  hours: (Interval & { hour: number; verdict: Verdict; usual: number | null; now: boolean })[]; // opening hours of the day
  usual: (Interval & { weekday: number; days: number }) | null; // the last four same weekdays; weekday 0 = Sunday
  reasons: { unhappy: number; answered: number; items: { id: string; label: Texts; n: number }[] };
  alerts: Alert[]; // open ones, most severe first, plus those closed in the last 15 minutes
  kiosks: Kiosk[];
}
export interface Coverage {
  stored: number; known: number; asOf: number | null; share: number | null;
  complete: boolean; // may say 100 %
  missing: { kiosk: string; name: string; n: number }[];
  notHeard: { kiosk: string; name: string; since: number | null }[];
  lost: number;
}
export interface Kiosk {
  id: string; name: string;
  state: "ready" | "sleeping" | "disconnected" | "lost" | "never" | "silent"; // silent: ready but no votes for an improbable time
  since: number | null; lastHeard: number | null; lastVote: number | null;
  votes: number; unsent: number; coverage: number | null;
  usualGapMin: number | null; silentMin: number | null; // for silent
  software: string; clock: "synced" | "unsure"; reason: string; // reason: "" or disk-full, ...
  content: string; refused: string; // of the document in force the hash, "": its own file; why the newest one is refused, or ""
}
export type AlertState = "pending" | "firing" | "acknowledged" | "recovering" | "resolved" | "unknown";
export interface Alert {
  id: string; state: AlertState; kind: "standard" | "change" | "mood" | "share" | "run" | "count" | "index" | "silence" | "offline" | "coverage" | "clock" | "tamper" | "contact";
  rule: { id: string; version: number; name: Texts };
  place: { id: string; name: string }; subject: { kiosk: string; name: string } | null;
  since: number; // start of the cycle that led to the raise
  raised: number; closed: number | null; closedBy: string | null;
  flaps: number; // relapses; of a change: further alarms
  // all but silence and offline:
  target: number | null; // percent promised (standard), usually satisfied (change), or percent threshold (share)
  count: number | null; // run: votes in a row; count: in the window
  boundary: ">" | ">=" | null; window: number | null; minN: number | null; // share, index: minutes, votes; count: minutes
  votes: (Interval & { unhappy: number }) | null; // share = satisfied share
  // +up an unhappy vote, -down a happy one; of a change: the part that reached its limit
  points: number | null; limit: number | null; up: number | null; down: number | null;
  curve: { at: number; points: number }[]; // steps, at most 200
  falseAlarmDays: number | null; // expected open days between false alarms at the usual rate; null: learning
  falseAlarmVotes: number | null;
  spread: number | null; // of a change with `spread`: part of the usual share that is there for days that differ
  reasons: { id: string; label: Texts; n: number }[];
  places: { id: string; name: string; n: number; unhappy: number }[]; // kiosks or areas with most unhappy votes first
  // silence and offline:
  silentMin: number | null; usualGapMin: number | null; lastHeard: number | null;
  ack: { by: string; at: number; until: number; comment: string } | null;
  comments: { by: string; at: number; text: string; action: "ack" | "comment" | "resolve" | "assign" | "reopen" }[];
  assigned: { user: string; to: string; by: string; at: number } | null; // whose it is: user, and the name to show
  reopened: { by: string; at: number; why: string } | null; // its follow-up: it has ended, and is worked on again until it is resolved
  offer: Texts; // "you said, we did", by language
  silence: { id: number; by: string; reason: string; until: number } | null; // now: signs and channels are not told
  playbook: { id: string; text: Texts; done: { by: string; at: number } | null }[];
  recovery: { limit: number | null; /* of this user, for all of it; null: nothing */ given: { by: string; at: number; cost: number; what: string }[] };
}
/** POST /api/v1/alerts/ID/assign {user, comment?} ("": nobody) | reopen {comment} | offer {lang, text} ("": none)
 * | check {step, done, comment?} | recover {what, cost} (403: over the role's limit, for all that was given) -> 204 or Problem */
/** GET /api/v1/alerts?place=ID&state=open|closed&limit=N&cursor=NEXT: newest first; without a place all that one sees. */
export interface AlertList { alerts: PastAlert[]; next: number | null }
export interface PastAlert {
  id: string; state: AlertState; kind: Alert["kind"]; rule: Alert["rule"];
  place: { id: string; name: string; tz: string }; kiosk: string | null; kioskName: string | null;
  since: number; raised: number; closed: number | null; closedBy: string | null; flaps: number;
  reopened: boolean; // it has ended, and is worked on again: it counts as open
  assigned: string | null; ack: { by: string; at: number; until: number } | null; // until may be over
}
/** GET /api/v1/silences?place=ID: those in force that touch it. POST {place, rule?, kiosk?, minutes, comment}; POST /api/v1/silences/ID/end {} */
export interface Silences {
  silences: { id: number; place: { id: string; name: string }; rule: string | null; kiosk: string | null; by: string; reason: string; from: number; until: number; mine: boolean }[];
}
/** GET /api/v1/people?place=ID: who may be given its alerts */
export interface People { people: { name: string; display: string; role: Session["user"]["role"] }[] }
/** GET /api/v1/contacts?place=ID: who waits to be called, who is due first at the top, never what they left.
 * POST /api/v1/contacts/EVENT/take {comment?} | open {} -> {name, reach} | outcome {outcome, done, comment?}: done erases it */
export interface Contacts { contacts: Contact[] }
export interface Contact {
  event: number; place: { id: string; name: string }; kiosk: { id: string; name: string };
  asked: number; due: number | null; overdue: boolean; until: number; // until: what they left is deleted
  taken: { by: string; at: number; mine: boolean } | null; outcome: string; note: string;
}
/** GET /api/v1/comments?place=ID&limit=N&cursor=NEXT (a branch): newest first */
export interface Comments { place: string; rev: number; days: number; comments: Comment[]; next: number | null }
export interface Comment { id: number; at: number; question: string; text: string; lang: string; flags: ("urgent" | "personal")[] }
/** GET /api/v1/alerts/ID/votes: the votes behind it, to the quarter hour */
export interface AlertVotes { quarters: { at: number; n: number; unhappy: number; kiosks: { name: string; n: number; unhappy: number }[] }[] }
/** POST /api/v1/alerts/ID/ack | comment | resolve -> 204 or Problem */
export interface AlertAction { comment: string; minutes?: number } // ack expires after minutes (default 60, 5..1440)

// For administrators. GET /api/v1/channels: who is told of alerts. GET /api/v1/channels/messages/ID: one ChannelMessage.
// POST /api/v1/channels/ID/test -> 202 {"id"}: of the message, to ask for until its state is not "waiting"
export interface Channels { channels: Channel[]; dead: ChannelMessage[] } // dead: the newest 50
// GET /api/v1/mailings: reports by mail; GET /api/v1/mailings/ID/preview?lang=id|en: HTML
export interface Mailings { mailings: Mailing[] }
export interface Mailing {
  id: string; stored: boolean; place: { id: string; name: string }; every: "daily" | "weekly" | "monthly"; report: "place" | "skm"; lang: "id" | "en"; at: number; channel: string;
  readers: { address: string; through: string | null; ended: number | null }[]; // the last day that was sent; when they ended it
}
export interface Channel {
  id: string; kind: string; lang: "id" | "en"; stored: boolean; // made in Manage, not in aggregator.yaml
  secret: "none" | "there" | "missing" | "elsewhere" | "unreadable"; // elsewhere: put for another address
  sends: boolean; // false: mqtt, which says how it is
  waiting: number; sentToday: number; deadToday: number; lastSent: number | null; // today: the last 24 hours
  attempts: number; reply: string; // of what waits after a failure
  quiet: { days: string; open: string; close: string }[]; quietFor: string[]; // when it waits; with alarm, warning; []: with both
}
export interface ChannelMessage {
  id: string; channel: string; alert: string; event: "raised" | "acknowledged" | "unattended" | "ended" | "praise" | "test" | "report"; // report: alert is its own id
  state: "waiting" | "sent" | "dead" | "dropped"; at: number; attempts: number; reply: string; ended: number | null;
}

// GET /api/v1/trends/REPORT?place=ID&from=DAY&to=DAY&question=ID: days that are over, both counted, "2026-11-17".
// Without them: the four weeks up to yesterday, by the clock of the place. Figures allow for days.
export interface Figure {
  n: number; days: number;
  enough: boolean; // n reaches `least`: something may be concluded. Under 5 votes all but n is null
  good?: number | null; share?: number | null; lo?: number | null; hi?: number | null; clustered?: boolean; // not of NPS
  index?: Value | null; // 0..100
  nps?: Value | null; // -100..100: instead of share and index
  named?: Share; // instead of share and index, where a reason is asked for: of n visits that answered its question
}
export interface Share { good: number | null; share: number | null; lo: number | null; hi: number | null; clustered: boolean }
export interface Value { value: number; lo: number; hi: number; error: number }
export interface Days { from: string; to: string }
export interface Trends extends Days {
  place: { id: string; name: string; kind: "org" | "region" | "branch" | "area" };
  question: string; // "": no votes
  promise: { id: string; target: number; name: Texts } | null; // of the place, for this question
  building: boolean; // some days are not added up yet
  least: number;
  reason: { question: string; id: string; label: string; visits: Visits } | null; // the filter
  coverage: TrendsCoverage;
}
export interface TrendsCoverage {
  stored: number; known: number; share: number | null; missing: number; lost: number; notHeard: number; asOf: number | null;
  complete: boolean; // may say 100 %
}
export type Visits = "unhappy" | "happy" | "all"; // whose reasons
/** series, grid, ranking, compare, effect: reason=QUESTION:ID with visits=all|unhappy|happy: how often it is named */
/** series: by=day|week|month; weekday=0..6 (Sunday first), hour=0..23: only these */
export interface TrendsSeries extends Trends { by: string; periods: (Figure & Days)[]; total: Figure & Days & Satisfied; previous: Figure & Days & Satisfied }
/** of all visits that named the reason, how many are happy ones */
export interface Satisfied { satisfied?: Figure }
export interface TrendsGrid extends Trends { cells: (Figure & { weekday: number; hour: number; thin: boolean })[] }
/** ranking: of=branches|children; best first, those under `least` last and without figures */
/** below: those under the promise beyond chance; of such a list at most `rate` are there by accident (Benjamini-Hochberg). null: nothing is promised */
export interface TrendsRanking extends Trends { of: string; units: RankedUnit[]; below: { n: number; of: number; rate: number } | null }
export interface RankedUnit {
  n: number; hidden: boolean; below: boolean; place: Trends["place"];
  rank: number | null; share?: number | null; named?: number | null; shrunk: number | null; lo: number | null; hi: number | null;
}
/** reasons: of all visits, of unhappy and of happy ones; lang=id|en of the labels, which are the ids where the survey has no words */
export interface TrendsReasons extends Trends { questions: (ReasonGroup & { question: string; unhappy: ReasonGroup; happy: ReasonGroup })[] }
export interface ReasonGroup {
  n: number; answered: number; enough: boolean; // n: reasons named; answered: visits
  items: { id: string; label: string; n: number; share: number; lo: number; hi: number; cumulative: number }[];
}
/** compare: with as many days before. refusal "": the change may be called one; it is in shares of satisfied votes */
export interface TrendsCompare extends Trends {
  before: Figure & Days; after: Figure & Days;
  change: { difference: number | null; lo: number | null; hi: number | null; refusal: "" | "too-few" | "volume-changed" | "mix-changed" };
}

/** segments: by service, counter, or "source:phone": customers' own phones, which are in no other report */
export interface TrendsSegments extends Trends {
  segments: (Figure & Days & { segment: string })[];
}

/** skm: the nine elements of Permenpan RB 14/2017; population=people served. question is not there */
export interface TrendsSkm extends Trends {
  index: number | null; lo: number | null; hi: number | null; // 25..100
  class: "A" | "B" | "C" | "D" | null;
  respondents: number; enough: boolean; // answers to the element that has fewest
  sample: { population: number | null; needed: number; reached: boolean };
  elements: { element: string; question: string; n: number; enough: boolean; mean: number | null; lo: number | null; hi: number | null; value: number | null }[]; // 1..4; value: 25..100
  units: { place: Trends["place"]; index: number | null; lo: number | null; hi: number | null; class: TrendsSkm["class"]; respondents: number; enough: boolean }[]; // right under it
}
/** gaps: what was perceived less what is expected, index 0..100. question is not there */
export interface TrendsGaps extends Trends {
  dimensions: {
    dimension: string; enough: boolean;
    perception: { n: number; index: Value | null }; expectation: { n: number; index: Value | null };
    gap: Value | null; weight: number | null; weighted: number | null;
  }[];
}
/** late: breaches that came to light late, of days that are a week at most (searched), ascending by time; time: "14:05" there */
export interface TrendsLate extends Trends {
  searched: boolean; late: number;
  breaches: { place: Trends["place"]; standard: { id: string; name: Texts }; at: number; day: string; time: string; votes: number | null; n: number; unhappy: number; late: number }[];
}
/** effect: at=DAY of a change, days before and after it; control=ID,ID: places where nothing changed. refusal as in compare */
export interface TrendsEffect extends Trends {
  at: string;
  before: Figure & Days; after: Figure & Days; change: TrendsCompare["change"];
  control: Pick<TrendsCompare, "before" | "after" | "change"> | null;
  effect: Omit<TrendsCompare["change"], "refusal"> & { refusal: TrendsCompare["change"]["refusal"] | "no-control" };
}
/** marks: alerts by the day on which they were raised, and the improvement log, ascending by day; more: earlier alerts are not told */
export interface TrendsMarks extends Trends { marks: TrendsMark[]; more: boolean }
export type ImprovementKind = "change" | "training" | "campaign" | "other"; // other: a note
export interface TrendsMark {
  kind: "alert" | ImprovementKind; id: string; day: string; place: { id: string; name: string };
  text: string | Texts; // of an alert: the name of its standard
  why: string; measured: string | null; // the place whose votes tell its effect; null of an alert
}
/** goal: of the standard at the place, from its own past; null: none is set, or nothing is known of the time before */
export interface TrendsGoal extends Trends {
  goal: {
    target: number; since: string; by: string; start: number | null; progress: number | null; best: number | null; reachable: number | null;
    now: { n: number; from: string; share: number | null; lo: number | null; hi: number | null };
    steps: { by: string; target: number; reached: boolean; proven: boolean; reach: "unknown" | "within" | "out" }[];
  } | null;
}
/** GET /api/v1/praise?place=ID&limit&cursor: what a place and those under it can be proud of, newest first. answers, share (of a
 * step, with the day `by`): null where the kind has none */
export interface Praise { id: number; at: number; kind: "answers" | "step" | "year"; answers: number | null; share: number | null; by: string | null; place: { id: string; name: string }; rule: { id: string; name: Texts } | null }
export interface PraiseList { praise: Praise[]; next: number | null }
/** staff: what the own people answered, by the last twelve months that are over; null: nothing, hidden: fewer than five answers */
export interface TrendsStaff extends Trends { months: Days[]; questions: { question: string; months: (Figure | { hidden: true } | null)[] }[] }
// The improvement log: GET /api/v1/improvements?place=ID of a place, what is above it and what is under it; POST the same, and
// .../ID/edit and .../ID/withdraw with the revision that one has seen (412: there is a newer one).
export interface Improvement { revision: number; kind: ImprovementKind; day: string; what: string; why: string; by: string; at: number; withdrawn: boolean }
export interface Improvements { improvements: (Improvement & { id: number; place: { id: string; name: string }; mine: boolean; history: Improvement[] })[] }
// GET /api/v1/trends/REPORT.xlsx and .csv: the same as a file (aggregator/sheets.h), lang=id|en; REPORT "report": all that the
// report page shows.

// Links for people without a login. GET /api/v1/shares; POST /api/v1/shares {"path","days"} -> 201 NewShare;
// POST /api/v1/shares/ID/revoke -> 204. With one, session (user.name "") and trends can be read, and nothing else.
export interface NewShare { id: number; url: string; expires: number } // url: "/s/..."
export interface Shares { shares: { id: number; path: string; by: string; created: number; expires: number }[] }

/** GET /api/v1/backtest?place=ID&from=DAY&to=DAY&a=SETTING&b=SETTING&late=counted (aggregator/backtest_report.h): what one or
 * two rules would have done. Without days: the 90 up to yesterday; without a: the promise in force. 422 names the field. */
export interface Backtest extends Days {
  place: Trends["place"]; tz: string; days: number; places: number;
  votes: number;
  late: number; lateCounted: boolean; // votes that came late: left out, as live, unless they are counted
  kiosks: { count: number; from: string | null } | null; // a setting is about kiosks; what they did is known since the day `from`, null: of none of these days
  standards: { id: string; rule: Rule }[]; // in force here
  settings: BacktestSetting[];
  compare: { both: number; first: number; second: number } | null;
}
/** as the store keeps it: times in ms */
export interface Rule {
  kind: "standard" | "change" | "share" | "silence" | "offline" | "coverage" | "clock" | "tamper";
  name: Texts; question: string; hold_ms: number; mash_ms: number;
  percent?: number; top_faces?: number; usual_unhappy?: number; false_alarm_votes?: number; drift?: boolean;
  resolve_percent?: number; boundary?: string; window_ms?: number; min_n?: number; faces?: number[]; probability?: number;
}
export interface BacktestSetting {
  given: string; rule: Rule;
  alerts: BacktestAlert[]; count: number; aMonth: number; // alerts: the first 2,000
  inAlert: number; // share of opening hours
  votes: number;
  expected: { aMonth: number; votes: number | null; days: number | null; learning: number } | null; // false alarms; null: not known
  cost: { usual: number; parts: { up: number; down: number; limit: number }[]; seen: { unhappy: number; votes: number }[]; curve: { unhappy: number; votes: number }[] } | null; // curve: mean votes until each share is seen
}
export interface BacktestAlert {
  place: Trends["place"]; kiosk: { id: string; name: string } | null; since: number; raised: number; until: number | null;
  votes: number | null; minutes: number | null; // from the begin of what it saw
  n: number; unhappy: number; points: number | null; limit: number | null; usual: number | null; flaps: number;
  both: boolean; // the other setting had one then
}

/** application/problem+json */
export interface Problem { type: string; title: string; status: number; detail: string; field?: string; errors?: { field: string; detail: string }[] } // field: that of errors[0]

// GET /api/v1/live?place=ID: server-sent events.
//   event: hello   data: {"rev":n}       at once
//   event: today   data: {"rev":n}       a step, presence or alert change: fetch /today again
//   event: alert   data: {"rev":n,"id":..,"state":..}
//   a comment line every 20 s; id: is the rev
// With place=ID several times, up to 16: hello {"revs":{ID:n,..}} of those that are there for the session; the others say their "place"; no id.
// Every POST carries the header "X-Puas: 1" (a cross-site form cannot) and JSON; the cookie is SameSite=Strict, HttpOnly.

// The survey on the customer's own phone. GET /api/v1/phones; POST /api/v1/phones {"place"} -> 201 NewPhone;
// POST /api/v1/phones/ID/revoke -> 204.
export interface Phones { phones: { id: number; place: { id: string; name: string }; path: string; by: string; created: number }[]; publicUrl: string }
export interface NewPhone { id: number; path: string }
/** GET /api/v1/phone/TOKEN, of which the poster needs this; the rest: src/phone/survey.ts */
export interface PhoneSurvey { promise: Texts }

/** GET /api/v1/wall?place=ID&for=staff|customers: a branch on a screen. messages: what was said and done (pushed with the content); told:
 * what its kiosks tell of alerts, newest first; attended: somebody is on what is wrong. staff: null for customers. */
export interface Wall extends Pick<Today, "now" | "date" | "asOf" | "open" | "promise" | "minN" | "step" | "score" | "tally" | "phone"> {
  place: { id: string; name: string; tz: string };
  coverage: Pick<Coverage, "stored" | "known" | "share" | "complete">;
  words: Texts; // the promise in words
  messages: { said: Texts; did: Texts }[];
  told: { said: Texts; did: Texts; at: number }[];
  attended: boolean;
  staff: {
    alerts: Pick<Alert, "id" | "state" | "kind" | "rule" | "place" | "subject" | "since" | "raised" | "closed" | "ack" | "assigned">[];
    kiosks: Pick<Kiosk, "id" | "name" | "state" | "since" | "lastHeard" | "silentMin">[];
    reasons: { id: string; label: Texts; n: number }[];
  } | null;
}
