// http_impl: what the http files share. Not for others.
//   http_microhttpd.c  sockets, threads, event streams: the only one that knows the library
//   http_api.c         routes, and what most of them answer
//   http_answer.c      what an answer is made of
//   http_people.c      answers of the routes by which people act on alerts
//   http_remote.c      answers of the routes that push contents and order kiosks about
//   http_channels.c    channels and their messages
//   http_trends.c      what the days that are over say
//   http_export.c      their answers as a file
//   http_history.c     alerts and the audit log, page by page
//   http_tokens.c      tokens of programs
//   http_manage.c      the organisation: what is there, and changes of it
//   http_content.c     what kiosks show and ask: reading, changing, preview
//   http_metrics.c     what a monitoring system asks
//   http_backtest.c    what rules would have done in them
//   http_mailings.c    reports by mail: list, preview, end
//   http_retention.c   how long what is kept
//   http_shares.c      links to one view, for people without a login
//   http_wall.c        a branch on a screen
//   http_phones.c      the survey on the customer's own phone
//   http_contacts.c    what somebody left to be called
//   http_improvements.c what was done so that customers are served better
//   http_webpush.c     browsers that want messages
//   http_login.c       who is it, and how often may they try
//   http_static.c      the embedded pages
#ifndef PUAS_AGGREGATOR_HTTP_IMPL_H
#define PUAS_AGGREGATOR_HTTP_IMPL_H

#include "aggregator/download.h"
#include "aggregator/http.h"
#include "aggregator/hub.h"
#include "aggregator/trends.h"
#include "aggregator/webpush.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    HTTP_BODY_MAX = 16 * 1024,     // of a request: the longest comment is 1,000 bytes
    HTTP_CONTENT_MAX = 64 * 1024,  // of a content from a session; larger ones by puasctl push
    HTTP_PREVIEWS_MAX = 2,         // drawn at once: each holds one of the threads
    HTTP_CONFIG_MAX = 1024 * 1024, // of a configuration document, or a calendar
    HTTP_VIEWS_MAX = 16,           // connections kept for later
    HTTP_TOKEN_BYTES = 32,         // random bytes of a session cookie and of the control token
    HTTP_TOKEN_HEX = 64,
    LIMITER_SLOTS = 1024,
    HTTP_METRICS_TOKEN_MAX = 200,
    HTTP_STATUS_LEAST = 200, // of those that are counted
    HTTP_STATUSES = 400,
    COMMENT_MAX = PROTOCOL_TEXT_MAX, // bytes of a comment
};

#define HTTP_TOKEN_MARK "puas_" // a program's token begins so: whoever finds one knows what it is

struct http_request {                  // all borrowed for the call; "" where absent
    const char *method, *path, *place; // place: of the query
    const char *content_type, *cookie, *authorization, *if_none_match;
    bool forwarded; // a proxy says for whom, and is not believed: `address` may be the proxy's
    bool ours;                                            // carries X-Puas: 1
    bool https;                                           // a proxy on this machine says so
    char address[64];                                     // of the person, as far as it is known
    int64_t last_event_id;                                // -1: none
    const char *body;                                     // ends with NUL
    const char *(*argument)(void *ctx, const char *name); // of the query; NULL where absent
    int (*arguments)(void *ctx, const char *name, const char **ret, int n); // how often it stands there; the first n into ret
    void *argument_ctx;
    size_t body_bytes;
    bool too_large;
};

struct http_answer {
    int status;
    const char *type; // static; NULL: no body
    char *body;       // owned
    const char *file; // or static bytes
    size_t bytes;
    char etag[32];    // "": none
    char cookie[200]; // "": none
    const char *allow;
    char link[200]; // "": none
    int retry_after_s;       // 0: none
    struct hub_places live; // an event stream; n 0: none
    struct download *download; // a file in the making: owned until the response has it
    char location[512];        // of 303; "": none
    char disposition[160];     // "": none
};

