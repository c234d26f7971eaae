// notice: the words.
#include "aggregator/notice.h"

#include "aggregator/html.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MINUTE_MS = 60000, HOUR_MIN = 60, DAY_MIN = 1440 };

// ---------------------------------------------------------------- words, [language]

typedef const char *const words[2];

static words kind_words[] = {
    [NOTICE_STANDARD] = {"Janji tidak terpenuhi", "Promise not kept"},
    [NOTICE_CHANGE] = {"Lebih buruk dari biasanya", "Worse than usual"},
    [NOTICE_MOOD] = {"Lebih buruk dari biasanya", "Worse than usual"},
    [NOTICE_SHARE] = {"Terlalu banyak yang tidak puas", "Too many unhappy votes"},
    [NOTICE_RUN] = {"Beruntun", "Votes in a row"},
    [NOTICE_COUNT] = {"Terlalu sering", "Too often"},
    [NOTICE_INDEX] = {"Rata-rata lewat batas", "Average off limits"},
    [NOTICE_CONTACT] = {"Ada yang minta dihubungi", "Somebody asks to be called"},
    [NOTICE_SILENCE] = {"Kios sepi", "Kiosk silent"},
    [NOTICE_OFFLINE] = {"Kios tidak terjangkau", "Kiosk not reachable"},
    [NOTICE_COVERAGE] = {"Jawaban belum lengkap", "Answers are missing"},
    [NOTICE_CLOCK] = {"Jam kios salah", "Kiosk's clock is wrong"},
    [NOTICE_TAMPER] = {"Kios diutak-atik", "Kiosk tampered with"},
    [NOTICE_OTHER] = {"Peringatan", "Alert"},
};
static words titles[] = {
    [CHANNEL_RAISED] = {"%s: %s", "%s: %s"},
    [CHANNEL_ACKNOWLEDGED] = {"%s: ditangani – %s", "%s: being handled – %s"},
    [CHANNEL_UNATTENDED] = {"%s: belum selesai, tidak ada yang menangani – %s",
                            "%s: not over, and nobody is on it – %s"},
    [CHANNEL_ENDED] = {"%s: selesai – %s", "%s: over – %s"},
    [CHANNEL_TEST] = {"Puas: pesan uji saluran %s", "Puas: test message of channel %s"},
};
static words titles_together[] = { // area, kind, how many kiosks or branches
    [CHANNEL_RAISED] = {"%s: %s (%s %s)", "%s: %s (%s %s)"},
    [CHANNEL_ENDED] = {"%s: selesai – %s (%s %s)", "%s: over – %s (%s %s)"},
};
enum label { WHAT, WHERE, SINCE, FIGURES, SURE, REASONS, BY, SAID, LASTED, PEAK, TO_DO, LINK };
static words labels[] = {
    [WHAT] = {"Apa", "What"},
    [WHERE] = {"Di mana", "Where"},
    [SINCE] = {"Sejak", "Since"},
    [FIGURES] = {"Angka", "Figures"},
    [SURE] = {"Seberapa pasti", "How sure"},
    [REASONS] = {"Alasan teratas", "Top reasons"},
    [BY] = {"Oleh", "By"},
    [SAID] = {"Catatan", "Note"},
    [LASTED] = {"Lamanya", "Lasted"},
    [PEAK] = {"Puncak", "Peak"},
    [TO_DO] = {"Periksa", "Check"},
    [LINK] = {"Buka halaman cabang", "Open the branch's page"},
};
static words months[] = {
    {"Jan", "Jan"}, {"Feb", "Feb"}, {"Mar", "Mar"}, {"Apr", "Apr"}, {"Mei", "May"}, {"Jun", "Jun"},
    {"Jul", "Jul"}, {"Agu", "Aug"}, {"Sep", "Sep"}, {"Okt", "Oct"}, {"Nov", "Nov"}, {"Des", "Dec"},
};

// ---------------------------------------------------------------- small texts

// "26 Nov 2026 14.02 WIB", and 14:02 in English.
static void say_time(wall_ms at, const struct tz *tz, enum channel_lang lang, char *ret, size_t n)
{
    time_t local = (time_t)(at / 1000) + tz_offset_s(tz, at);
    struct tm t;
    gmtime_r(&local, &t);
    const char *zone = tz != NULL ? tz_abbreviation(tz, at) : "UTC";
    snprintf(ret, n, "%d %s %d %02d%c%02d %s", t.tm_mday, months[t.tm_mon][lang], t.tm_year + 1900, t.tm_hour,
             lang == CHANNEL_ID ? '.' : ':', t.tm_min, zone);
}

