// store: places, kiosks, rules, surveys, people and their history.
#include "aggregator/store_impl.h"
#include "aggregator/store_rollups.h"

#include <stdio.h>
#include <string.h>

bool store_is_empty(struct store *st, bool *ret_empty)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(st, "SELECT 1 FROM place LIMIT 1", "");
    *ret_empty = !store_row(st, s, &failed);
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_each_place(struct store *st, bool (*each)(void *ctx, const struct store_place *p), void *ctx)
{
    bool failed = false, go = true;
    sqlite3_stmt *s = store_bind(
        st, "SELECT place_id, coalesce(parent_id, 0), id, kind, name, tz, hours FROM place ORDER BY place_id",
        "");
    while (go && store_row(st, s, &failed)) {
        struct store_place p = {.place = sqlite3_column_int(s, 0), .parent = sqlite3_column_int(s, 1)};
        store_copy(s, 2, p.id.s, sizeof p.id.s);
        p.kind = sqlite3_column_int(s, 3);
        store_copy(s, 4, p.name, sizeof p.name);
        store_copy(s, 5, p.tz, sizeof p.tz);
        store_copy(s, 6, p.hours, sizeof p.hours);
        go = each(ctx, &p);
    }
    return go && !failed;
}

bool store_put_place(struct store *st, struct store_place *p)
{
    bool failed = false;
    if (p->place == 0) {
        sqlite3_stmt *s = store_bind(st, "SELECT coalesce(max(place_id), 0) + 1 FROM place", "");
        if (!store_row(st, s, &failed)) {
            return false;
        }
        p->place = sqlite3_column_int(s, 0);
        sqlite3_reset(s);
    }
    return store_run(st,
                     "INSERT INTO place(place_id, parent_id, id, kind, name, tz, hours)"
                     " VALUES(?1, nullif(?2, 0), ?3, ?4, ?5, ?6, ?7)"
                     " ON CONFLICT DO UPDATE SET parent_id = excluded.parent_id, kind = excluded.kind,"
                     " name = excluded.name, tz = excluded.tz, hours = excluded.hours",
                     "ddtdttt", p->place, p->parent, p->id.s, p->kind, p->name, p->tz, p->hours);
}

bool store_each_kiosk(struct store *st, bool (*each)(void *ctx, const struct store_kiosk *k), void *ctx)
{
    bool failed = false, go = true;
    sqlite3_stmt *s = store_bind(st,
                                 "SELECT kiosk_id, coalesce((SELECT place_id FROM assignment a WHERE "
                                 "a.kiosk_id = k.kiosk_id AND to_ms IS NULL), 0),"
                                 " id, name, known, state, state_since, session, epoch, engine, heard_at "
                                 "FROM kiosk k ORDER BY kiosk_id",
                                 "");
    while (go && store_row(st, s, &failed)) {
        struct store_kiosk k = {.kiosk = sqlite3_column_int(s, 0), .place = sqlite3_column_int(s, 1)};
        store_copy(s, 2, k.id.s, sizeof k.id.s);
        store_copy(s, 3, k.name, sizeof k.name);
        k.known = sqlite3_column_int(s, 4) != 0;
        k.state = sqlite3_column_int(s, 5);
        k.state_since = sqlite3_column_int64(s, 6);
        k.session = sqlite3_column_int64(s, 7);
        k.has_epoch = sqlite3_column_bytes(s, 8) == EPOCH_BYTES;
        if (k.has_epoch) {
            memcpy(k.epoch, sqlite3_column_blob(s, 8), EPOCH_BYTES);
        }
        store_copy(s, 9, k.engine, sizeof k.engine);
        k.heard_at = sqlite3_column_int64(s, 10);
        go = each(ctx, &k);
    }
    return go && !failed;
}

bool store_put_kiosk(struct store *st, struct store_kiosk *k)
{
    bool failed = false;
    if (k->kiosk == 0) {
        sqlite3_stmt *s = store_bind(st, "SELECT coalesce(max(kiosk_id), 0) + 1 FROM kiosk", "");
        if (!store_row(st, s, &failed)) {
            return false;
        }
        k->kiosk = sqlite3_column_int(s, 0);
        sqlite3_reset(s);
    }
    return store_run(st,
                     "INSERT INTO kiosk(kiosk_id, id, name, known) VALUES(?1, ?2, ?3, ?4)"
                     " ON CONFLICT DO UPDATE SET name = excluded.name, known = excluded.known",
                     "dttd", k->kiosk, k->id.s, k->name, (int)k->known);
}

