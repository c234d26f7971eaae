// http: sessions. The cookie holds 32 random bytes; the store keeps only their hash.
#include "aggregator/http_impl.h"

#include "shared/hash.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TRIES = 10,          // of one address for one user at once
    TRY_EVERY_MS = 6000, // and one more so often
    ADDRESS_TRIES = 60,  // of one address for all users
    ADDRESS_EVERY_MS = 1000,
    USED_EVERY_MS = 3600000,
};
static const char cookie_name[] = "puas=";
static const char bearer[] = "Bearer ";

// ---------------------------------------------------------------- token buckets

static uint64_t key_of(const char *who)
{
    return hash_bytes(HASH_START, who, strlen(who)) | 1;
}

static int slot_of(struct limiter *l, uint64_t key)
{
    int oldest = 0;
    for (int i = 0; i < LIMITER_SLOTS; i++) {
        if (l->slots[i].key == key) {
            return i;
        }
        if (l->slots[i].key == 0 || (l->slots[oldest].key != 0 && l->slots[i].at < l->slots[oldest].at)) {
            oldest = i;
        }
    }
    l->slots[oldest].key = 0;
    return oldest;
}

bool limiter_take(struct limiter *l, const char *who, int burst, int every_ms, mono_ms now,
                  int64_t *ret_wait_ms)
{
    uint64_t key = key_of(who);
    pthread_mutex_lock(&l->lock);
    int i = slot_of(l, key);
    double tokens = burst;
    if (l->slots[i].key == key) {
        tokens = l->slots[i].tokens + (double)(now - l->slots[i].at) / every_ms;
        tokens = tokens > burst ? burst : tokens;
    }
    bool ok = tokens >= 1;
    l->slots[i].key = key;
    l->slots[i].at = now;
    l->slots[i].tokens = ok ? tokens - 1 : tokens;
    pthread_mutex_unlock(&l->lock);
    if (!ok) {
        *ret_wait_ms = (int64_t)((1 - tokens) * every_ms) + 1;
    }
    return ok;
}

void limiter_give(struct limiter *l, const char *who, int burst)
{
    uint64_t key = key_of(who);
    pthread_mutex_lock(&l->lock);
    int i = slot_of(l, key);
    if (l->slots[i].key == key && l->slots[i].tokens + 1 <= burst) {
        l->slots[i].tokens += 1;
    }
    pthread_mutex_unlock(&l->lock);
}

// ---------------------------------------------------------------- who is it

bool http_cookie(const char *header, const char *name, char *ret, size_t n)
{
    for (const char *p = header; p != NULL && *p != '\0'; p = strchr(p, ';')) {
        p += strspn(p, "; ");
        if (strncmp(p, name, strlen(name)) == 0) {
            const char *value = p + strlen(name);
            if (strcspn(value, ";") != n) {
                return false;
            }
            memcpy(ret, value, n);
            ret[n] = '\0';
            return true;
        }
    }
    return false;
}

static bool request_hash(const struct http_request *q, uint8_t ret[32])
{
    char hex[HTTP_TOKEN_HEX + 1];
    uint8_t token[HTTP_TOKEN_BYTES];
    if (!http_cookie(q->cookie, cookie_name, hex, HTTP_TOKEN_HEX) || !ident_unhex(hex, sizeof token, token)) {
        return false;
    }
    password_token_hash(token, sizeof token, ret);
    return true;
}

bool login_is_token(const struct http_request *q)
{
    return strncmp(q->authorization, bearer, sizeof bearer - 1) == 0 &&
           strncmp(q->authorization + sizeof bearer - 1, HTTP_TOKEN_MARK, sizeof HTTP_TOKEN_MARK - 1) == 0;
}

// To the hour: a program that asks every second costs no commit each time.
static void note_use(struct http_api *a, const uint8_t hash[32], wall_ms used)
{
    struct command cmd = {.kind = COMMAND_TOKEN_USED};
    if (clock_wall_ms() - used >= USED_EVERY_MS) {
        memcpy(cmd.token, hash, sizeof cmd.token);
        (void)api_ask(a, &cmd); // cannot be written now: it may ask all the same
    }
}

