// rules: JSON bodies.
#include "aggregator/rules_json.h"

#include "aggregator/trend_goal.h"
#include "aggregator/trends.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUN_ENDS = 2, INDEX_BACK = 5 }; // usual: votes in a row; points on the good side

static json_t *pairs_json(const struct config_pairs *p)
{
    json_t *o = json_object();
    for (size_t i = 0; i < p->count; i++) {
        json_object_set_new(o, p->items[i].key, json_string(p->items[i].value));
    }
    return o;
}

static char *dump(json_t *o)
{
    char *text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(o);
    return text;
}

static json_t *faces_json(const struct seed_standard *s)
{
    json_t *faces = json_array();
    for (size_t i = 0; i < s->faces.count; i++) {
        json_array_append_new(faces, json_integer(((const int64_t *)s->faces.items)[i]));
    }
    if (s->faces.count == 0) {
        json_array_append_new(faces, json_integer(1));
        json_array_append_new(faces, json_integer(2));
    }
    return faces;
}

static json_t *mix_json(const struct seed_standard *s)
{
    json_t *mix = json_array();
    struct engine_rule usual = engine_rule_defaults(ENGINE_MOOD);
    for (size_t i = 0; i < s->usual_mix.count; i++) {
        json_array_append_new(mix, json_integer(((const int64_t *)s->usual_mix.items)[i]));
    }
    for (int i = 0; s->usual_mix.count == 0 && i < usual.mix_faces; i++) {
        json_array_append_new(mix, json_integer(usual.mix[i]));
    }
    return mix;
}

static int64_t index_resolve(const struct seed_standard *s)
{
    int64_t usual = s->above ? s->percent - INDEX_BACK : s->percent + INDEX_BACK;
    return s->resolve_percent >= 0 ? s->resolve_percent : usual < 0 ? 0 : usual > 100 ? 100 : usual;
}

static json_t *texts_json(const struct config_list *texts)
{
    json_t *list = json_array();
    for (size_t i = 0; i < texts->count; i++) {
        const struct seed_text *t = &((const struct seed_text *)texts->items)[i];
        json_array_append_new(list, json_pack("{s:s,s:o}", "id", t->id.s, "text", pairs_json(&t->text)));
    }
    return list;
}

// Only what the document says, so that standards without it stay as they were.
static void add_people(json_t *o, const struct seed_standard *s)
{
    const int64_t limits[] = {s->recovery.manager, s->recovery.head_office, s->recovery.admin};
    if (s->playbook.count > 0) {
        json_object_set_new(o, "playbook", texts_json(&s->playbook));
    }
    for (size_t i = 0; i < s->escalation.count; i++) {
        const struct seed_escalation *step = &((const struct seed_escalation *)s->escalation.items)[i];
        json_t *ladder = i == 0 ? json_array() : json_incref(json_object_get(o, "escalation"));
        json_array_append_new(
            ladder, json_pack("{s:I,s:s}", "after_ms", (json_int_t)step->after_ms, "channel", step->channel.s));
        json_object_set_new(o, "escalation", ladder);
    }
    for (int i = 0; i < 3; i++) {
        if (limits[i] >= 0) {
            json_t *recovery = json_object_get(o, "recovery");
            if (recovery == NULL) {
                recovery = json_object();
                json_object_set_new(o, "recovery", recovery);
            }
            json_object_set_new(recovery, roles[ROLE_MANAGER + i], json_integer(limits[i]));
        }
    }
}