struct limiter { // token buckets; a full table forgets the one that was idle longest
    pthread_mutex_t lock;
    struct {
        uint64_t key; // 0: free
        mono_ms at;
        double tokens;
    } slots[LIMITER_SLOTS];
};

struct http_api {
    struct http_options o;
    char db_path[500];
    _Atomic(struct core *) core; // NULL: not yet
    struct hub *hub;
    struct downloads *downloads;
    struct limiter limiter;
    struct limiter phones; // apart, so that a flood of answers forgets no failed login
    pthread_mutex_t verify;               // one password at a time: each takes 19 MiB and 60 ms
    char dummy_hash[PASSWORD_HASH_BYTES]; // for unknown users: they take as long as known ones
    char control[HTTP_TOKEN_HEX + 1];
    char webpush_key[WEBPUSH_PUBLIC_TEXT];
    char metrics_token[HTTP_METRICS_TOKEN_MAX + 2]; // "": /metrics is for this machine only
    _Atomic int64_t answered[HTTP_STATUSES]; // requests, by status
    atomic_int previews; // being drawn, or wanted just now
    mono_ms started;
    pthread_mutex_t pool_lock;
    struct views *pool[HTTP_VIEWS_MAX];
    int pool_count;
};

bool api_init(struct http_api *a, const struct http_options *o, char *ret_why, size_t n); // false: ret_why may say why
void api_finish(struct http_api *a); // accepts a zeroed one
void api_answer(struct http_api *a, const struct http_request *q, struct http_answer *ret);
void answer_finish(struct http_answer *r); // but not `download`, which the stream takes over

struct views *api_views(struct http_api *a); // NULL: out of memory
void api_views_back(struct http_api *a, struct views *v);