static void say_span(int64_t minutes, enum channel_lang lang, char *ret, size_t n)
{
    bool en = lang == CHANNEL_EN;
    long long m = minutes, h = m / HOUR_MIN;
    if (m < HOUR_MIN) {
        snprintf(ret, n, en ? "%lld min" : "%lld mnt", m);
    } else if (m < 2 * DAY_MIN) {
        snprintf(ret, n, en ? "%lld h %lld min" : "%lld jam %lld mnt", h, m % HOUR_MIN);
    } else {
        snprintf(ret, n, en ? "%lld days" : "%lld hari", m / DAY_MIN);
    }
}

// Whole numbers with their thousands set apart: 5.047 in Indonesian, 5,047 in English.
static const char *say_number(int64_t value, enum channel_lang lang, char ret[32])
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%lld", (long long)value), to = 0;
    for (int i = 0; i < n; i++) {
        if (i > 0 && digits[i - 1] != '-' && (n - i) % 3 == 0) {
            ret[to++] = lang == CHANNEL_ID ? '.' : ',';
        }
        ret[to++] = digits[i];
    }
    ret[to] = '\0';
    return ret;
}

static void add(struct notice_text *t, const struct notice *n, enum label label, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
static void add(struct notice_text *t, const struct notice *n, enum label label, const char *fmt, ...)
{
    if (t->line_count == NOTICE_LINES) {
        return;
    }
    struct notice_line *l = &t->lines[t->line_count++];
    va_list ap;
    l->label = labels[label][n->lang];
    va_start(ap, fmt);
    vsnprintf(l->text, sizeof l->text, fmt, ap);
    va_end(ap);
}

// ---------------------------------------------------------------- lines

static void say_where(const struct notice *n, struct notice_text *t)
{
    bool area = n->place[0] != '\0' && strcmp(n->place, n->branch) != 0;
    add(t, n, WHERE, "%s%s%s%s%s", n->branch, area ? ", " : "", area ? n->place : "",
        n->kiosk[0] != '\0' ? ", " : "", n->kiosk);
}

static void say_figures(const struct notice *n, struct notice_text *t)
{
    bool en = n->lang == CHANNEL_EN, charted = n->kind <= NOTICE_MOOD;
    char of[32], unhappy[32], rest[160] = "";
    if (n->kind >= NOTICE_SILENCE || n->n <= 0) {
        return; // they come with the next step
    }
    if (charted && n->share >= 0) {
        snprintf(rest, sizeof rest,
                 en ? ": %.0f %% satisfied (95 %%: %.0f to %.0f %%)"
                    : ": %.0f %% puas (95 %%: %.0f sampai %.0f %%)",
                 100 * n->share, 100 * n->lo, 100 * n->hi);
    }
    if (n->target >= 0) {
        size_t used = strlen(rest);
        snprintf(rest + used, sizeof rest - used,
                 n->kind == NOTICE_STANDARD ? (en ? "; promised are %.0f %%" : "; janji kita %.0f %%")
                 : n->kind == NOTICE_SHARE  ? (en ? "; the limit is %.0f %%" : "; batasnya %.0f %%")
                                            : (en ? "; usual is %.0f %%" : "; biasanya %.0f %%"),
                 n->target);
    }
    add(t, n, FIGURES, en ? "%s of %s votes unhappy%s" : "%s dari %s suara tidak puas%s",
        say_number(n->unhappy, n->lang, unhappy), say_number(n->n, n->lang, of), rest);
}

static void say_sure(const struct notice *n, struct notice_text *t)
{
    bool en = n->lang == CHANNEL_EN;
    char number[32];
    if (n->false_alarm_days > 0) {
        add(t, n, SURE,
            en ? "about one false alarm in %s open days" : "alarm palsu kira-kira sekali dalam %s hari buka",
            say_number(n->false_alarm_days, n->lang, number));
    } else if (n->false_alarm_votes > 0) {
        add(t, n, SURE,
            en ? "about one false alarm in %s votes" : "alarm palsu kira-kira sekali dalam %s suara",
            say_number(n->false_alarm_votes, n->lang, number));
    }
}

static void say_reasons(const struct notice *n, struct notice_text *t)
{
    char text[NOTICE_LINE_MAX] = "";
    for (int i = 0; i < n->reason_count; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s (%lld)", i > 0 ? ", " : "", n->reasons[i].label,
                 (long long)n->reasons[i].n);
    }
    if (text[0] != '\0') {
        add(t, n, REASONS, "%s", text);
    }
}