char *rule_encode(const struct seed_standard *s)
{
    json_t *o = json_object();
    add_people(o, s);
    json_object_set_new(o, "kind", json_string(standard_kinds[s->kind]));
    json_object_set_new(o, "name", pairs_json(&s->name));
    json_object_set_new(o, "question", json_string(s->question.s));
    json_object_set_new(o, "hold_ms", json_integer(s->hold_ms));
    json_object_set_new(o, "mash_ms", json_integer(s->mash_ms));
    switch (s->kind) {
    case KIND_STANDARD:
        json_object_set_new(o, "percent", json_integer(s->percent));
        json_object_set_new(o, "top_faces", json_integer(s->top_faces));
        json_object_set_new(o, "usual_unhappy", json_real(s->usual_unhappy));
        json_object_set_new(o, "false_alarm_votes", json_real(s->false_alarm_votes));
        if (s->goal > 0) {
            json_object_set_new(o, "goal", json_integer(s->goal));
            json_object_set_new(o, "goal_from", json_string(s->goal_from));
            json_object_set_new(o, "goal_by", json_string(s->goal_by));
        }
        break;
    case KIND_CHANGE:
        json_object_set_new(o, "top_faces", json_integer(s->top_faces));
        json_object_set_new(o, "usual_unhappy", json_real(s->usual_unhappy));
        json_object_set_new(o, "false_alarm_votes", json_real(s->false_alarm_votes));
        json_object_set_new(o, "drift", json_boolean(s->drift));
        if (s->spread) { // so that rules without it stay as they were
            json_object_set_new(o, "spread", json_true());
        }
        if (s->by_hour) {
            json_object_set_new(o, "by_hour", json_true());
        }
        break;
    case KIND_SHARE: {
        int64_t resolve = s->resolve_percent >= 0 ? s->resolve_percent
                          : s->percent > 10       ? s->percent - 10
                                                  : 0;
        json_object_set_new(o, "percent", json_integer(s->percent));
        json_object_set_new(o, "resolve_percent", json_integer(resolve));
        json_object_set_new(o, "boundary", json_string(boundaries[s->boundary]));
        json_object_set_new(o, "window_ms", json_integer(s->window_ms));
        json_object_set_new(o, "min_n", json_integer(s->min_n));
        json_object_set_new(o, "faces", faces_json(s));
        break;
    }
    case KIND_RUN:
        json_object_set_new(o, "votes", json_integer(s->votes));
        json_object_set_new(o, "end_votes", json_integer(s->end_votes > 0 ? s->end_votes : RUN_ENDS));
        json_object_set_new(o, "faces", faces_json(s));
        json_object_set_new(o, "usual_unhappy", json_real(s->usual_unhappy));
        break;
    case KIND_COUNT:
        json_object_set_new(o, "votes", json_integer(s->votes));
        json_object_set_new(o, "end_votes", json_integer(s->end_votes > 0 ? s->end_votes : 0));
        json_object_set_new(o, "window_ms", json_integer(s->window_ms));
        if (s->option.s[0] != '\0') {
            json_object_set_new(o, "option", json_string(s->option.s));
        } else {
            json_object_set_new(o, "faces", faces_json(s));
        }
        break;
    case KIND_MOOD:
        json_object_set_new(o, "false_alarm_votes", json_real(s->false_alarm_votes));
        json_object_set_new(o, "usual_mix", mix_json(s));
        break;
    case KIND_INDEX:
        json_object_set_new(o, "percent", json_integer(s->percent));
        json_object_set_new(o, "resolve_percent", json_integer(index_resolve(s)));
        json_object_set_new(o, "boundary", json_string(boundaries[s->boundary]));
        json_object_set_new(o, "above", json_boolean(s->above));
        json_object_set_new(o, "window_ms", json_integer(s->window_ms));
        json_object_set_new(o, "min_n", json_integer(s->min_n));
        break;
    case KIND_SILENCE:
        json_object_set_new(o, "probability", json_real(s->probability));
        break;
    default:
        break;
    }
    return dump(o);
}

char *rule_read(const char *name, const char *text, char *ret_why, size_t n)
{
    struct seed_standard s;
    struct config_error error;
    struct engine_rule r;
    if (!config_parse(name, text, strlen(text), setting_rows, &s, &error)) {
        snprintf(ret_why, n, "%s", error.text);
        return NULL;
    }
    char *body = NULL;
    const char *why = error.text;
    if (setting_check(name, &s, &error)) {
        body = rule_encode(&s);
        why = "out of memory";
    }
    config_free(setting_rows, &s);
    if (body != NULL) {
        why = rule_decode(body, &r) ? NULL : "unreadable";
        r.id = r.version = r.place = 1;
        why = why == NULL ? engine_rule_check(&r) : why;
    }
    if (why != NULL) {
        snprintf(ret_why, n, "%s", why);
        free(body);
        return NULL;
    }
    return body;
}

static int64_t number(const json_t *o, const char *key, int64_t missing)
{
    const json_t *v = json_object_get(o, key);
    return json_is_number(v) ? (int64_t)json_number_value(v) : missing;
}

static uint32_t faces_of(const json_t *list)
{
    uint32_t faces = 0;
    size_t i;
    json_t *v;
    json_array_foreach(list, i, v)
    {
        if (json_integer_value(v) >= 1 && json_integer_value(v) <= PROTOCOL_SCORE_MAX) {
            faces |= 1u << (json_integer_value(v) - 1);
        }
    }
    return faces;
}

