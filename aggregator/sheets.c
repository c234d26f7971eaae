// sheets: what stands where.
#include "aggregator/sheets.h"

#include <string.h>

// ---------------------------------------------------------------- words

static const struct word {
    const char *id, *text[SHEET_LANGS];
} words[] = {
    // the nine elements of Permenpan RB 14/2017
    {"requirements", {"Persyaratan", "Requirements"}},
    {"procedure", {"Sistem, mekanisme, dan prosedur", "Procedure"}},
    {"time", {"Waktu penyelesaian", "Time"}},
    {"cost", {"Biaya/tarif", "Cost"}},
    {"product", {"Produk spesifikasi jenis pelayanan", "Product of the service"}},
    {"competence", {"Kompetensi pelaksana", "Competence of staff"}},
    {"behaviour", {"Perilaku pelaksana", "Behaviour of staff"}},
    {"facilities", {"Sarana dan prasarana", "Facilities"}},
    {"complaints", {"Penanganan pengaduan, saran, dan masukan", "Handling of complaints"}},
    // other dimensions
    {"waiting", {"Waktu tunggu", "Waiting time"}},
    {"accuracy", {"Ketepatan", "Accuracy"}},
    {"friendliness", {"Keramahan", "Friendliness"}},
    {"ease", {"Kemudahan", "Ease"}},
    // classes
    {"A", {"Sangat baik", "Very good"}},
    {"B", {"Baik", "Good"}},
    {"C", {"Kurang baik", "Less good"}},
    {"D", {"Tidak baik", "Not good"}},
    // whose reasons
    {"all", {"Semua", "All"}},
    {"unhappy", {"Tidak puas", "Unhappy"}},
    {"happy", {"Puas", "Happy"}},
    // why a change is none
    {"too-few", {"terlalu sedikit suara", "too few votes"}},
    {"volume-changed", {"jumlah suara per hari jauh berbeda", "far more or fewer votes a day"}},
    {"mix-changed", {"suara dari kios lain", "votes of other kiosks"}},
    {"no-control", {"tanpa pembanding", "no control"}},
    // what happened
    {"alert", {"Peringatan", "Alert"}},
    {"change", {"Perubahan", "Change"}},
    {"training", {"Pelatihan", "Training"}},
    {"campaign", {"Kampanye", "Campaign"}},
    {"other", {"Catatan", "Note"}},
    {"org", {"Organisasi", "Organisation"}},
    {"region", {"Wilayah", "Region"}},
    {"branch", {"Cabang", "Branch"}},
    {"area", {"Bagian", "Area"}},
    {"0", {"Minggu", "Sunday"}},
    {"1", {"Senin", "Monday"}},
    {"2", {"Selasa", "Tuesday"}},
    {"3", {"Rabu", "Wednesday"}},
    {"4", {"Kamis", "Thursday"}},
    {"5", {"Jumat", "Friday"}},
    {"6", {"Sabtu", "Saturday"}},
};

const char *sheet_word(const char *id, enum sheet_lang lang)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i].id, id) == 0) {
            return words[i].text[lang];
        }
    }
    return id;
}

// ---------------------------------------------------------------- columns

#define HEAD                                                                                                 \
    {"place.name", VALUE_TEXT, {"Tempat", "Place"}}, {"place.kind", VALUE_WORD, {"Jenis", "Kind"}},          \
        {"from", VALUE_DAY, {"Dari", "From"}},                                                               \
    {                                                                                                        \
        "to", VALUE_DAY,                                                                                     \
        {                                                                                                    \
            "Sampai", "To"                                                                                   \
        }                                                                                                    \
    }
#define COMPLETE                                                                                             \
    {"coverage.stored", VALUE_COUNT, {"Jawaban tersimpan", "Answers stored"}},                               \
        {"coverage.known", VALUE_COUNT, {"Jawaban diketahui", "Answers known"}},                             \
        {"coverage.share", VALUE_SHARE, {"Kelengkapan, %", "Coverage, %"}},                                  \
    {                                                                                                        \
        "coverage.lost", VALUE_COUNT,                                                                        \
        {                                                                                                    \
            "Jawaban hilang", "Answers lost"                                                                 \
        }                                                                                                    \
    }
#define INTERVAL(of, value)                                                                                  \
    {of "lo", value, {"95% dari", "95% from"}},                                                              \
    {                                                                                                        \
        of "hi", value,                                                                                      \
        {                                                                                                    \
            "95% sampai", "95% to"                                                                           \
        }                                                                                                    \
    }
