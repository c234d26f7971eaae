// http: reports by mail: a look at one before it goes, and its end by whoever gets it.
#include "aggregator/http_impl.h"
#include "aggregator/mailing.h"
#include "shared/tz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AGAIN_S = 2 };

static void answer_page(struct http_answer *r, int status, const char *html)
{
    answer_plain(r, status, html);
    r->type = "text/html; charset=utf-8";
}

void api_preview_mailing(struct api_call *c)
{
    const struct mailing *m = mailing_find(&c->a->o.settings->mailings, c->id);
    struct trend_problem problem = {.field = ""};
    struct mailing_text t = {.plain = NULL};
    struct sheets *s = NULL;
    int32_t from, to;
    char first[16], last[16], zone[65] = "";
    if (m == NULL) {
        answer_problem(c->r, 404, "No such mailing", "The settings have none of this name.", "");
        return;
    }
    struct views *v = api_views(c->a);
    enum trends_error e =
        v != NULL && views_place_zone(v, m->place.s, zone) == VIEWS_OK ? TRENDS_OK : TRENDS_FAILED;
    struct tz *tz = tz_load(zone);
    wall_ms now = clock_wall_ms();
    mailing_span(m, now + (wall_ms)tz_offset_s(tz, now) * 1000, &from, &to);
    tz_free(tz);
    struct trend_query q = {.place = m->place.s,
                            .from = trend_day_text(from, first),
                            .to = trend_day_text(to, last),
                            .lang = channel_langs[m->lang]};
    e = e == TRENDS_OK ? sheets_read(v, NULL, mailing_what(m), &q, now, &problem, &s) : e;
    api_views_back(c->a, v);
    if (e == TRENDS_OK && mailing_say(s, "", "", &t)) {
        c->r->status = 200;
        c->r->type = "text/html; charset=utf-8";
        c->r->body = t.html;
        c->r->bytes = strlen(t.html);
        t.html = NULL;
    } else if (e == TRENDS_BAD || e == TRENDS_NOT_FOUND) {
        answer_problem(c->r, 409, "It cannot be made now",
                       e == TRENDS_BAD ? problem.why : "Its place is not known.", "");
    } else {
        answer_problem(c->r, 503, "The store cannot be read now", "Try again in a moment.", "");
        c->r->retry_after_s = AGAIN_S;
    }
    mailing_text_finish(&t);
    sheets_close(s);
}

// Asks first: programs that look at each link in a mail must not end it.
void api_ask_to_stop(struct api_call *c)
{
    answer_page(
        c->r, 200,
        "<!doctype html><html lang=\"id\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width\"><title>Puas</title></head><body><main><h1>Puas</h1>"
        "<p>Berhenti menerima laporan ini lewat surel? <span lang=\"en\">Stop getting this report by "
        "mail?</span></p>"
        "<form method=\"post\"><button>Ya, berhenti \u00b7 <span lang=\"en\">Yes, stop</span></button></form>"
        "</main></body></html>\n");
}

void api_stop_mailing(struct api_call *c)
{
    struct command *cmd = calloc(1, sizeof *cmd);
    enum command_result result = COMMAND_UNAVAILABLE;
    if (cmd != NULL) {
        cmd->kind = COMMAND_MAILING_STOP;
        snprintf(cmd->alert, sizeof cmd->alert, "%s", c->id);
        snprintf(cmd->who, sizeof cmd->who, "recipient");
        result = api_ask(c->a, cmd);
    }
    free(cmd);
    if (result == COMMAND_DONE) {
        answer_plain(c->r, 200,
                     "Laporan ini tidak akan dikirim lagi.\nThis report will not be sent any more.\n");
    } else if (result == COMMAND_UNKNOWN) {
        answer_plain(c->r, 404, "Tautan ini tidak dikenal.\nThis link is not known.\n");
    } else {
        answer_plain(c->r, 503, "Coba lagi sebentar lagi. Try again in a moment.\n");
        c->r->retry_after_s = AGAIN_S;
    }
}