bool store_assign(struct store *st, int32_t kiosk, int32_t place, wall_ms at)
{
    return store_run(st, "UPDATE assignment SET to_ms = ?2 WHERE kiosk_id = ?1 AND to_ms IS NULL", "di",
                     kiosk, at) &&
           (place == 0 || store_run(st,
                                    "INSERT INTO assignment VALUES(?1, ?2, ?3, NULL)"
                                    " ON CONFLICT DO UPDATE SET place_id = excluded.place_id, to_ms = NULL",
                                    "ddi", kiosk, place, at));
}

bool store_was_assigned(struct store *st, int32_t kiosk, int32_t place, bool *ret_was)
{
    // Also when it stood in an area inside that place: an older message may name just the branch.
    bool failed = false;
    sqlite3_stmt *s =
        store_bind(st,
                   "WITH RECURSIVE up(place_id) AS (SELECT place_id FROM assignment WHERE kiosk_id = ?1"
                   " UNION SELECT p.parent_id FROM up JOIN place p USING(place_id)"
                   " WHERE p.parent_id IS NOT NULL) SELECT 1 FROM up WHERE place_id = ?2",
                   "dd", kiosk, place);
    *ret_was = store_row(st, s, &failed);
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_each_rule(struct store *st, bool (*each)(void *ctx, const struct store_rule *r), void *ctx)
{
    bool failed = false, go = true;
    sqlite3_stmt *s = store_bind(
        st, "SELECT rule_id, version, place_id, id, body FROM rule WHERE to_ms IS NULL ORDER BY rule_id", "");
    while (go && store_row(st, s, &failed)) {
        struct store_rule r = {
            sqlite3_column_int(s, 0), sqlite3_column_int(s, 1), sqlite3_column_int(s, 2), {{0}}, {0}};
        store_copy(s, 3, r.id.s, sizeof r.id.s);
        store_copy(s, 4, r.body, sizeof r.body);
        go = each(ctx, &r);
    }
    return go && !failed;
}

bool store_rename_rule(struct store *st, int32_t rule, const char *body)
{
    return store_run(st, "UPDATE rule SET body = ?2 WHERE rule_id = ?1 AND to_ms IS NULL", "dt", rule, body);
}

bool store_put_rule(struct store *st, struct store_rule *r, wall_ms at)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(st,
                                 "SELECT coalesce((SELECT rule_id FROM rule WHERE id = ?1 LIMIT 1),"
                                 " (SELECT coalesce(max(rule_id), 0) + 1 FROM rule)),"
                                 " coalesce((SELECT max(version) FROM rule WHERE id = ?1), 0) + 1",
                                 "t", r->id.s);
    if (!store_row(st, s, &failed)) {
        return false;
    }
    r->rule = sqlite3_column_int(s, 0);
    r->version = sqlite3_column_int(s, 1);
    sqlite3_reset(s);
    return store_end_rule(st, r->rule, at) &&
           store_run(st, "INSERT INTO rule VALUES(?1, ?2, ?3, ?4, NULL, ?5, ?6)", "dtdidt", r->rule, r->id.s,
                     r->version, at, r->place, r->body);
}

bool store_end_rule(struct store *st, int32_t rule, wall_ms at)
{
    return store_run(st, "UPDATE rule SET to_ms = ?2 WHERE rule_id = ?1 AND to_ms IS NULL", "di", rule, at);
}

bool store_each_survey(struct store *st, bool (*each)(void *ctx, const struct store_survey *s), void *ctx)
{
    bool failed = false, go = true;
    sqlite3_stmt *s =
        store_bind(st, "SELECT id, version, body FROM survey WHERE to_ms IS NULL ORDER BY id", "");
    while (go && store_row(st, s, &failed)) {
        struct store_survey v = {.version = sqlite3_column_int(s, 1),
                                 .body = (char *)sqlite3_column_text(s, 2)};
        store_copy(s, 0, v.id.s, sizeof v.id.s);
        go = each(ctx, &v);
    }
    return go && !failed;
}

bool store_put_survey(struct store *st, const char *id, int version, const char *body, wall_ms at)
{
    return store_run(st, "UPDATE survey SET to_ms = ?2 WHERE id = ?1 AND to_ms IS NULL", "ti", id, at) &&
           store_run(st,
                     "INSERT INTO survey VALUES(?1, ?2, ?3, NULL, ?4)"
                     " ON CONFLICT DO UPDATE SET body = excluded.body, to_ms = NULL",
                     "tdit", id, version, at, body);
}

bool store_put_user(struct store *st, const char *name, const char *display, const char *role, int32_t place,
                    const char *lang, const char *hash)
{
    return store_run(
        st,
        "INSERT INTO user(user_id, name, display, role, place_id, lang, hash)"
        " VALUES((SELECT coalesce(max(user_id), 0) + 1 FROM user), ?1, ?2, ?3, ?4, ?5, coalesce(?6, '!'))"
        " ON CONFLICT(name) DO UPDATE SET display = excluded.display, role = excluded.role,"
        " place_id = excluded.place_id, lang = excluded.lang, hash = coalesce(?6, hash)",
        "tttdtz", name, display, role, place, lang, hash);
}