// Of a reason that is the filter; of whose visits.
#define REASON                                                                                               \
    {"/reason.label", VALUE_TEXT, {"Alasan", "Reason"}},                                                     \
    {                                                                                                        \
        "/reason.visits", VALUE_WORD,                                                                        \
        {                                                                                                    \
            "Kunjungan", "Visits"                                                                            \
        }                                                                                                    \
    }
#define NAMED(of)                                                                                            \
    REASON, {of "named.good", VALUE_COUNT, {"Menyebutnya", "Named it"}},                                     \
        {of "named.share", VALUE_SHARE, {"Menyebutnya, %", "Named it, %"}}, INTERVAL(of "named.", VALUE_SHARE)
#define FIGURE(of)                                                                                           \
    {of "n", VALUE_COUNT, {"Suara", "Votes"}}, {of "share", VALUE_SHARE, {"Puas, %", "Satisfied, %"}},       \
        INTERVAL(of, VALUE_SHARE), {of "index.value", VALUE_SCORE, {"Indeks", "Index"}},                     \
        {of "index.lo", VALUE_SCORE, {"Indeks 95% dari", "Index 95% from"}},                                 \
        {of "index.hi", VALUE_SCORE, {"Indeks 95% sampai", "Index 95% to"}},                                 \
        {of "nps.value", VALUE_SCORE, {"NPS", "NPS"}},                                                       \
        {of "nps.lo", VALUE_SCORE, {"NPS 95% dari", "NPS 95% from"}},                                        \
    {                                                                                                        \
        of "nps.hi", VALUE_SCORE,                                                                            \
        {                                                                                                    \
            "NPS 95% sampai", "NPS 95% to"                                                                   \
        }                                                                                                    \
    }
#define CHANGE(of)                                                                                           \
    {of "difference", VALUE_SHARE, {"Perubahan, poin", "Change, points"}},                                   \
        {of "lo", VALUE_SHARE, {"Perubahan 95% dari", "Change 95% from"}},                                   \
        {of "hi", VALUE_SHARE, {"Perubahan 95% sampai", "Change 95% to"}},                                   \
    {                                                                                                        \
        of "refusal", VALUE_WORD,                                                                            \
        {                                                                                                    \
            "Tidak sebanding karena", "Not comparable because"                                               \
        }                                                                                                    \
    }
#define BEFORE                                                                                               \
    {"before.n", VALUE_COUNT, {"Suara sebelumnya", "Votes before"}},                                         \
    {                                                                                                        \
        "before.share", VALUE_SHARE,                                                                         \
        {                                                                                                    \
            "Puas sebelumnya, %", "Satisfied before, %"                                                      \
        }                                                                                                    \
    },                                                                                                       \
    {                                                                                                        \
        "before.named.share", VALUE_SHARE,                                                                   \
        {                                                                                                    \
            "Menyebutnya sebelumnya, %", "Named it before, %"                                                \
        }                                                                                                    \
    }
#define DAYS                                                                                                 \
    {"from", VALUE_DAY, {"Dari", "From"}},                                                                   \
    {                                                                                                        \
        "to", VALUE_DAY,                                                                                     \
        {                                                                                                    \
            "Sampai", "To"                                                                                   \
        }                                                                                                    \
    }
#define END                                                                                                  \
    {                                                                                                        \
        NULL, VALUE_TEXT,                                                                                    \
        {                                                                                                    \
            NULL, NULL                                                                                       \
        }                                                                                                    \
    }
#define PROMISE                                                                                              \
    {"promise.name", VALUE_TEXT, {"Janji layanan", "Promise"}},                                              \
    {                                                                                                        \
        "promise.target", VALUE_SCORE,                                                                       \
        {                                                                                                    \
            "Target, %", "Target, %"                                                                         \
        }                                                                                                    \
    }

static const struct sheet_column compare[] = {HEAD,     {"question", VALUE_TEXT, {"Pertanyaan", "Question"}},
                                              PROMISE,  NAMED("after."),
                                              FIGURE("after."), BEFORE, CHANGE("change."),
                                              COMPLETE, END};
