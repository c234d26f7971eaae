// core: the loop (poll over the MQTT socket, the command mailbox and the stop descriptor) and the turn.
#include "aggregator/core_impl.h"

#include "aggregator/store_outgoing.h"
#include "aggregator/store_phone.h"
#include "aggregator/store_share.h"
#include "shared/log.h"

#include <errno.h>
#include <poll.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    SLOW_EVERY_MS = 3600000,
    TRIM_EVERY_MS = 5000,
    DAY_MS = 86400000,
    CLOCK_JUMP_MS = 120000,
    ACKS_WAIT_MS = 50,
    WINDOW_MS = 4
};

bool core_fail(struct core *c)
{
    if (!c->failed) {
        c->failed = true;
        log_event(LOG_ERROR, "store_failed", "why=%Q", store_why(c->store));
        if (store_error(c->store) == STORE_DAMAGED) { // the next life holds from its start
            keeper_note_damage(c->o.settings->data, store_why(c->store));
        }
    }
    return false;
}

void core_status(struct core *c, struct core_status *ret)
{
    *ret = (struct core_status){.broker = atomic_load(&c->broker),
                                .control_silent = atomic_load(&c->control_silent),
                                .notice = atomic_load(&c->notice),
                                .disk_free = atomic_load(&c->disk_free),
                                .log_bytes = atomic_load(&c->log_bytes),
                                .rollups_left = atomic_load(&c->rollups_left),
                                .to_judge = atomic_load(&c->to_judge),
                                .retained_ignored = atomic_load(&c->retained_events)};
    keeper_status(c->keeper, &ret->keeper);
    memcpy(ret->run, c->run, sizeof ret->run); // drawn before any other thread could ask
}

const struct meter *core_meter(const struct core *c)
{
    return &c->meter;
}

bool core_holds(struct core *c)
{
    return atomic_load(&c->holds);
}

bool core_writes(struct core *c)
{
    return !c->failed && (store_in_transaction(c->store) || store_begin(c->store) || core_fail(c));
}

void core_touch(struct core *c, int32_t place)
{
    if (place > 0 && place <= c->org.place_count && c->org.places[place].branch != 0) {
        c->org.places[c->org.places[place].branch].touched = true;
    }
}

// ---------------------------------------------------------------- after the commit

static void send_ack(struct core *c, const struct epoch *e)
{
    struct seq_range also[PROTOCOL_RANGES_MAX];
    struct ack_epoch entry;
    struct ack_message m = {.epoch_count = 1,
                            .epochs = &entry,
                            .now = c->now,
                            .rejected_count = e->rejected_count,
                            .pause_ms = guard_pause_ms(&c->guard, c->acks++ * 2654435761u >> 8)};
    char topic[PROTOCOL_TOPIC_MAX];
    size_t n;
    memcpy(m.run, c->run, sizeof m.run);
    if (e->rejected_count > 0) {
        memcpy(m.rejected, e->rejected, (size_t)e->rejected_count * sizeof *m.rejected);
    }
    epoch_ack(e, also, &entry);
    char *text = ack_encode(&m, &n);
    topic_kiosk(c->org.kiosks[e->kiosk].id.s, TOPIC_ACK, topic);
    if (text != NULL) {
        link_publish(c->link, topic, text, n, 0, false); // lost: the resend repairs it
    }
    free(text);
}

