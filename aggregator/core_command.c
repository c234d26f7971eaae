// core: commands of other threads, done inside the turn's transaction.
#include "aggregator/core_impl.h"

#include "aggregator/apply.h"
#include "shared/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE_MS = 60000 };

static enum command_result of_engine(enum engine_error e)
{
    switch (e) {
    case ENGINE_DONE:
        return COMMAND_DONE;
    case ENGINE_NO_ALERT:
        return COMMAND_UNKNOWN;
    case ENGINE_NOT_NOW:
        return COMMAND_NOT_NOW;
    default:
        return COMMAND_BAD;
    }
}

static enum command_result comment(struct core *c, const struct command *cmd)
{
    bool found;
    if (!store_alert_comment(c->store, cmd->alert, c->now, "comment", cmd->who, cmd->text, &found)) {
        core_fail(c);
        return COMMAND_UNAVAILABLE;
    }
    if (found) {
        for (int32_t i = 1; i <= c->org.place_count; i++) {
            core_touch(c, i); // rare: every page may look again
        }
    }
    return found ? COMMAND_DONE : COMMAND_UNKNOWN;
}

// Builds organisation and rules anew after a change of configuration.
static bool reload(struct core *c, char *why, size_t n)
{
    const struct settings_times *t = &c->o.settings->times;
    struct org fresh;
    if (!org_load(&fresh, c->store, why, n) ||
        !org_configure_engine(&fresh, c->engine, t->inhibit_ms, t->offline_ms, c->now, why, n)) {
        org_finish(&fresh);
        return false;
    }
    const struct presence_log told = core_told(c);
    bool ok = true;
    for (int32_t i = 1; ok && i <= c->org.kiosk_count && i <= fresh.kiosk_count; i++) {
        ok = fresh.kiosks[i].place == c->org.kiosks[i].place || presence_stands(&told, i);
    }
    // What only memory knows: the births seen, which tell clones.
    for (int32_t i = 1; i <= c->org.kiosk_count && i <= fresh.kiosk_count; i++) {
        memcpy(fresh.kiosks[i].epochs, c->org.kiosks[i].epochs, sizeof fresh.kiosks[i].epochs);
        fresh.kiosks[i].epoch_count = c->org.kiosks[i].epoch_count;
        memcpy(fresh.kiosks[i].content, c->org.kiosks[i].content, sizeof fresh.kiosks[i].content);
        memcpy(fresh.kiosks[i].refused, c->org.kiosks[i].refused, sizeof fresh.kiosks[i].refused);
        memcpy(fresh.kiosks[i].document, c->org.kiosks[i].document, sizeof fresh.kiosks[i].document);
        fresh.kiosks[i].shut = c->org.kiosks[i].shut;
    }
    org_finish(&c->org);
    c->org = fresh;
    for (int32_t i = 1; i <= c->org.place_count; i++) {
        core_touch(c, i);
    }
    if (!core_read_channels(c, why, n)) {
        return false;
    }
    core_all_signs_due(c);
    c->control.due = true; // a kiosk may be out of service now
    if (!core_start_rollups(c, why, n)) { // a place may have moved
        return false;
    }
    core_publish_configs(c, false); // a turn that fails after this is repeated, with all of them
    return ok && core_load_rates(c) && core_load_usual(c);
}

enum command_result core_configure(struct core *c, const char *yaml, const char *who, const char *hash,
                                   bool apply, char **ret_reply, struct apply_price *ret_price)
{
    struct seed seed;
    struct config_error error;
    struct apply_report report = {.text = NULL};
    char why[700] = "";
    if (!config_parse("configuration", yaml, strlen(yaml), seed_rows, &seed, &error)) {
        *ret_reply = strdup(error.text);
        return COMMAND_BAD;
    }
    for (size_t i = 0; i < seed.users.count; i++) {
        ((struct seed_user *)seed.users.items)[i].hash = hash;
    }
    bool ok = seed_check("configuration", &seed, &error);
    if (!ok) {
        snprintf(why, sizeof why, "%s", error.text);
    }
    // The comparison finds everything that can be wrong with the document, before anything is written.
    ok = ok && apply_seed(c->store, &c->org, &seed, c->now, who, false, &report, why, sizeof why);
    if (ok && apply) {
        free(report.text);
        report = (struct apply_report){.text = NULL};
        if (!apply_seed(c->store, &c->org, &seed, c->now, who, true, &report, why, sizeof why) ||
            !reload(c, why, sizeof why)) {
            core_fail(c); // half of it may be written: the turn is rolled back and all state built anew
            ok = false;
        }
    }
    config_free(seed_rows, &seed);
    if (!ok) {
        free(report.text);
        *ret_reply = strdup(why);
        return COMMAND_BAD;
    }
    if (ret_price != NULL) {
        *ret_price = report.price;
    }
    *ret_reply = report.text != NULL ? report.text : strdup("no change\n");
    return COMMAND_DONE;
}