static bool token_user(struct http_api *a, const struct http_request *q, struct views_user *ret_u, struct http_answer *r)
{
    uint8_t token[HTTP_TOKEN_BYTES], hash[32];
    wall_ms used = 0;
    enum views_error e = VIEWS_NOT_FOUND;
    if (ident_unhex(q->authorization + sizeof bearer - 1 + sizeof HTTP_TOKEN_MARK - 1, sizeof token, token)) {
        password_token_hash(token, sizeof token, hash);
        struct views *v = api_views(a);
        e = v != NULL ? views_token_user(v, hash, clock_wall_ms(), ret_u, &used) : VIEWS_FAILED;
        api_views_back(a, v);
    }
    if (e == VIEWS_OK) {
        note_use(a, hash, used);
    } else if (e == VIEWS_NOT_FOUND) {
        answer_problem(r, 401, "No such token", "It is wrong, has ended or was revoked.", "");
    } else {
        answer_problem(r, 503, "The store cannot be read now", "", "");
        r->retry_after_s = 2;
    }
    return e == VIEWS_OK;
}

bool login_user(struct http_api *a, const struct http_request *q, struct views_user *ret_u,
                struct http_answer *r)
{
    uint8_t hash[32];
    if (login_is_token(q)) {
        return token_user(a, q, ret_u, r);
    }
    if (!request_hash(q, hash)) {
        answer_problem(r, 401, "Not logged in", "", "");
        return false;
    }
    struct views *v = api_views(a);
    enum views_error e = v != NULL ? views_session_user(v, hash, clock_wall_ms(), ret_u) : VIEWS_FAILED;
    api_views_back(a, v);
    if (e == VIEWS_NOT_FOUND) {
        answer_problem(r, 401, "Not logged in", "The session has ended.", "");
    } else if (e != VIEWS_OK) {
        answer_problem(r, 503, "The store cannot be read now", "", "");
        r->retry_after_s = 2;
    }
    return e == VIEWS_OK;
}

bool login_is_office(struct http_api *a, const struct http_request *q)
{
    struct views_user u;
    struct http_answer unsaid = {.status = 500};
    bool yes = login_user(a, q, &u, &unsaid) && u.role >= ROLE_HEAD_OFFICE;
    answer_finish(&unsaid);
    return yes;
}

// Equal, without telling by its time how far.
static bool same_token(const char *a, const char *b)
{
    size_t n = strlen(b);
    unsigned char differ = 0;
    if (strlen(a) != n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        differ |= (unsigned char)(a[i] ^ b[i]);
    }
    return differ == 0;
}

bool login_is_bearer(const struct http_request *q, const char *token)
{
    return strncmp(q->authorization, bearer, sizeof bearer - 1) == 0 &&
           same_token(q->authorization + sizeof bearer - 1, token);
}

bool login_is_control(const struct http_api *a, const struct http_request *q)
{
    return login_is_bearer(q, a->control);
}

// ---------------------------------------------------------------- login and logout

static void put_cookie(const struct http_request *q, struct http_answer *r, const char *hex, int64_t seconds)
{
    snprintf(r->cookie, sizeof r->cookie, "%s%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%lld%s",
             cookie_name, hex, (long long)seconds, q->https ? "; Secure" : "");
}

static bool may_try(struct http_api *a, const char *pair, const char *address, struct http_answer *r)
{
    int64_t wait = 0;
    mono_ms now = clock_mono_ms();
    if (limiter_take(&a->limiter, address, ADDRESS_TRIES, ADDRESS_EVERY_MS, now, &wait) &&
        limiter_take(&a->limiter, pair, TRIES, TRY_EVERY_MS, now, &wait)) {
        return true;
    }
    answer_problem(r, 429, "Too many attempts", "Wait a little, then try again.", "");
    r->retry_after_s = (int)((wait + 999) / 1000);
    return false;
}