static void say_kiosk(const struct notice *n, const struct tz *tz, struct notice_text *t)
{
    bool en = n->lang == CHANNEL_EN;
    char span[40], gap[40], time[60];
    if (n->kind == NOTICE_SILENCE && n->silent_min >= 0) {
        say_span(n->silent_min, n->lang, span, sizeof span);
        say_span(n->usual_gap_min, n->lang, gap, sizeof gap);
        add(t, n, FIGURES, en ? "no vote for %s%s%s" : "tidak ada suara selama %s%s%s", span,
            n->usual_gap_min <= 0 ? ""
            : en                  ? "; usual at this hour is one every "
                                  : "; biasanya pada jam ini satu suara tiap ",
            n->usual_gap_min > 0 ? gap : "");
        add(t, n, TO_DO, "%s",
            en ? "it is online: is it blocked, moved, or its screen off?"
               : "kios daring: terhalang, dipindah, atau layarnya mati?");
    } else if (n->kind == NOTICE_OFFLINE) {
        if (n->heard > 0) {
            say_time(n->heard, tz, n->lang, time, sizeof time);
            add(t, n, FIGURES, en ? "last heard %s" : "terakhir terdengar %s", time);
        }
        add(t, n, TO_DO, "%s",
            en ? "its power and network; votes are kept on it and come when it is back"
               : "listrik dan jaringannya; suara tersimpan di kios dan masuk begitu terhubung lagi");
    }
}

static void say_end(const struct notice *n, const struct tz *tz, struct notice_text *t)
{
    bool en = n->lang == CHANNEL_EN;
    char span[40], from[60], to[60];
    if (n->raised > 0) {
        say_span((n->at - n->raised) / MINUTE_MS, n->lang, span, sizeof span);
        say_time(n->raised, tz, n->lang, from, sizeof from);
        say_time(n->at, tz, n->lang, to, sizeof to);
        add(t, n, LASTED, en ? "%s, from %s to %s" : "%s, dari %s sampai %s", span, from, to);
    }
    if (n->peak > 0 && n->limit > 0) {
        add(t, n, PEAK, en ? "%lld points, the alarm is at %lld" : "%lld poin, alarm pada %lld",
            (long long)n->peak, (long long)n->limit);
    }
}

static void say_praise(const struct notice *n, const struct tz *tz, struct notice_text *t)
{
    bool en = n->lang == CHANNEL_EN;
    char number[32], time[60];
    if (n->praise == PRAISE_ANSWERS) {
        snprintf(t->title, sizeof t->title, en ? "%s: %s answers" : "%s: %s jawaban", n->branch,
                 say_number(n->praise_value, n->lang, number));
    } else if (n->praise == PRAISE_STEP) {
        snprintf(t->title, sizeof t->title,
                 en ? "%s: %.1f %% satisfied, a step of the goal is reached" : "%s: %.1f %% puas, satu langkah target tercapai",
                 n->branch, n->praise_percent);
    } else {
        snprintf(t->title, sizeof t->title, en ? "%s: a year above its promise" : "%s: setahun penuh di atas janji", n->branch);
    }
    add(t, n, WHAT, "%s", n->rule_name[0] != '\0' ? n->rule_name : en ? "Thank you all" : "Terima kasih kepada semua");
    say_where(n, t);
    say_time(n->at, tz, n->lang, time, sizeof time);
    add(t, n, SINCE, "%s", time);
}

// Several alerts of one cause: what, how many, where.
static void say_together(const struct notice *n, const struct tz *tz, struct notice_text *t)
{
    static words counted[] = {{"cabang", "branches"}, {"kios", "kiosks"}};
    bool kiosks = n->kind >= NOTICE_SILENCE && n->kind < NOTICE_OTHER;
    char number[32], time[60];
    say_number(kiosks ? n->together : n->branches, n->lang, number);
    snprintf(t->title, sizeof t->title, titles_together[n->event][n->lang], n->area, kind_words[n->kind][n->lang], number,
             counted[kiosks][n->lang]);
    add(t, n, WHAT, "%s", n->rule_name[0] != '\0' ? n->rule_name : kind_words[n->kind][n->lang]);
    add(t, n, WHERE, "%s", n->names);
    say_time(n->event == CHANNEL_ENDED || n->since <= 0 ? n->at : n->since, tz, n->lang, time, sizeof time);
    add(t, n, SINCE, "%s", time);
}

