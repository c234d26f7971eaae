// What tests of the kiosk's screens share: a show from a document in memory, and options of the app.
#ifndef PUAS_TESTS_SHOWING_H
#define PUAS_TESTS_SHOWING_H

#include "kiosk/show.h"
#include "kiosk/typeset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Every kind of question. The key is nobody's.
#define EVERY_QUESTION                                                                                       \
    "survey:\n"                                                                                              \
    "  id: visit\n"                                                                                          \
    "  version: 3\n"                                                                                         \
    "  questions:\n"                                                                                         \
    "    - { id: overall, type: faces, of: 5, dimension: overall }\n"                                        \
    "    - { id: why, type: choice, options: [ { id: wait }, { id: counters }, { id: unclear }, { id: "      \
    "staff "                                                                                                 \
    "}, { id: procedure }, { id: opening-hours }, { id: room }, { id: other } ] }\n"                         \
    "    - { id: liked, type: choice, several: true, options: [ { id: wait }, { id: staff }, { id: room } "  \
    "] }\n"                                                                                                  \
    "    - { id: staff, type: faces, of: 4, when: { why: staff } }\n"                                        \
    "    - { id: nps, type: nps }\n"                                                                         \
    "    - { id: words, type: text }\n"                                                                      \
    "    - { id: ticket, type: number, digits: 4 }\n"                                                        \
    "    - { id: contact, type: contact }\n"                                                                 \
    "contact_key: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"

// What is told between customers, in eight languages.
#define EVERY_LANGUAGE "languages: [id, en, ar, zh, hi, th, jv, su]\n"
#define EVERY_SCENE                                                                                                                                                                          \
    "promise:\n"                                                                                                                                                                             \
    "  en: Served within ten minutes, or we call you back the same day\n"                                                                                                                    \
    "  id: Dilayani dalam sepuluh menit, atau kami hubungi di hari yang sama\n"                                                                                                              \
    "  ar: نخدمك خلال عشر دقائق أو نتصل بك في اليوم نفسه\n"                                                                                              \
    "  zh: 十分钟内为您服务，否则当日回电\n"                                                                                                                                  \
    "  hi: दस मिनट में सेवा, नहीं तो उसी दिन हम आपको फ़ोन करेंगे\n"                                        \
    "  th: ให้บริการภายในสิบนาที มิฉะนั้นเราจะโทรกลับในวันเดียวกัน\n"            \
    "  jv: Dilayani sajroning sepuluh menit, utawa kula telpon ing dinten ingkang sami\n"                                                                                                    \
    "  su: Dilayanan dina sapuluh menit, atawa ku kami ditelepon dina poe eta keneh\n"                                                                                                       \
    "tally: true\n"                                                                                                                                                                          \
    "messages:\n"                                                                                                                                                                            \
    "  - said: { en: Too long a queue at lunch, id: Antrean siang terlalu panjang, ar: طابور طويل "                                                                                 \
    "ظهرا, zh: 午间排队太久, hi: दोपहर में लंबी कतार, th: คิวยาวตอนเที่ยง, jv: Antri dawa wayah "                    \
    "awan, su: Antri panjang ti beurang }\n"                                                                                                                                                 \
    "    did: { en: A third counter is open from 11 to 14, id: Loket ketiga dibuka pukul 11 sampai 14, "                                                                                     \
    "ar: شباك ثالث مفتوح من 11 إلى 14, zh: 第三个窗口11点至14点开放, hi: तीसरा काउंटर 11 से 14 बजे तक खुला है, " \
    "th: "                                                                                                                                                                                   \
    "เปิดช่องบริการที่สามเวลา 11 ถึง 14 น., jv: Loket katelu dibukak jam 11 nganti 14, su: Loket "                                   \
    "katilu dibuka tabuh 11 nepi ka 14 }\n"

// About as wide as Noto Sans: letters 0.55 em, bold 0.6 em.
static inline int plain_width(void *ctx, enum draw_weight weight, int px, enum draw_direction direction,
                              const char *text, int bytes)
{
    (void)ctx;
    (void)direction;
    (void)text;
    return bytes * px * (weight == WEIGHT_BOLD ? 60 : 55) / 100;
}

static inline int plain_height(void *ctx, enum draw_weight weight, int px)
{
    (void)ctx;
    (void)weight;
    return px * 136 / 100;
}

static const struct measure plain_measure = {.width = plain_width, .height = plain_height};

static inline struct show *show_of(const char *yaml)
{
    struct content content;
    struct config_error error;
    struct show_error why;
    if (!content_parse("test", yaml, strlen(yaml), &content, &error)) {
        fprintf(stderr, "%s\n", error.text);
        return NULL;
    }
    struct show *s = show_create(&content, "assets", "", &why);
    if (!s)
        fprintf(stderr, "%s\n", why.text);
    return s;
}

static inline struct app_options options_of(const struct show *s)
{
    struct app_options o = {
        .press_ms = 180,
        .thanks_ms = 3000,
        .try_again_ms = 5000,
        .settle_ms = 1000,
        .settle_step_ms = 600,
        .language_return_ms = 20000,
        .save_timeout_ms = 2000,
        .service_retry_ms = 30000,
        .step_ms = 12000,
        .typing_ms = 30000,
        .warn_ms = 5000,
        .awake_ms = 20000,
        .idle_ms = 10000,
        .scene_ms = 8000,
    };
    show_fill(s, &o);
    return o;
}

#endif