struct api_call {
    struct http_api *a;
    const struct http_request *q;
    struct views_user u;    // where the route needs one
    char id[IDENT_MAX + 1]; // the path's *
    struct http_answer *r;
};
// Asks the core, which may not run.
enum command_result api_ask(struct http_api *a, struct command *cmd);
void answer_command(struct http_answer *r, enum command_result result, const char *reply);
// Answers what went wrong; `what`: there is none. False: nothing did.
bool answer_views(struct http_answer *r, enum views_error e, const char *what);
// Of the URL; texts are borrowed for the call.
void api_query(struct api_call *c, const struct query_field *fields, void *ret_query);
// Answers what went wrong. False: nothing did.
bool answer_trends(struct api_call *c, enum trends_error e, const struct trend_problem *problem);
// Takes d, which may be NULL, as the answer; type: static. False: answered that there are too many.
bool answer_download(struct api_call *c, struct download *d, const char *type);
typedef enum views_error views_look(struct views *v, const struct views_user *u, const char *id);
// May the user see it? what: the title of "not found". False: answered.
bool api_may_see(struct api_call *c, const char *id, views_look *look, const char *what);
void api_assign(struct api_call *c); // body: {"user","comment"}
void api_reopen(struct api_call *c); // body: {"comment"}
void api_offer(struct api_call *c);  // body: {"lang","text"}: for "you said, we did"
void api_check(struct api_call *c);   // body: {"step","done","comment"}
void api_recover(struct api_call *c); // body: {"what","cost"}
void api_people(struct api_call *c); // ?place: who may be given its alerts
void api_contacts(struct api_call *c);        // ?place: who asked to be called, without what they left
void api_take_contact(struct api_call *c);    // body: {"comment"}; the path's *: its number
void api_open_contact(struct api_call *c); // 200 {"name","reach"}, for whoever has taken it
void api_contact_outcome(struct api_call *c); // body: {"outcome","done","comment"}; done: the contact data go
void api_silences(struct api_call *c);    // ?place: those in force that it is under, or that are under it
void api_silence(struct api_call *c);     // body: {"place","rule","kiosk","minutes","comment"}
void api_end_silence(struct api_call *c); // the path's *: its number
void api_push_place(struct api_call *c);
void api_push_kiosk(struct api_call *c);
void api_clear_place(struct api_call *c);
void api_clear_kiosk(struct api_call *c);
void api_order(struct api_call *c);         // body: {"do":"identify","timeoutMs":10000} -> {"id":...}
void api_kiosk_password(struct api_call *c); // a new one, made known to the broker -> {"id":...}, as api_order
void api_order_reply(struct api_call *c);   // 202 while none has come
void api_read_contacts(struct api_call *c); // body: by whom; 204: it is on record, puasctl may read
void api_erase_contact(struct api_call *c);
void api_begin_import(struct api_call *c); // body: JSON, as core.h says
void api_import_rows(struct api_call *c);
void api_undo_import(struct api_call *c);
void api_erase(struct api_call *c);
void api_erase_comment(struct api_call *c); // body: {"kiosk","epoch","seq","score","by"}
void api_channels(struct api_call *c);
void api_channel_secret(struct api_call *c);
void api_test_channel(struct api_call *c); // 202 {"id"}: of the message, to ask for
void api_message(struct api_call *c);
void api_export(struct api_call *c); // ?format=csv|json|xlsx and place, from, to, question of export.h
void api_backtest(struct api_call *c); // ?place, from, to, a, b, late of backtest_report.h
void api_alerts(struct api_call *c); // ?place, state=open|closed, limit, cursor
void api_praise(struct api_call *c); // ?place, limit, cursor
void api_comments(struct api_call *c); // ?place, limit, cursor
void api_audit(struct api_call *c);  // ?who, action, subject, limit, cursor
void api_tokens(struct api_call *c);
void api_add_token(struct api_call *c); // body: {"name","place","role","days"} -> 201 with the token
void api_end_token(struct api_call *c);
void api_manage_list(struct api_call *c); // the path's *: places, kiosks, calendars, standards, users
void api_put_place(struct api_call *c);   // body: {"item","version"}; ?dry=1: only says what would change
void api_put_kiosk(struct api_call *c);
void api_read_calendar(struct api_call *c); // body: {"ics"}
void api_put_calendar(struct api_call *c);
void api_put_standard(struct api_call *c);
void api_put_channel(struct api_call *c);
void api_put_mailing(struct api_call *c);
void api_remove_channel(struct api_call *c);
void api_remove_mailing(struct api_call *c);
void api_put_user(struct api_call *c); // a new one: with its password
void api_remove_kiosk(struct api_call *c); // body: {"version"}
void api_remove_calendar(struct api_call *c);
void api_remove_standard(struct api_call *c);
void api_user_password(struct api_call *c); // a new one, told once
void api_disable_user(struct api_call *c);
void api_retention(struct api_call *c);
void api_put_retention(struct api_call *c);
void api_content_place(struct api_call *c); // ?version, plan
void api_content_kiosk(struct api_call *c);
void api_read_content(struct api_call *c);      // body: {"yaml"} -> {"content"}: the same as JSON, not checked
void api_put_content_place(struct api_call *c); // body: {"yaml","seen","at"}; ?dry=1: only checks
void api_put_content_kiosk(struct api_call *c);
void api_clear_content_place(struct api_call *c); // body: {"seen"}: what stands above holds from now on
void api_clear_content_kiosk(struct api_call *c);
void api_withdraw_content(struct api_call *c); // the path's *: number of a plan
void api_preview(struct api_call *c); // body: {"yaml","lang","screen","question","score","scene","width","height","rotation"}
void api_told(struct api_call *c);    // ?place
void api_tell(struct api_call *c);    // body: {"said","did","days"}
void api_end_tell(struct api_call *c);
bool api_is_person(struct api_call *c, const char *detail); // no token. False: answered, detail says what to do
void api_metrics(struct api_call *c);
bool metrics_read_token(struct http_api *a, const char *path, char *ret_why, size_t n); // path "": none
void api_health(struct api_call *c);
void api_ready(struct api_call *c);
// NULL, or a line that says why nothing should be sent to us now. Static.
const char *api_unready(struct http_api *a);
void api_trends(struct api_call *c); // the path's *: what; 304 when the reader has it already
void api_trends_xlsx(struct api_call *c); // the same, or "report", as sheets.h makes it
void api_trends_csv(struct api_call *c);