static const struct sheet_column effect[] = {
    HEAD,
    {"at", VALUE_DAY, {"Perubahan pada", "Changed on"}},
    NAMED("after."),
    FIGURE("after."),
    BEFORE,
    CHANGE("change."),
    {"effect.difference", VALUE_SHARE, {"Dampak, poin", "Effect, points"}},
    {"effect.lo", VALUE_SHARE, {"Dampak 95% dari", "Effect 95% from"}},
    {"effect.hi", VALUE_SHARE, {"Dampak 95% sampai", "Effect 95% to"}},
    COMPLETE,
    END};
static const struct sheet_column periods[] = {DAYS, NAMED(""), FIGURE(""), END};
static const struct sheet_column cells[] = {
    {"weekday", VALUE_WORD, {"Hari", "Weekday"}}, {"hour", VALUE_COUNT, {"Jam", "Hour"}}, NAMED(""), FIGURE(""), END};
static const struct sheet_column units[] = {{"rank", VALUE_COUNT, {"Peringkat", "Rank"}},
                                            {"place.name", VALUE_TEXT, {"Tempat", "Place"}},
                                            {"place.id", VALUE_TEXT, {"Id", "Id"}},
                                            REASON,
                                            {"n", VALUE_COUNT, {"Suara", "Votes"}},
                                            {"named", VALUE_SHARE, {"Menyebutnya, %", "Named it, %"}},
                                            {"share", VALUE_SHARE, {"Puas, %", "Satisfied, %"}},
                                            {"shrunk", VALUE_SHARE, {"Perkiraan, %", "Estimate, %"}},
                                            INTERVAL("", VALUE_SHARE),
                                            END};
static const struct sheet_column reasons[] = {{"label", VALUE_TEXT, {"Alasan", "Reason"}},
                                              {"n", VALUE_COUNT, {"Disebut", "Named"}},
                                              {"share", VALUE_SHARE, {"Bagian, %", "Share, %"}},
                                              INTERVAL("", VALUE_SHARE),
                                              {"cumulative", VALUE_SHARE, {"Kumulatif, %", "Running, %"}},
                                              END};
static const struct sheet_column dimensions[] = {
    {"dimension", VALUE_WORD, {"Dimensi", "Dimension"}},
    {"expectation.n", VALUE_COUNT, {"Suara harapan", "Votes expected"}},
    {"expectation.index.value", VALUE_SCORE, {"Harapan", "Expected"}},
    {"perception.n", VALUE_COUNT, {"Suara kenyataan", "Votes perceived"}},
    {"perception.index.value", VALUE_SCORE, {"Kenyataan", "Perceived"}},
    {"gap.value", VALUE_SCORE, {"Kesenjangan", "Gap"}},
    INTERVAL("gap.", VALUE_SCORE),
    {"weight", VALUE_SHARE, {"Bobot, %", "Weight, %"}},
    {"weighted", VALUE_SCORE, {"Tertimbang", "Weighted"}},
    END};
static const struct sheet_column presence[] = {
    DAYS,
    {"stored", VALUE_COUNT, {"Jawaban tersimpan", "Answers stored"}},
    {"known", VALUE_COUNT, {"Jawaban diketahui", "Answers known"}},
    {"share", VALUE_SHARE, {"Kelengkapan, %", "Coverage, %"}},
    {"missing", VALUE_COUNT, {"Masih di kios", "Still on kiosks"}},
    {"lost", VALUE_COUNT, {"Hilang", "Lost"}},
    {"notHeard", VALUE_COUNT, {"Kios tak terdengar", "Kiosks not heard"}},
    {"ready.share", VALUE_SHARE, {"Kios siap, %", "Kiosks ready, %"}},
    END};
static const struct sheet_column questions[] = {{"question", VALUE_TEXT, {"Pertanyaan", "Question"}},
                                                {"dimension", VALUE_WORD, {"Dimensi", "Dimension"}},
                                                FIGURE(""),
                                                {"ces.value", VALUE_LEVEL, {"CES", "CES"}},
                                                {"ces.variant", VALUE_TEXT, {"Jenis CES", "Variant of CES"}},
                                                END};
static const struct sheet_column segments[] = {
    {"segment", VALUE_TEXT, {"Segmen", "Segment"}}, FIGURE(""), END};
