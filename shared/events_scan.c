// events: decoding, without a tree (scan.h): it is a quarter of what a rating costs otherwise.
//
// Two severities: what makes the whole message unusable is a protocol_error (the message is quarantined with
// its bytes); what makes one event unusable, once its seq is known, is an entry in `rejected`.
#include "shared/protocol.h"
#include "shared/scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Members of the envelope and of an event; those of struct event's defaults stand in both.
enum field {
    F_BOOT,
    F_PLACE,
    F_SURVEY,
    F_VERSION,
    F_LANG,
    F_BY,
    F_CLOCK,
    DEFAULTS,
    F_V = DEFAULTS, // from here: envelope
    F_EPOCH,
    F_SENT,
    F_SENT_UP,
    F_EVENTS,
    ENVELOPE_FIELDS,
    F_SEQ = DEFAULTS, // from here: event
    F_AT,
    F_UP,
    F_VISIT,
    F_TYPE,
    F_QUESTION,
    F_SCORE,
    F_OF,
    F_SINCE,
    F_FINGERS,
    F_REF,
    F_OPTIONS,
    F_TEXT,
    F_VOIDS,
    F_KEEP,
    EVENT_FIELDS,
};
_Static_assert((int)EVENT_FIELDS <= (int)SCAN_MEMBERS_MAX && (int)ENVELOPE_FIELDS <= (int)SCAN_MEMBERS_MAX,
               "scan.h");
#define DEFAULT_NAMES "boot", "place", "survey", "version", "lang", "by", "clock"
static const char *const envelope_names[ENVELOPE_FIELDS] = {DEFAULT_NAMES, "v",       "epoch",
                                                            "sent",        "sent_up", "events"};
static const char *const event_names[EVENT_FIELDS] = {
    DEFAULT_NAMES, "seq",   "at",      "up",  "visit",   "type", "question", "score",
    "of",          "since", "fingers", "ref", "options", "text", "voids",    "keep"};

// ---------------------------------------------------------------- single fields

// An integer from lo to hi; `missing` when the field is absent. False when present and anything else.
static bool int_of(const struct scan_value *v, int64_t lo, int64_t hi, int64_t missing, int64_t *ret)
{
    int64_t i = missing;
    if (v->kind == SCAN_INT) {
        i = v->i;
    } else if (v->kind == SCAN_REAL && floor(v->real) == v->real && fabs(v->real) < 9e15) {
        i = (int64_t)v->real; // 1e3: some libraries write whole numbers so
    } else if (v->kind != SCAN_ABSENT) {
        return false;
    }
    if (v->kind != SCAN_ABSENT && (i < lo || i > hi)) {
        return false;
    }
    *ret = i;
    return true;
}

static bool need_int(const struct scan_value *v, int64_t lo, int64_t hi, int64_t *ret)
{
    return v->kind != SCAN_ABSENT && int_of(v, lo, hi, 0, ret);
}

// A text of at most `max` bytes; absent: "".
static bool text_of(const struct scan_value *v, size_t max, char *ret)
{
    ret[0] = '\0';
    return v->kind == SCAN_ABSENT || scan_text(v, max, ret);
}

// An id; absent or "" is none (an event takes a default of its envelope back so).
static bool ident_of(const struct scan_value *v, struct ident *ret)
{
    *ret = (struct ident){.s = ""};
    return v->kind == SCAN_ABSENT || (scan_text(v, IDENT_MAX, ret->s) && (ret->s[0] == '\0' || ident_valid(ret->s)));
}

// ---------------------------------------------------------------- one event

// The fields that stand in the envelope or in the event. NULL when fine, else the reason code.
static const char *read_defaults(const struct scan_value *v, struct event *e)
{
    int64_t version = e->version;
    if (v[F_BOOT].kind != SCAN_ABSENT && !int_of(&v[F_BOOT], 0, PROTOCOL_INT_MAX, 0, &e->boot)) {
        return "boot";
    }
    if (v[F_PLACE].kind != SCAN_ABSENT && !ident_of(&v[F_PLACE], &e->place)) {
        return "place";
    }
    if (v[F_SURVEY].kind != SCAN_ABSENT && !ident_of(&v[F_SURVEY], &e->survey)) {
        return "survey";
    }
    if (!int_of(&v[F_VERSION], 0, INT32_MAX, version, &version)) {
        return "version";
    }
    e->version = (int)version;
    if (v[F_LANG].kind != SCAN_ABSENT && !text_of(&v[F_LANG], PROTOCOL_LANG_MAX, e->lang)) {
        return "lang";
    }
    if (v[F_BY].kind != SCAN_ABSENT && !text_of(&v[F_BY], sizeof e->by - 1, e->by)) {
        return "by";
    }
    if (v[F_CLOCK].kind == SCAN_STRING) {
        e->clock = scan_text_is(&v[F_CLOCK], "synced") ? CLOCK_SYNCED : CLOCK_UNSURE;
    } else if (v[F_CLOCK].kind != SCAN_ABSENT) {
        return "clock";
    }
    return NULL;
}