void notice_say(const struct notice *n, const struct tz *tz, struct notice_text *ret_t)
{
    struct notice_text *t = ret_t;
    bool en = n->lang == CHANNEL_EN, test = n->event == CHANNEL_TEST, over = n->event == CHANNEL_ENDED;
    char time[60];
    t->line_count = 0;
    t->link_label = labels[LINK][n->lang];
    if (n->event == CHANNEL_PRAISE) {
        say_praise(n, tz, t);
        return;
    }
    if (n->together > 1) {
        say_together(n, tz, t);
        return;
    }
    snprintf(t->title, sizeof t->title, titles[n->event][n->lang], test ? n->channel : n->branch,
             kind_words[n->kind][n->lang]);
    if (test) {
        add(t, n, WHAT, "%s",
            en ? "If you read this, alerts reach you here."
               : "Bila Anda membaca ini, peringatan akan sampai di sini.");
        if (n->who[0] != '\0') {
            add(t, n, BY, "%s", n->who);
        }
        return;
    }
    add(t, n, WHAT, "%s", n->rule_name[0] != '\0' ? n->rule_name : kind_words[n->kind][n->lang]);
    say_where(n, t);
    if (n->since > 0 && !over) {
        say_time(n->since, tz, n->lang, time, sizeof time);
        add(t, n, SINCE, "%s", time);
    }
    if (over) {
        say_end(n, tz, t);
    }
    say_figures(n, t);
    if (n->event == CHANNEL_RAISED) {
        say_kiosk(n, tz, t);
        say_sure(n, t);
    }
    say_reasons(n, t);
    if (n->who[0] != '\0') {
        say_time(n->until, tz, n->lang, time, sizeof time);
        bool until = n->event == CHANNEL_ACKNOWLEDGED && n->until > 0;
        add(t, n, BY, "%s%s%s", n->who, !until ? "" : en ? ", until " : ", sampai ", until ? time : "");
    }
    if (n->comment[0] != '\0') {
        add(t, n, SAID, "%s", n->comment);
    }
}

// ---------------------------------------------------------------- dressed

char *notice_plain(const struct notice *n, const struct notice_text *t, bool title)
{
    char *text = NULL;
    size_t bytes;
    FILE *f = open_memstream(&text, &bytes);
    if (f == NULL) {
        return NULL;
    }
    fprintf(f, "%s%s", title ? t->title : "", title ? "\n" : "");
    for (int i = 0; i < t->line_count; i++) {
        fprintf(f, "%s%s: %s", i > 0 ? "\n" : "", t->lines[i].label, t->lines[i].text);
    }
    if (n->link[0] != '\0') {
        fprintf(f, "\n%s: %s", t->link_label, n->link);
    }
    return fclose(f) == 0 ? text : NULL;
}

char *notice_html(const struct notice *n, const struct notice_text *t)
{
    static const char *const colours[] = {[CHANNEL_RAISED] = "#b3261e",
                                          [CHANNEL_ACKNOWLEDGED] = "#7a5900",
                                          [CHANNEL_UNATTENDED] = "#b3261e",
                                          [CHANNEL_ENDED] = "#1b6e3c",
                                          [CHANNEL_PRAISE] = "#1b6e3c",
                                          [CHANNEL_TEST] = "#37474f"};
    char *text = NULL;
    size_t bytes;
    FILE *f = open_memstream(&text, &bytes);
    if (f == NULL) {
        return NULL;
    }
    fprintf(f,
            "<!doctype html><html lang=\"%s\"><body style=\"font:16px/1.5 sans-serif;color:#1c1b1f\">"
            "<p style=\"font-size:20px;font-weight:bold;color:%s\">",
            channel_langs[n->lang], colours[n->event]);
    html_put(f, t->title);
    fputs("</p><table cellpadding=\"4\" style=\"border-collapse:collapse\">", f);
    for (int i = 0; i < t->line_count; i++) {
        fputs("<tr><th align=\"left\" valign=\"top\" "
              "style=\"white-space:nowrap;font-weight:normal;color:#5f5b66\">",
              f);
        html_put(f, t->lines[i].label);
        fputs("</th><td>", f);
        html_put(f, t->lines[i].text);
        fputs("</td></tr>", f);
    }
    fputs("</table>", f);
    if (n->link[0] != '\0') {
        fputs("<p><a href=\"", f);
        html_put(f, n->link);
        fputs("\">", f);
        html_put(f, t->link_label);
        fputs("</a></p>", f);
    }
    fputs("</body></html>\n", f);
    return fclose(f) == 0 ? text : NULL;
}