bool store_set_password(struct store *st, const char *name, const char *hash, bool *ret_found)
{
    if (!store_run(st, "UPDATE user SET hash = coalesce(?2, '!') WHERE name = ?1", "tz", name, hash)) {
        return false;
    }
    *ret_found = sqlite3_changes(st->db) > 0;
    return store_run(st, "DELETE FROM session WHERE user_id = (SELECT user_id FROM user WHERE name = ?1)", "t",
                     name) &&
           store_run(st, "DELETE FROM webpush WHERE who = ?1", "t", name);
}

bool store_user(struct store *st, const char *name, struct store_user *ret_u, bool *ret_found)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(st, "SELECT display, role, lang, place_id FROM user WHERE name = ?1", "t", name);
    *ret_found = store_row(st, s, &failed);
    if (*ret_found) {
        store_copy(s, 0, ret_u->display, sizeof ret_u->display);
        store_copy(s, 1, ret_u->role, sizeof ret_u->role);
        store_copy(s, 2, ret_u->lang, sizeof ret_u->lang);
        ret_u->place = sqlite3_column_int(s, 3);
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_config_change(struct store *st, wall_ms at, const char *who, const char *kind, const char *id,
                         const char *before, const char *after)
{
    return store_run(st, "INSERT INTO config_change VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)", "iitttzz",
                     st->next_change++, at, who, kind, id, before, after);
}

// ---------------------------------------------------------------- presence

bool store_kiosk_state(struct store *st, int32_t kiosk, const struct state_message *m, wall_ms at, bool heard)
{
    return store_run(
        st,
        "UPDATE kiosk SET state_since = iif(state = ?2, state_since, ?3), state = ?2, session = ?4,"
        " epoch = ?5, boot = ?6, software = ?7, heard_at = max(heard_at, iif(?8, ?3, 0))"
        " WHERE kiosk_id = ?1",
        "ddiibitd", kiosk, (int)m->state, at, m->session, m->epoch, (size_t)EPOCH_BYTES, m->boot, m->software,
        (int)heard);
}

bool store_kiosk_health(struct store *st, int32_t kiosk, const struct health_message *m, wall_ms at)
{
    return store_run(
        st,
        "UPDATE kiosk SET heard_at = max(heard_at, ?2), unacknowledged = ?3, ignored = ?4,"
        " free_disk_bytes = ?5, errors = ?6, clock = ?7, reason = ?8, content = ?9, refused = ?10,"
        " refused_why = ?11, assignment = ?12 WHERE kiosk_id = ?1",
        "diiiiidttttt", kiosk, at, m->unacknowledged, m->ignored, m->free_disk_bytes, m->errors,
        (int)m->clock, m->reason, m->content, m->refused, m->refused_why, m->assignment);
}

bool store_kiosk_present(struct store *st, int32_t kiosk, int32_t place, int32_t day, int64_t ready_ms)
{
    if (!store_run(st,
                   "UPDATE kiosk_day SET ready_ms = ready_ms + ?4 WHERE place_id = ?1 AND day = ?2 AND "
                   "kiosk_id = ?3",
                   "dddi", place, day, kiosk, ready_ms)) {
        return false;
    }
    bool first = sqlite3_changes(st->db) == 0;
    if (first &&
        !store_run(st, "INSERT INTO kiosk_day VALUES(?1, ?2, ?3, ?4)", "dddi", place, day, kiosk, ready_ms)) {
        return false;
    }
    if (st->tree.above == NULL) {
        return store_rollups_mark(st, place, false);
    }
    return (rollups_presence(&st->rollups, &st->tree, place, true, day, first, ready_ms) ||
            store_no_memory(st)) &&
           (store_in_transaction(st) || store_flush_rollups(st));
}

bool store_kiosk_engine(struct store *st, int32_t kiosk, const char *text)
{
    return store_run(st, "UPDATE kiosk SET engine = ?2 WHERE kiosk_id = ?1", "dt", kiosk, text);
}

// ---------------------------------------------------------------- sessions

bool store_put_session(struct store *st, const uint8_t token[32], int32_t user, wall_ms created,
                       wall_ms expires)
{
    return store_run(st, "INSERT INTO session VALUES(?1, ?2, ?3, ?4)", "bdii", token, (size_t)32, user,
                     created, expires);
}

bool store_end_session(struct store *st, const uint8_t token[32])
{
    return store_run(st, "DELETE FROM session WHERE token = ?1", "b", token, (size_t)32);
}

bool store_expire_sessions(struct store *st, wall_ms now)
{
    return store_run(st, "DELETE FROM session WHERE expires < ?1", "i", now);
}