static const char *read_options(const struct scan_value *v, struct event *e)
{
    struct scan s;
    struct scan_value item;
    bool bad = false;
    if (v->kind != SCAN_ARRAY) {
        return "options";
    }
    scan_init(&s, v->text, v->n);
    scan_array_begin(&s);
    for (; scan_array_next(&s, e->option_count == 0, &bad); e->option_count++) {
        if (e->option_count == PROTOCOL_OPTIONS_MAX || !scan_value(&s, &item) || item.kind != SCAN_STRING ||
            !ident_of(&item, &e->options[e->option_count]) || e->options[e->option_count].s[0] == '\0') {
            return "options";
        }
    }
    return e->option_count > 0 ? NULL : "options";
}

static enum event_type type_of(const struct scan_value *v)
{
    for (int t = 0; t < EVENT_UNKNOWN; t++) {
        if (scan_text_is(v, event_type_name((enum event_type)t))) {
            return (enum event_type)t;
        }
    }
    return EVENT_UNKNOWN;
}

// Reads one event whose seq is known already. NULL when fine, else the reason code that goes into `rejected`.
static const char *read_event(const struct scan_value *v, struct event *e)
{
    const char *why = read_defaults(v, e);
    if (why != NULL) {
        return why;
    }
    int64_t score, of, since, fingers, keep;
    if (!need_int(&v[F_AT], 0, PROTOCOL_INT_MAX, &e->at)) {
        return "at";
    }
    if (!int_of(&v[F_UP], 0, PROTOCOL_INT_MAX, -1, &e->up)) {
        return "up";
    }
    if (!int_of(&v[F_VISIT], 1, PROTOCOL_INT_MAX, e->seq, &e->visit) || e->visit > e->seq) {
        return "visit";
    }
    if (!int_of(&v[F_SINCE], 0, INT32_MAX, -1, &since) || !int_of(&v[F_FINGERS], 0, 100, 0, &fingers)) {
        return "facts";
    }
    e->since_ms = (int)since;
    e->fingers = (int)fingers;
    if (!text_of(&v[F_REF], PROTOCOL_REF_MAX, e->ref) || (e->ref[0] != '\0' && !ref_valid(e->ref))) {
        return "ref";
    }
    if (v[F_TYPE].kind != SCAN_STRING) {
        return "type";
    }
    e->type = type_of(&v[F_TYPE]);
    if (e->type == EVENT_VOID) {
        return need_int(&v[F_VOIDS], 1, e->seq - 1, &e->voids) ? NULL : "voids";
    }
    if (!ident_of(&v[F_QUESTION], &e->question) || (e->type != EVENT_UNKNOWN && e->question.s[0] == '\0')) {
        return "question";
    }
    switch (e->type) {
    case EVENT_RATING:
    case EVENT_NUMBER:
        if (!need_int(&v[F_OF], 2, PROTOCOL_SCORE_MAX, &of) || !need_int(&v[F_SCORE], 1, of, &score)) {
            return "score";
        }
        e->score = (int)score;
        e->of = (int)of;
        return NULL;
    case EVENT_CHOICE:
        return read_options(&v[F_OPTIONS], e);
    case EVENT_CONTACT:
        if (!int_of(&v[F_KEEP], 1, PROTOCOL_KEEP_DAYS_MAX, PROTOCOL_KEEP_DAYS, &keep)) {
            return "keep";
        }
        e->keep_days = (int)keep;
        return text_of(&v[F_TEXT], PROTOCOL_TEXT_MAX, e->text) ? NULL : "text"; // none: it was wiped
    case EVENT_TEXT:
        return text_of(&v[F_TEXT], PROTOCOL_TEXT_MAX, e->text) && e->text[0] != '\0' ? NULL : "text";
    default:
        return NULL; // an unknown type is stored as it is
    }
}

// ---------------------------------------------------------------- the message

// The envelope as it is read: its events are read on the way, with the defaults that have come by then.
struct reading {
    struct events_message *m; // its events have room for PROTOCOL_EVENTS_MAX
    struct scan_value v[ENVELOPE_FIELDS];
    struct scan list;          // where the events begin
    bool late;                 // a default came behind them: read them once more
    enum protocol_error wrong; // with the events; PROTOCOL_OK: nothing
};

static void note(struct reading *r, enum protocol_error e)
{
    r->wrong = r->wrong == PROTOCOL_OK ? e : r->wrong;
}