static void send_sync(struct core *c, const struct core_sync *s)
{
    static const wall_ms unused = 0;
    struct ack_epoch *entries = calloc((size_t)s->count + 1, sizeof *entries);
    struct seq_range *also = calloc((size_t)s->count + 1, sizeof *also * PROTOCOL_RANGES_MAX);
    struct ack_message m = {.sync = true, .epoch_count = s->count, .epochs = entries, .now = c->now};
    memcpy(m.run, c->run, sizeof m.run);
    bool ok = entries != NULL && also != NULL;
    for (int i = 0; ok && i < s->count; i++) {
        struct epoch *e;
        ok = epochs_get(&c->epochs, c->store, s->kiosk, s->epochs[i], unused, false, &e);
        if (ok && e != NULL) {
            epoch_ack(e, also + (size_t)i * PROTOCOL_RANGES_MAX, &entries[i]);
        } else {
            memcpy(entries[i].epoch, s->epochs[i], EPOCH_BYTES); // nothing of it is here: all of it is wanted
        }
    }
    size_t n;
    char topic[PROTOCOL_TOPIC_MAX], *text = ok ? ack_encode(&m, &n) : NULL;
    topic_kiosk(c->org.kiosks[s->kiosk].id.s, TOPIC_ACK, topic);
    if (text != NULL) {
        link_publish(c->link, topic, text, n, 0, false);
    }
    free(text);
    free(entries);
    free(also);
}

static void tell_pages(struct core *c)
{
    for (int32_t i = 1; i <= c->org.place_count; i++) {
        struct org_place *p = &c->org.places[i];
        if (p->touched) {
            p->touched = false;
            if (c->o.on_change != NULL) {
                c->o.on_change(c->o.ctx, p->id.s, p->rev, "", "");
            }
        }
    }
}

// Acknowledgements of several turns become one a kiosk while more is waiting to be read: then they would cost
// the broker as much as the ratings themselves.
static void send_acks(struct core *c)
{
    mono_ms now = clock_mono_ms();
    bool none = c->epochs.touched_count == 0;
    if (none || (!c->acks_due && now - c->acks_since < ACKS_WAIT_MS && link_readable(c->link))) {
        c->acks_since = none ? now : c->acks_since;
        return;
    }
    for (size_t i = 0; i < c->epochs.touched_count; i++) {
        send_ack(c, c->epochs.touched[i]);
    }
    epochs_clear(&c->epochs);
    c->acks_due = false;
    c->acks_since = now;
}

static void after_commit(struct core *c)
{
    send_acks(c);
    for (size_t i = 0; i < c->sync_count; i++) {
        send_sync(c, &c->syncs[i]);
    }
    c->sync_count = 0;
    for (size_t i = 0; i < c->publish_count; i++) {
        struct core_publish *p = &c->publishes[i];
        char topic[PROTOCOL_TOPIC_MAX];
        topic_alert(p->branch.s, p->alert.s, topic);
        link_publish(c->link, topic, p->payload, p->payload != NULL ? strlen(p->payload) : 0, 1, true);
        free(p->payload);
        const struct org_place *branch = p->state != NULL ? org_place(&c->org, p->branch.s) : NULL;
        if (branch != NULL && c->o.on_change != NULL) {
            c->o.on_change(c->o.ctx, branch->id.s, branch->rev, p->alert.s, p->state);
        }
    }
    c->publish_count = 0;
    core_send_orders(c);
    core_send_erasures(c);
    core_shut_out(c);
    core_wake_courier(c);
    core_say_signs(c);
    tell_pages(c);
    link_write(c->link);
    core_empty_log(c);
    store_tend_log(c->store); // nobody waits for it
}

// Figures of branches move in steps; a branch that changed otherwise gets a new revision too.
static bool take_steps(struct core *c)
{
    const struct steps_setting o = {(int)c->o.settings->step.votes, c->o.settings->step.wait_ms};
    for (int32_t i = 1; i <= c->org.place_count; i++) {
        struct org_place *p = &c->org.places[i];
        if (p->branch != i || (!steps_take(&p->steps, &o, c->now) && !p->touched)) {
            continue;
        }
        p->touched = true;
        p->rev++;
        struct store_released r = {p->number, p->steps.event_id, p->rev, p->steps.at};
        if (!core_writes(c) || !store_put_released(c->store, &r)) {
            return core_fail(c);
        }
    }
    return true;
}

static void answer_commands(struct core *c)
{
    for (size_t i = 0; i < c->command_count; i++) {
        if (c->failed) {
            c->commands[i]->result = COMMAND_UNAVAILABLE;
        }
        sem_post(&c->commands[i]->done);
    }
    c->command_count = 0;
}