// True with the user when the password is right. Takes equally long for unknown users.
static enum views_error check(struct http_api *a, const char *name, const char *password,
                              struct views_user *ret_u, bool *ret_right)
{
    char hash[PASSWORD_HASH_BYTES];
    struct views *v = api_views(a);
    enum views_error e = v != NULL ? views_user(v, name, ret_u, hash) : VIEWS_FAILED;
    api_views_back(a, v);
    if (e == VIEWS_FAILED) {
        return e;
    }
    pthread_mutex_lock(&a->verify);
    bool right = password_verify(password, e == VIEWS_OK ? hash : a->dummy_hash);
    pthread_mutex_unlock(&a->verify);
    *ret_right = right && e == VIEWS_OK;
    return VIEWS_OK;
}

static void open_session(struct http_api *a, const struct http_request *q, const struct views_user *u,
                         struct http_answer *r)
{
    uint8_t token[HTTP_TOKEN_BYTES];
    char hex[HTTP_TOKEN_HEX + 1];
    int64_t lasts = a->o.settings->times.session_ms;
    struct core *core = atomic_load(&a->core);
    struct command cmd = {.kind = COMMAND_SESSION_OPEN, .user = u->user, .expires = clock_wall_ms() + lasts};
    snprintf(cmd.who, sizeof cmd.who, "%s", u->name);
    password_random(token, sizeof token);
    password_token_hash(token, sizeof token, cmd.token);
    if (core == NULL || core_call(core, &cmd) != COMMAND_DONE) {
        answer_problem(r, 503, "Cannot log in now", "The store is not ready. Try again in a moment.", "");
        r->retry_after_s = 2;
        return;
    }
    ident_hex(token, sizeof token, hex);
    put_cookie(q, r, hex, lasts / 1000);
    r->status = 204;
}

void login_post(struct http_api *a, const struct http_request *q, struct http_answer *r)
{
    json_t *o = json_loadb(q->body, q->body_bytes, JSON_REJECT_DUPLICATES, NULL);
    const char *name = json_string_value(json_object_get(o, "user"));
    const char *password = json_string_value(json_object_get(o, "password"));
    struct views_user u;
    bool right = false;
    char pair[140], address[72];
    if (name == NULL || password == NULL || strlen(name) > IDENT_MAX || strlen(password) > PASSWORD_MAX) {
        answer_problem(r, 422, "User and password are needed", "", name == NULL ? "user" : "password");
        json_decref(o);
        return;
    }
    snprintf(address, sizeof address, "%s|", q->address);
    snprintf(pair, sizeof pair, "%s|%s", q->address, name);
    if (may_try(a, pair, address, r)) {
        enum views_error e = check(a, name, password, &u, &right);
        if (e != VIEWS_OK) {
            answer_problem(r, 503, "Cannot log in now", "The store cannot be read.", "");
            r->retry_after_s = 2;
        } else if (!right) {
            answer_problem(r, 401, "User or password is wrong", "", "");
        } else {
            limiter_give(&a->limiter, pair, TRIES); // only failures use up attempts
            limiter_give(&a->limiter, address, ADDRESS_TRIES);
            open_session(a, q, &u, r);
        }
    }
    json_decref(o);
}

void logout_post(struct http_api *a, const struct http_request *q, struct http_answer *r)
{
    struct command cmd = {.kind = COMMAND_SESSION_END};
    struct core *core = atomic_load(&a->core);
    struct views_user u;
    if (request_hash(q, cmd.token) && login_user(a, q, &u, r)) {
        snprintf(cmd.who, sizeof cmd.who, "%s", u.name);
        if (core == NULL || core_call(core, &cmd) != COMMAND_DONE) {
            answer_problem(r, 503, "Cannot log out now", "The store is not ready. Try again in a moment.",
                           "");
            return;
        }
    }
    answer_finish(r); // somebody without a session is logged out already
    *r = (struct http_answer){.status = 204};
    put_cookie(q, r, "", 0);
}
