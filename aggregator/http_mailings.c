// http: reports by mail: which there are, a look at one before it goes, and its end by whoever gets it.
#include "aggregator/channel_set.h"
#include "aggregator/http_impl.h"
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

void api_mailings(struct api_call *c)
{
    char *text = NULL;
    struct views *v = api_views(c->a);
    enum views_error e =
        v != NULL ? views_mailings(v, &c->u, c->a->o.settings, &text) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (!answer_views(c->r, e, "")) {
        answer_tagged(c, text);
    }
}

// The mailing's own language, or the one that is asked for. False: answered.
static bool read_lang(struct api_call *c, const char **lang)
{
    const char *asked = c->q->argument(c->q->argument_ctx, "lang");
    if (asked == NULL || asked[0] == '\0') {
        return true;
    }
    for (int i = 0; channel_langs[i] != NULL; i++) {
        if (strcmp(channel_langs[i], asked) == 0) {
            *lang = channel_langs[i];
            return true;
        }
    }
    answer_problem(c->r, 422, "Not accepted", "lang is id or en", "lang");
    return false;
}

static void preview(struct api_call *c, struct views *v, const struct mailing *m, const char *lang)
{
    struct trend_problem problem = {.field = ""};
    struct mailing_text t = {.plain = NULL};
    struct sheets *s = NULL;
    int32_t from, to;
    char first[16], last[16], zone[65] = "";
    enum trends_error e = views_place_zone(v, m->place.s, zone) == VIEWS_OK ? TRENDS_OK : TRENDS_FAILED;
    struct tz *tz = tz_load(zone);
    wall_ms now = clock_wall_ms();
    mailing_span(m, now + (wall_ms)tz_offset_s(tz, now) * 1000, &from, &to);
    tz_free(tz);
    struct trend_query q = {.place = m->place.s,
                            .from = trend_day_text(from, first),
                            .to = trend_day_text(to, last),
                            .lang = lang};
    e = e == TRENDS_OK ? sheets_read(v, NULL, mailing_what(m), &q, now, &problem, &s) : e;
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

void api_preview_mailing(struct api_call *c)
{
    struct views *v = api_views(c->a);
    struct channel_set set = {.mailings = {.count = 0}};
    enum views_error e = v != NULL ? views_channel_set(v, c->a->o.settings, &set) : VIEWS_FAILED;
    const struct mailing *m = e == VIEWS_OK ? mailing_find(&set.mailings, c->id) : NULL;
    const char *lang = m != NULL ? channel_langs[m->lang] : NULL;
    if (e == VIEWS_OK && (m == NULL || views_may_see_place(v, &c->u, m->place.s) == VIEWS_NOT_FOUND)) {
        answer_problem(c->r, 404, "No such mailing", "There is none of this name, or it is of a place that you do not see.", "");
    } else if (!answer_views(c->r, e, "") && read_lang(c, &lang)) {
        preview(c, v, m, lang);
    }
    api_views_back(c->a, v);
    channel_set_finish(&set);
}

// Without scripts and in both languages: who reads the mail has no account here. Its style is that of the customers' page,
// which is light or dark as the device is.
static const char head[] =
    "<!doctype html><html lang=\"id\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
    "content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">"
    "<link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\"><link rel=\"stylesheet\" "
    "href=\"/phone.css\"><title>Puas</title></head><body><main class=\"sheet\"><section class=\"notice\">";
static const char foot[] = "</section></main></body></html>\n";

static void answer_notice(struct http_answer *r, int status, const char *said)
{
    char page[2000];
    snprintf(page, sizeof page, "%s%s%s", head, said, foot);
    answer_page(r, status, page);
}

// Asks first: programs that look at each link in a mail must not end it.
void api_ask_to_stop(struct api_call *c)
{
    answer_notice(c->r, 200,
                  "<h1>Berhenti menerima laporan ini lewat surel?</h1>"
                  "<p lang=\"en\">Stop getting this report by mail?</p>"
                  "<form method=\"post\"><button class=\"primary\">Ya, berhenti \u00b7 <span "
                  "lang=\"en\">Yes, stop</span></button></form>");
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
        answer_notice(c->r, 200,
                      "<h1>Laporan ini tidak akan dikirim lagi.</h1>"
                      "<p lang=\"en\">This report will not be sent any more.</p>");
    } else if (result == COMMAND_UNKNOWN) {
        answer_notice(c->r, 404,
                      "<h1>Tautan ini tidak dikenal.</h1><p lang=\"en\">This link is not known.</p>");
    } else {
        answer_notice(c->r, 503,
                      "<h1>Coba lagi sebentar lagi.</h1><p lang=\"en\">Try again in a moment.</p>");
        c->r->retry_after_s = AGAIN_S;
    }
}