static bool record(struct core *c, const struct command *cmd, const char *action)
{
    char detail[sizeof cmd->subject + sizeof cmd->text + 2];
    snprintf(detail, sizeof detail, "%s%s%s", cmd->subject, cmd->subject[0] != '\0' && cmd->text[0] != '\0' ? ": " : "",
             cmd->text);
    return store_audit(c->store, c->now, cmd->who, action, cmd->alert, detail);
}

void core_do_command(struct core *c, struct command *cmd)
{
    static const char *const names[] = {
        "alert-ack",     "alert-comment", "alert-resolve", "login",       "logout", "",
        "config-apply",  "content-push",  "content-clear", "kiosk-order", "",       "verdicts-rerun",
        "contacts-read", "contact-erase", "import",        "",            "import-undo",
        "erase",         "rollups-repair", "channel-test", "channel-secret", "token-add",    "token-revoke", "",
        "",              "alert-assign",  "alert-reopen",  "alert-offer", "silence",      "silence-end",
        "alert-check",   "alert-recover", "contact-take",  "contact-outcome", "contact-open", "share-open",  "share-end",
        "webpush-on",    "",              "mailing-stop", "phone-open",    "phone-end",     "",
        "",              "manage",        "",             "content-plan",  "content-withdraw",
        "tell",          "tell-end",      "retention",     "user-password", "kiosk-password", "improvement"}; // "": changes nothing, or is on record elsewhere
    cmd->result = COMMAND_UNAVAILABLE;
    if (c->guard.damaged || !core_writes(c)) {
        return;
    }
    switch (cmd->kind) {
    case COMMAND_ACK:
        cmd->result = of_engine(engine_acknowledge(c->engine, cmd->alert, cmd->who,
                                                   c->now + (wall_ms)cmd->minutes * MINUTE_MS, c->now));
        break;
    case COMMAND_RESOLVE:
        cmd->result = of_engine(engine_close(c->engine, cmd->alert, cmd->who, c->now));
        cmd->result = cmd->result == COMMAND_UNKNOWN ? core_settle(c, cmd) : cmd->result;
        break;
    case COMMAND_COMMENT:
        cmd->result = comment(c, cmd);
        break;
    case COMMAND_SESSION_OPEN:
        cmd->result = store_put_session(c->store, cmd->token, cmd->user, c->now, cmd->expires) ? COMMAND_DONE
                                                                                               : cmd->result;
        break;
    case COMMAND_SESSION_END:
        cmd->result = store_end_session(c->store, cmd->token) ? COMMAND_DONE : cmd->result;
        break;
    case COMMAND_CONFIG_DIFF:
    case COMMAND_CONFIG_APPLY:
        cmd->result =
            core_configure(c, cmd->yaml, cmd->who, NULL, cmd->kind == COMMAND_CONFIG_APPLY, &cmd->reply, NULL);
        break;
    case COMMAND_CONTENT_PUSH:
    case COMMAND_CONTENT_DRY:
    case COMMAND_CONTENT_PLAN:
        cmd->result = core_push_content(c, cmd);
        break;
    case COMMAND_CONTENT_CLEAR:
        cmd->result = core_clear_content(c, cmd);
        break;
    case COMMAND_CONTENT_WITHDRAW:
        cmd->result = core_withdraw_content(c, cmd);
        break;
    case COMMAND_TELL:
        cmd->result = core_tell(c, cmd);
        break;
    case COMMAND_TELL_END:
        cmd->result = core_end_tell(c, cmd);
        break;
    case COMMAND_KIOSK:
        cmd->result = core_order_kiosk(c, cmd);
        break;
    case COMMAND_KIOSK_REPLY:
        cmd->result = core_order_reply(c, cmd);
        break;
    case COMMAND_JUDGE_AGAIN:
        cmd->result = judge_again(&c->judge, c->store) ? COMMAND_DONE : cmd->result;
        break;
    case COMMAND_CONTACTS_READ:
        cmd->result = core_read_contacts(c, cmd);
        break;
    case COMMAND_CONTACT_ERASE:
        cmd->result = core_erase_contact(c, cmd);
        break;
    case COMMAND_IMPORT_BEGIN:
        cmd->result = core_begin_import(c, cmd);
        break;
    case COMMAND_IMPORT_ROWS:
        cmd->result = core_import_rows(c, cmd);
        break;
    case COMMAND_IMPORT_UNDO:
        cmd->result = core_undo_import(c, cmd);
        break;
    case COMMAND_ERASE:
        cmd->result = core_erase(c, cmd);
        break;
    case COMMAND_ROLLUPS_REPAIR:
        cmd->result = core_repair_rollups(c);
        break;
    case COMMAND_CHANNEL_TEST:
        cmd->result = core_test_channel(c, cmd);
        break;
    case COMMAND_CHANNEL_SECRET:
        cmd->result = core_renew_secret(c, cmd);
        break;
    case COMMAND_TOKEN_ADD:
        cmd->result = core_add_token(c, cmd);
        break;
    case COMMAND_TOKEN_END:
        cmd->result = core_end_token(c, cmd);
        break;
    case COMMAND_TOKEN_USED:
        cmd->result = core_token_used(c, cmd);
        break;
    case COMMAND_OUTGOING:
        cmd->result = core_take_outcome(c, cmd);
        break;
    case COMMAND_ASSIGN:
        cmd->result = core_assign(c, cmd);
        break;
    case COMMAND_REOPEN:
        cmd->result = core_reopen(c, cmd);
        break;
    case COMMAND_OFFER:
        cmd->result = core_offer(c, cmd);
        break;
    case COMMAND_SILENCE:
        cmd->result = core_silence(c, cmd);
        break;
    case COMMAND_SILENCE_END:
        cmd->result = core_end_silence(c, cmd);
        break;
    case COMMAND_CHECK:
        cmd->result = core_check(c, cmd);
        break;
    case COMMAND_RECOVER:
        cmd->result = core_recover(c, cmd);
        break;
    case COMMAND_CONTACT_TAKE:
        cmd->result = core_take_contact(c, cmd);
        break;
    case COMMAND_CONTACT_OUTCOME:
        cmd->result = core_contact_outcome(c, cmd);
        break;
    case COMMAND_CONTACT_OPEN:
        cmd->result = core_open_contact(c, cmd);
        break;
    case COMMAND_SHARE_OPEN:
        cmd->result = core_open_share(c, cmd);
        break;
    case COMMAND_SHARE_END:
        cmd->result = core_end_share(c, cmd);
        break;
    case COMMAND_WEBPUSH_PUT:
        cmd->result = core_put_webpush(c, cmd);
        break;
    case COMMAND_WEBPUSH_END:
        cmd->result = core_end_webpush(c, cmd);
        break;
    case COMMAND_MAILING_STOP:
        cmd->result = core_stop_mailing(c, cmd);
        break;
    case COMMAND_PHONE_OPEN:
        cmd->result = core_open_phone(c, cmd);
        break;
    case COMMAND_PHONE_END:
        cmd->result = core_end_phone(c, cmd);
        break;
    case COMMAND_PHONE_ANSWER:
        cmd->result = core_answer_phone(c, cmd);
        break;
    case COMMAND_MANAGE_DRY:
    case COMMAND_MANAGE:
        cmd->result = core_manage(c, cmd);
        break;
    case COMMAND_RETENTION:
        cmd->result = core_set_retention(c, cmd);
        break;
    case COMMAND_USER_PASSWORD:
        cmd->result = core_user_password(c, cmd);
        break;
    case COMMAND_KIOSK_PASSWORD:
        cmd->result = core_kiosk_password(c, cmd);
        break;
    case COMMAND_IMPROVE:
        cmd->result = core_improve(c, cmd);
        break;
    }
    if (cmd->result == COMMAND_UNAVAILABLE) {
        core_fail(c);
    } else if (cmd->result == COMMAND_DONE && names[cmd->kind][0] != '\0' && !record(c, cmd, names[cmd->kind])) {
        core_fail(c);
    }
}