void api_improvements(struct api_call *c);
void api_add_improvement(struct api_call *c); // body: {"place","kind","what","why","day"} -> 201 {"id"}
void api_edit_improvement(struct api_call *c); // the same without place, and "revision"
void api_withdraw_improvement(struct api_call *c); // body: {"revision"}
void api_open_share(struct api_call *c); // the path's *: token; leads to the view
void api_shares(struct api_call *c);
void api_make_share(struct api_call *c); // body: {"path","days"} -> 201 {"id","url","expires"}
void api_end_share(struct api_call *c);
void api_wall(struct api_call *c);         // ?place, for=staff|customers
void api_phone_page(struct api_call *c);   // the path's *: token, here and below
void api_phone_survey(struct api_call *c); // what is asked
void api_phone_answer(struct api_call *c); // body: {"visit","lang","answers":[{"question", "score" | "options" | "text"}]}
void api_phones(struct api_call *c);
void api_make_phone(struct api_call *c); // body: {"place"} -> 201 {"id","path"}
void api_end_phone(struct api_call *c);  // the path's *: its number
void api_webpush(struct api_call *c);
void api_put_webpush(struct api_call *c); // body: {"endpoint","keys":{"p256dh","auth"},"place","lang"}
void api_end_webpush(struct api_call *c); // body: {"endpoint"}
bool webpush_read_key(struct http_api *a, char *ret_why, size_t n);
void api_mailings(struct api_call *c);
void api_preview_mailing(struct api_call *c); // the path's *: id of a mailing; ?lang=id|en -> HTML
void api_ask_to_stop(struct api_call *c);
void api_stop_mailing(struct api_call *c); // the path's *: token

// RFC 9457: its type says the kind by the status, `detail` is the title where it is "", and `errors` names the field of the
// request that is wrong, "" for none.
void answer_problem(struct http_answer *r, int status, const char *title, const char *detail,
                    const char *field);
void answer_plain(struct http_answer *r, int status, const char *text); // text: static
void answer_tagged(struct api_call *c, char *text); // takes text; with an ETag of it, 304 when the reader has it already
// True when the request's If-None-Match names the tag.
bool http_has_tag(const struct http_request *q, const char *etag);
// Answers what went wrong; what: the title of "not found". False: nothing did.
bool answer_views(struct http_answer *r, enum views_error e, const char *what);
void answer_json(struct http_answer *r, char *text); // takes text; NULL: out of memory

void login_post(struct http_api *a, const struct http_request *q, struct http_answer *r);
void logout_post(struct http_api *a, const struct http_request *q, struct http_answer *r);
// The user of the request's token or cookie. False: nobody, or the store cannot tell; the answer is made.
bool login_user(struct http_api *a, const struct http_request *q, struct views_user *ret_u,
                struct http_answer *r);
// Who comes by a link. False: nobody, or the store cannot tell.
bool share_user(struct http_api *a, const struct http_request *q, struct views_user *ret_u);
#define HTTP_SHARE_COOKIE "puas-share="
// The value of a cookie, n characters, into ret (n + 1). False: it is not there, or of another length. name: with its "=".
bool http_cookie(const char *header, const char *name, char *ret, size_t n);
bool login_is_token(const struct http_request *q); // carries a program's token, whether it is good or not: its cookie counts for nothing
bool login_is_bearer(const struct http_request *q, const char *token); // takes equally long wherever they differ
bool login_is_control(const struct http_api *a, const struct http_request *q);
bool login_is_office(struct http_api *a, const struct http_request *q); // head office or an administrator, or their token; answers nothing
// Takes a token from the bucket of `who`: at most `burst`, one more every `every_ms`. False: *ret_wait_ms
// until then.
bool limiter_take(struct limiter *l, const char *who, int burst, int every_ms, mono_ms now,
                  int64_t *ret_wait_ms);
void limiter_give(struct limiter *l, const char *who, int burst);

bool static_get(const struct http_request *q, struct http_answer *r); // false: no such file

#endif