bool rule_decode(const char *body, struct engine_rule *ret_r)
{
    json_error_t error;
    json_t *o = json_loads(body, JSON_REJECT_DUPLICATES, &error);
    const char *kind = json_string_value(json_object_get(o, "kind"));
    int k = 0;
    while (kind != NULL && standard_kinds[k] != NULL && strcmp(standard_kinds[k], kind) != 0) {
        k++;
    }
    if (kind == NULL || standard_kinds[k] == NULL) {
        json_decref(o);
        return false;
    }
    struct engine_rule r = engine_rule_defaults((enum engine_rule_kind)k);
    const char *question = json_string_value(json_object_get(o, "question"));
    bool ok = question == NULL || question[0] == '\0' || ident_set(&r.question, question);
    int64_t hold = number(o, "hold_ms", 0);
    r.mash_ms = engine_is_content(r.kind) ? number(o, "mash_ms", r.mash_ms) : 0;
    r.hold_ms = r.kind == ENGINE_OFFLINE ? 0 : hold > 0 ? hold : r.hold_ms;
    if (r.kind == ENGINE_OFFLINE && hold > 0) {
        r.timeout_ms = hold; // how long a kiosk may be quiet
    }
    r.promise = (int)number(o, "percent", r.promise);
    r.top_faces = (int)number(o, "top_faces", r.top_faces);
    r.usual = json_number_value(json_object_get(o, "usual_unhappy"));
    r.arl = json_number_value(json_object_get(o, "false_alarm_votes"));
    const json_t *mix = json_object_get(o, "usual_mix");
    if (json_is_array(mix)) {
        r.mix_faces = (int)json_array_size(mix);
        for (int i = 0; i < r.mix_faces && i < PROTOCOL_SCORE_MAX; i++) {
            r.mix[i] = json_integer_value(json_array_get(mix, (size_t)i));
        }
    }
    r.spread = json_is_true(json_object_get(o, "spread"));
    r.by_hour = json_is_true(json_object_get(o, "by_hour"));
    r.drift = json_is_true(json_object_get(o, "drift"));
    const char *boundary = json_string_value(json_object_get(o, "boundary"));
    const char *option = json_string_value(json_object_get(o, "option"));
    if (r.kind == ENGINE_SHARE || r.kind == ENGINE_INDEX) {
        r.raise = (int)number(o, "percent", r.raise / 10) * 10;
        r.resolve = (int)number(o, "resolve_percent", r.resolve / 10) * 10;
    } else if (r.kind == ENGINE_RUN || r.kind == ENGINE_COUNT) {
        r.raise = (int)number(o, "votes", r.raise);
        r.resolve = (int)number(o, "end_votes", r.resolve);
    }
    r.at_least = boundary != NULL && strcmp(boundary, ">=") == 0;
    r.above = json_is_true(json_object_get(o, "above"));
    r.window_ms = number(o, "window_ms", r.window_ms);
    r.min_n = number(o, "min_n", r.min_n);
    ok = ok && (option == NULL || ident_set(&r.option, option));
    r.faces = json_is_array(json_object_get(o, "faces")) ? faces_of(json_object_get(o, "faces")) : r.faces;
    if (r.kind == ENGINE_SILENCE && json_is_number(json_object_get(o, "probability"))) {
        r.improbable = json_number_value(json_object_get(o, "probability"));
    }
    json_decref(o);
    if (ok) {
        *ret_r = r;
    }
    return ok;
}

bool rule_has_step(const char *body, const char *step)
{
    json_t *o = json_loads(body, 0, NULL), *one;
    bool has = false;
    size_t i;
    json_array_foreach(json_object_get(o, "playbook"), i, one)
    {
        const char *id = json_string_value(json_object_get(one, "id"));
        has = has || (id != NULL && strcmp(id, step) == 0);
    }
    json_decref(o);
    return has;
}

bool rule_each_step(const char *body, bool (*each)(void *ctx, int step, int64_t after_ms, const char *channel),
                    void *ctx)
{
    json_t *o = json_loads(body, 0, NULL), *one;
    bool go = true;
    size_t i;
    json_array_foreach(json_object_get(o, "escalation"), i, one)
    {
        const char *channel = json_string_value(json_object_get(one, "channel"));
        go = go && each(ctx, (int)i + 1, number(one, "after_ms", 0), channel != NULL ? channel : "");
    }
    json_decref(o);
    return go;
}

bool rule_goal(const char *body, struct trend_goal *ret_g)
{
    json_t *o = json_loads(body, 0, NULL);
    struct trend_goal g = {.target = (double)number(o, "goal", 0) / 100};
    const char *from = json_string_value(json_object_get(o, "goal_from"));
    const char *by = json_string_value(json_object_get(o, "goal_by"));
    bool has = g.target > 0 && from != NULL && by != NULL && trend_day_parse(from, &g.from) && trend_day_parse(by, &g.by);
    json_decref(o);
    if (has) {
        *ret_g = g;
    }
    return has;
}

int64_t rule_recovery(const char *body, enum role role)
{
    json_t *o = json_loads(body, 0, NULL);
    int64_t limit = 0;
    for (int i = ROLE_MANAGER; i <= (int)role; i++) {
        limit = number(json_object_get(o, "recovery"), roles[i], limit);
    }
    json_decref(o);
    return limit;
}

bool rules_alike(const char *a, const char *b)
{
    json_t *x = json_loads(a, 0, NULL), *y = json_loads(b, 0, NULL);
    static const char *const told[] = {"name",    "goal",     "goal_from", "goal_by",
                                       "playbook", "recovery", "escalation"}; // nothing is judged by them
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        json_object_del(x, told[i]);
        json_object_del(y, told[i]);
    }
    bool alike = x != NULL && json_equal(x, y);
    json_decref(x);
    json_decref(y);
    return alike;
}

char *survey_encode(const struct seed_survey *s)
{
    json_t *o = json_object();
    json_object_set_new(o, "question", json_string(s->question.s));
    json_object_set_new(o, "faces", json_integer(s->faces));
    json_object_set_new(o, "text", pairs_json(&s->text));
    json_object_set_new(o, "reasons", texts_json(&s->reasons));
    return dump(o);
}
