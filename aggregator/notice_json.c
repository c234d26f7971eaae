// notice: the facts, out of a document of the pages. jansson.
#include "aggregator/notice.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

// Bytes of a message to a browser: with every byte of its texts escaped it stays below NOTICE_MESSAGE_MAX.
enum { MESSAGE_BODY = 700, MESSAGE_LINE = 300 };

// What people wrote or named: on one line, and no letter cut in two.
static void take(const json_t *text, char *ret, size_t n)
{
    const char *s = json_string_value(text);
    protocol_words(s != NULL ? s : "", n - 1, ret);
}

static void text(const json_t *o, const char *key, char *ret, size_t n)
{
    take(json_object_get(o, key), ret, n);
}

static int64_t integer(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    return json_is_number(v) ? (int64_t)json_number_value(v) : -1;
}

static double real(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    return json_is_number(v) ? json_number_value(v) : -1;
}

// In the wanted language, else in one that is there.
static void by_lang(const json_t *texts, enum channel_lang lang, char *ret, size_t n)
{
    const json_t *found = json_object_get(texts, channel_langs[lang]);
    for (int i = 0; found == NULL && channel_langs[i] != NULL; i++) {
        found = json_object_get(texts, channel_langs[i]);
    }
    take(found, ret, n);
}

static enum notice_kind kind_of(const json_t *alert)
{
    static const char *const kinds[] = {"standard", "change", "mood",    "share",   "run",
                                        "count",    "index",  "contact", "silence", "offline",
                                        "coverage", "clock",  "tamper"};
    char kind[20];
    text(alert, "kind", kind, sizeof kind);
    for (int i = 0; i < NOTICE_OTHER; i++) {
        if (strcmp(kinds[i], kind) == 0) {
            return (enum notice_kind)i;
        }
    }
    return NOTICE_OTHER;
}

static void read_reasons(const json_t *list, struct notice *n)
{
    for (size_t i = 0; i < json_array_size(list) && n->reason_count < NOTICE_REASONS; i++) {
        const json_t *r = json_array_get(list, i);
        struct notice_reason *to = &n->reasons[n->reason_count++];
        by_lang(json_object_get(r, "label"), n->lang, to->label, sizeof to->label);
        if (to->label[0] == '\0') {
            text(r, "id", to->label, sizeof to->label);
        }
        to->n = integer(r, "n");
    }
}

// Who it was, as people read it, and what they said: of the last comment of that sort.
static void read_words(const json_t *comments, struct notice *n)
{
    const char *action = n->event == CHANNEL_ACKNOWLEDGED ? "ack" : "resolve";
    for (size_t i = json_array_size(comments); i > 0; i--) {
        const json_t *c = json_array_get(comments, i - 1);
        char done[20];
        text(c, "action", done, sizeof done);
        if (strcmp(done, action) == 0) {
            text(c, "by", n->who, sizeof n->who);
            text(c, "text", n->comment, sizeof n->comment);
            return;
        }
    }
}

bool notice_read(const char *json, struct notice *n, char *ret_tz)
{
    json_t *o = json_loads(json, 0, NULL);
    const json_t *a = json_object_get(o, "alert"), *b = json_object_get(o, "branch"), *point;
    const json_t *votes = json_object_get(a, "votes"), *subject = json_object_get(a, "subject");
    size_t i;
    if (!json_is_object(a) || !json_is_object(b)) {
        json_decref(o);
        return false;
    }
    n->kind = kind_of(a);
    text(b, "id", n->branch_id, sizeof n->branch_id);
    text(b, "name", n->branch, sizeof n->branch);
    text(b, "tz", ret_tz, 65);
    text(json_object_get(a, "place"), "id", n->place_id, sizeof n->place_id);
    text(json_object_get(a, "place"), "name", n->place, sizeof n->place);
    text(subject, "kiosk", n->kiosk_id, sizeof n->kiosk_id);
    text(subject, "name", n->kiosk, sizeof n->kiosk);
    text(json_object_get(a, "rule"), "id", n->rule, sizeof n->rule);
    by_lang(json_object_get(json_object_get(a, "rule"), "name"), n->lang, n->rule_name, sizeof n->rule_name);
    n->since = integer(a, "since");
    n->raised = integer(a, "raised");
    n->heard = integer(a, "lastHeard");
    n->until = integer(json_object_get(a, "ack"), "until");
    n->n = integer(votes, "n");
    n->unhappy = integer(votes, "unhappy");
    n->share = real(votes, "share");
    n->lo = real(votes, "lo");
    n->hi = real(votes, "hi");
    n->target = real(a, "target");
    n->limit = integer(a, "limit");
    n->peak = -1;
    json_array_foreach(json_object_get(a, "curve"), i, point)
    {
        n->peak = integer(point, "points") > n->peak ? integer(point, "points") : n->peak;
    }
    n->false_alarm_days = integer(a, "falseAlarmDays");
    n->false_alarm_votes = integer(a, "falseAlarmVotes");
    n->silent_min = integer(a, "silentMin");
    n->usual_gap_min = integer(a, "usualGapMin");
    read_reasons(json_object_get(a, "reasons"), n);
    if (n->who[0] != '\0' && n->event != CHANNEL_TEST) {
        read_words(json_object_get(a, "comments"), n);
    }
    json_decref(o);
    return true;
}

char *notice_message(const struct notice *n, const struct notice_text *t)
{
    char body[MESSAGE_BODY + MESSAGE_LINE + 1] = "", title[MESSAGE_LINE + 1], line[MESSAGE_LINE + 1], said[MESSAGE_LINE + 1];
    char url[NOTICE_URL_MAX + IDENT_MAX];
    size_t at = 0;
    for (int i = 0; i < t->line_count; i++) {
        protocol_words(t->lines[i].text, MESSAGE_LINE / 2, said);
        int bytes = snprintf(line, sizeof line, "%s%s: %s", at > 0 ? "\n" : "", t->lines[i].label, said);
        if (bytes >= (int)sizeof line || at + (size_t)bytes > MESSAGE_BODY) {
            break; // the page tells the rest
        }
        memcpy(body + at, line, (size_t)bytes + 1);
        at += (size_t)bytes;
    }
    protocol_words(t->title, MESSAGE_LINE, title);
    snprintf(url, sizeof url, "%s%s", n->link[0] != '\0' ? n->link : "/?place=", n->link[0] != '\0' ? "" : n->branch_id);
    json_t *o = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "id", n->id, "event", channel_event_name(n->event), "alert", n->alert,
                          "title", title, "body", body, "url", url, "lang", channel_langs[n->lang]);
    char *text = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    return text;
}