static bool commit(struct core *c)
{
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    if (!epochs_flush(&c->epochs, c->store) || !store_commit(c->store)) {
        return core_fail(c);
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    meter_commit(&c->meter, (to.tv_sec - from.tv_sec) * 1000000 + (to.tv_nsec - from.tv_nsec) / 1000);
    return true;
}

// Turns that follow close on one another become one, as a commit costs the same for one vote as for hundreds; what comes after
// a rest is committed at once.
void core_end_turn(struct core *c, bool at_once)
{
    c->turn_open =
        !c->failed && !at_once && c->command_count == 0 && clock_mono_ms() - c->turn_ended < WINDOW_MS;
    if (c->turn_open) {
        return;
    }
    bool ok = !c->failed && (c->guard.damaged || (core_take_transitions(c) && take_steps(c)));
    if (ok && store_in_transaction(c->store)) {
        ok = commit(c);
    }
    guard_turn(&c->guard, clock_mono_ms() - c->turn_began);
    if (ok) {
        after_commit(c);
    }
    atomic_store(&c->meter.quarantined, store_quarantined(c->store));
    atomic_store(&c->meter.unsent, link_pending(c->link));
    atomic_store(&c->to_judge, store_last_pack(c->store) - c->judge.through);
    answer_commands(c);
    c->turn_messages = 0;
    c->turn_ended = clock_mono_ms();
}

// ---------------------------------------------------------------- the loop

static void take_commands(struct core *c)
{
    struct command *cmd;
    while (c->command_count < COMMANDS_MAX && mailbox_take(c->mail, &cmd)) {
        c->commands[c->command_count++] = cmd;
        core_do_command(c, cmd);
    }
}

static void watch_clock(struct core *c, mono_ms mono)
{
    int64_t drift = (c->now - c->last_wall) - (mono - c->last_mono);
    if (c->last_mono != 0 && (drift > CLOCK_JUMP_MS || drift < -CLOCK_JUMP_MS)) {
        log_event(LOG_WARN, "clock_jumped", "by_ms=%lld", (long long)drift);
        const struct presence_log told = core_told(c);
        presence_listens(&told, engine_clock(c->engine).now, c->now);
        presence_broker(&told, link_connected(c->link) && !guard_holds(&c->guard), c->now);
    }
    c->last_wall = c->now;
    c->last_mono = mono;
}

static void timers(struct core *c, mono_ms mono)
{
    core_guard(c, mono);
    if (c->guard.damaged) {
        return; // nothing is written any more
    }
    if (mono >= c->tick_at) {
        c->tick_at = mono + c->o.settings->times.tick_ms;
        watch_clock(c, mono);
        engine_tick(c->engine, c->now);
        if (c->now / DAY_MS != c->rates_day) {
            (void)(core_load_rates(c) && core_load_usual(c)); // noted
        }
        core_expire_contacts(c, mono);
        core_tick_silences(c);
        core_tick_escalations(c);
        core_tick_plans(c);
        core_tick_control(c, mono);
        if (!guard_holds(&c->guard) && !c->rollups_due) {
            core_look_for_praise(c);
        }
    }
    if (!guard_holds(&c->guard)) { // what can wait needs room
        core_judge(c, mono);
        core_compact(c, mono);
        core_retain(c, mono);
        core_undo(c, mono);
        core_build_rollups(c, mono);
        core_look_at_mailings(c, mono);
    }
    // glibc keeps what was freed: an eighth of all, after 10,000 kiosks have come at once.
    if (mono >= c->trim_at) {
        c->trim_at = mono + TRIM_EVERY_MS;
        malloc_trim(0);
    }
    if (mono >= c->slow_at) {
        c->slow_at = mono + SLOW_EVERY_MS;
        if (!core_writes(c) || !store_expire_sessions(c->store, c->now) ||
            !store_share_expire(c->store, c->now) || !store_phone_expire(c->store, c->now) ||
            !store_outgoing_prune(c->store, c->now)) {
            core_fail(c);
        }
    }
}

static int wait_ms(const struct core *c, int link_wait, mono_ms mono)
{
    bool idle = guard_holds(&c->guard); // what can wait does
    int64_t wait = link_wait;
    wait = c->guard_at - mono < wait ? c->guard_at - mono : wait;
    wait = !c->guard.damaged && c->tick_at - mono < wait ? c->tick_at - mono : wait;
    wait = !idle && core_judge_wait(c, mono) < wait ? core_judge_wait(c, mono) : wait;
    wait = !idle && c->compact_more && c->compact_at - mono < wait ? c->compact_at - mono : wait;
    wait = !idle && c->retain_more && c->retain_at - mono < wait ? c->retain_at - mono : wait;
    wait = !idle && c->undoing && c->undo_at - mono < wait ? c->undo_at - mono : wait;
    wait = !idle && c->rollups_due && c->rollups_at - mono < wait ? c->rollups_at - mono : wait;
    wait = c->o.round_ms > 0 && c->o.round_ms < wait ? c->o.round_ms : wait;
    wait = c->turn_open && c->turn_ended + WINDOW_MS - mono < wait ? c->turn_ended + WINDOW_MS - mono : wait;
    return wait < 0 ? 0 : (int)wait;
}

static enum core_end loop(struct core *c)
{
    for (;;) {
        mono_ms mono = clock_mono_ms();
        c->now = clock_wall_ms();
        c->turn_began = c->turn_open ? c->turn_began : mono;
        int link_wait = link_tick(c->link, mono);
        timers(c, mono);
        core_end_turn(c, false); // what timers and a connect have changed
        if (c->failed) {
            return CORE_STORE_FAILED;
        }
        if (c->o.on_round != NULL) {
            c->o.on_round(c->o.watch);
        }
        // A broker that sends and does not take is not listened to, so that what waits for it is bounded.
        bool reads = !link_wants_write(c->link) || link_pending(c->link) < UNSENT_MAX;
        struct pollfd p[3] = {{.fd = c->o.stop_fd, .events = POLLIN},
                              {.fd = mailbox_fd(c->mail), .events = POLLIN},
                              {.fd = link_fd(c->link), .events = reads ? POLLIN : 0}};
        p[2].events |= link_wants_write(c->link) ? POLLOUT : 0;
        poll(p, p[2].fd >= 0 ? 3 : 2, wait_ms(c, link_wait, mono));
        if (p[0].revents != 0) {
            if (!guard_holds(&c->guard)) {
                core_writes(c); // with it goes the engine's clock: until when we listened
            }
            core_end_turn(c, true);
            return c->failed ? CORE_STORE_FAILED : CORE_STOPPED;
        }
        c->now = clock_wall_ms();
        c->turn_began = c->turn_open ? c->turn_began : clock_mono_ms();
        take_commands(c);
        // What arrived while the last turn committed is one batch: under load turns grow by themselves.
        if (reads) {
            c->turn_messages += link_read(c->link, TURN_MESSAGES);
        }
        link_write(c->link);
        core_end_turn(c, c->turn_messages >= TURN_MESSAGES);
        if (c->failed) {
            return CORE_STORE_FAILED;
        }
    }
}

void core_refuse_commands(struct core *c)
{
    struct command *cmd;
    mailbox_close(c->mail);
    while (mailbox_take(c->mail, &cmd)) {
        cmd->result = COMMAND_UNAVAILABLE;
        sem_post(&cmd->done);
    }
}

enum core_end core_run(struct core *c)
{
    enum core_end end = loop(c);
    core_refuse_commands(c);
    return end;
}

enum command_result core_call(struct core *c, struct command *cmd)
{
    struct command *p = cmd;
    cmd->result = COMMAND_UNAVAILABLE;
    if (sem_init(&cmd->done, 0, 0) != 0) {
        return cmd->result;
    }
    if (mailbox_post(c->mail, &p)) {
        // The core answers every command it has taken, at the latest when it stops.
        while (sem_wait(&cmd->done) != 0 && errno == EINTR) {
        }
    }
    sem_destroy(&cmd->done);
    return cmd->result;
}