static const struct sheet_column skm[] = {
    HEAD,
    {"index", VALUE_LEVEL, {"Nilai IKM", "IKM value"}},
    INTERVAL("", VALUE_LEVEL),
    {"class", VALUE_TEXT, {"Mutu pelayanan", "Class"}},
    {"class", VALUE_WORD, {"Kinerja unit pelayanan", "Performance"}},
    {"respondents", VALUE_COUNT, {"Responden", "Respondents"}},
    {"sample.population", VALUE_COUNT, {"Populasi", "Population"}},
    {"sample.needed",
     VALUE_COUNT,
     {"Sampel minimum (Krejcie dan Morgan)", "Sample needed (Krejcie and Morgan)"}},
    {"sample.reached", VALUE_YES, {"Sampel tercapai", "Sample reached"}},
    {"basis", VALUE_TEXT, {"Dasar", "Basis"}},
    {"method", VALUE_TEXT, {"Metode", "Method"}},
    COMPLETE,
    END};
static const struct sheet_column elements[] = {
    {"element", VALUE_WORD, {"Unsur", "Element"}},
    {"question", VALUE_TEXT, {"Pertanyaan", "Question"}},
    {"n", VALUE_COUNT, {"Jawaban", "Answers"}},
    {"mean", VALUE_LEVEL, {"NRR (1\u20134)", "Mean (1\u20134)"}},
    INTERVAL("", VALUE_LEVEL),
    {"value", VALUE_LEVEL, {"Nilai (25\u2013100)", "Value (25\u2013100)"}},
    END};
static const struct sheet_column marks[] = {{"day", VALUE_DAY, {"Hari", "Day"}},
                                            {"kind", VALUE_WORD, {"Jenis", "Kind"}},
                                            {"place.name", VALUE_TEXT, {"Tempat", "Place"}},
                                            {"text", VALUE_TEXT, {"Apa", "What"}},
                                            {"why", VALUE_TEXT, {"Mengapa", "Why"}},
                                            END};
static const struct sheet_column breaches[] = {{"day", VALUE_DAY, {"Hari", "Day"}},
                                               {"time", VALUE_TEXT, {"Pukul", "Time"}},
                                               {"place.name", VALUE_TEXT, {"Tempat", "Place"}},
                                               {"standard.name", VALUE_TEXT, {"Standar", "Standard"}},
                                               {"n", VALUE_COUNT, {"Suara", "Votes"}},
                                               {"unhappy", VALUE_COUNT, {"Tidak puas", "Unhappy"}},
                                               {"late", VALUE_COUNT, {"Suara terlambat tiba", "Votes that came late"}},
                                               END};
static const struct sheet_column below[] = {{"place.name", VALUE_TEXT, {"Unit", "Unit"}},
                                            {"index", VALUE_LEVEL, {"Nilai IKM", "IKM value"}},
                                            INTERVAL("", VALUE_LEVEL),
                                            {"class", VALUE_TEXT, {"Mutu pelayanan", "Class"}},
                                            {"class", VALUE_WORD, {"Kinerja", "Performance"}},
                                            {"respondents", VALUE_COUNT, {"Responden", "Respondents"}},
                                            END};

const struct sheet_shape sheet_shapes[] = {
    {"compare", "", {"Ringkasan", "Summary"}, compare},
    {"effect", "", {"Dampak", "Effect"}, effect},
    {"series", "periods", {"Tren", "Trend"}, periods},
    {"grid", "cells", {"Jam dan hari", "Hours of the week"}, cells},
    {"reasons", "questions.0.unhappy.items", {"Alasan tidak puas", "Reasons, unhappy"}, reasons},
    {"reasons", "questions.0.happy.items", {"Alasan puas", "Reasons, happy"}, reasons},
    {"reasons", "questions.0.items", {"Semua alasan", "Reasons, all"}, reasons},
    {"ranking", "units", {"Peringkat", "Ranking"}, units},
    {"gaps", "dimensions", {"Harapan dan kenyataan", "Expected and perceived"}, dimensions},
    {"scores", "questions", {"Pertanyaan", "Questions"}, questions},
    {"segments", "segments", {"Segmen", "Segments"}, segments},
    {"coverage", "periods", {"Kelengkapan", "Coverage"}, presence},
    {"late", "breaches", {"Pelanggaran baru diketahui", "Breaches found late"}, breaches},
    {"marks", "marks", {"Peristiwa", "What happened"}, marks},
    {"skm", "", {"IKM", "IKM"}, skm},
    {"skm", "elements", {"Sembilan unsur", "Nine elements"}, elements},
    {"skm", "units", {"Unit di bawahnya", "Units below"}, below},
    {NULL, NULL, {NULL, NULL}, NULL},
};

const char *const sheet_report_parts[] = {"compare", "late", "series",   "reasons", "ranking",
                                          "gaps",    "coverage", NULL};