// One item of the list. False: this is no JSON.
static bool read_item(struct reading *r, struct scan *s, const struct event *defaults)
{
    struct events_message *m = r->m;
    struct scan_value v[EVENT_FIELDS];
    struct scan from = *s;
    if (r->wrong != PROTOCOL_OK || !scan_object(s, event_names, EVENT_FIELDS, v)) {
        note(r, PROTOCOL_BAD_FIELD);
        *s = from;
        return scan_value(s, &v[0]);
    }
    struct event *e = &m->events[m->count];
    memcpy(e, defaults, offsetof(struct event, text));
    e->text[0] = '\0';
    if (!need_int(&v[F_SEQ], 1, PROTOCOL_INT_MAX, &e->seq)) {
        note(r, PROTOCOL_BAD_FIELD); // nothing to answer it by
        return true;
    }
    int64_t seq = e->seq;
    const char *why = read_event(v, e);
    if (why != NULL) {
        m->rejected[m->rejected_count++] = (struct rejected){.seq = seq, .why = why};
    } else {
        m->count++;
    }
    return true;
}

static bool read_list(struct reading *r, struct scan *s)
{
    struct event defaults = {.since_ms = -1, .up = -1};
    bool bad = false;
    int n = 0;
    read_defaults(r->v, &defaults); // what is wrong there is told by read_envelope
    r->m->count = r->m->rejected_count = 0;
    r->wrong = PROTOCOL_OK;
    r->late = false;
    if (!scan_array_begin(s)) {
        note(r, PROTOCOL_BAD_FIELD);
        return scan_value(s, &r->v[F_EVENTS]);
    }
    r->v[F_EVENTS].kind = SCAN_ARRAY;
    for (; scan_array_next(s, n == 0, &bad); n++) {
        if (n == PROTOCOL_EVENTS_MAX) {
            r->wrong = PROTOCOL_TOO_MANY; // whatever else is wrong
        }
        if (!read_item(r, s, &defaults)) {
            return false;
        }
    }
    if (n == 0) {
        note(r, PROTOCOL_TOO_MANY);
    }
    return !bad;
}

// False: this is no JSON.
static bool read_members(struct reading *r, struct scan *s)
{
    struct scan_members members;
    enum scan_step step;
    int i = 0;
    bool ok = true;
    scan_members_begin(s, envelope_names, ENVELOPE_FIELDS, &members);
    while (ok && (step = scan_members_next(s, &members, &i)) == SCAN_MEMBER) {
        if (i == F_EVENTS) {
            r->list = *s;
            ok = read_list(r, s);
        } else {
            ok = scan_value(s, &r->v[i]);
            r->late |= i < DEFAULTS && r->v[F_EVENTS].kind != SCAN_ABSENT;
        }
    }
    scan_members_finish(s, &members);
    return ok && step == SCAN_END && scan_at_end(s);
}

static enum protocol_error read_envelope(struct reading *r)
{
    struct events_message *m = r->m;
    struct event defaults = {.since_ms = -1, .up = -1};
    const struct scan_value *v = r->v;
    char epoch[EPOCH_HEX + 1];
    if (v[F_V].kind != SCAN_INT || v[F_V].i != PROTOCOL_VERSION) {
        return PROTOCOL_BAD_VERSION;
    }
    if (!scan_text(&v[F_EPOCH], EPOCH_HEX, epoch) || !ident_unhex(epoch, EPOCH_BYTES, m->epoch) ||
        !need_int(&v[F_SENT], 0, PROTOCOL_INT_MAX, &m->sent) ||
        !int_of(&v[F_SENT_UP], 0, PROTOCOL_INT_MAX, -1, &m->sent_up) || v[F_EVENTS].kind != SCAN_ARRAY ||
        read_defaults(v, &defaults) != NULL) {
        return PROTOCOL_BAD_FIELD;
    }
    if (r->late) {
        struct scan again = r->list;
        read_list(r, &again);
    }
    return r->wrong;
}

enum protocol_error events_decode_again(const void *payload, size_t n, struct events_message *m)
{
    struct reading r = {.m = m, .wrong = PROTOCOL_OK};
    struct scan s;
    m->count = m->rejected_count = 0;
    if (n > PROTOCOL_PAYLOAD_MAX) {
        return PROTOCOL_TOO_LARGE;
    }
    if (!scan_utf8_valid(payload, n)) {
        return PROTOCOL_NOT_UTF8;
    }
    scan_init(&s, payload, n);
    struct scan array = s;
    if (scan_array_begin(&array)) { // JSON, but no object
        return scan_value(&s, &r.v[0]) && scan_at_end(&s) ? PROTOCOL_BAD_FIELD : PROTOCOL_NOT_JSON;
    }
    if (m->events == NULL) {
        m->events = malloc(PROTOCOL_EVENTS_MAX * sizeof *m->events);
    }
    if (m->events == NULL) {
        return PROTOCOL_NO_MEMORY;
    }
    return read_members(&r, &s) ? read_envelope(&r) : PROTOCOL_NOT_JSON;
}

enum protocol_error events_decode(const void *payload, size_t n, struct events_message *ret_m)
{
    struct events_message m = {.count = 0};
    enum protocol_error e = events_decode_again(payload, n, &m);
    if (e != PROTOCOL_OK) {
        events_message_finish(&m);
        return e;
    }
    *ret_m = m;
    return PROTOCOL_OK;
}
