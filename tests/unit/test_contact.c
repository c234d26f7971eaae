// Contact data from the kiosk's seal to the aggregator's key, and its end in the store.
#include "aggregator/event_table.h"
#include "aggregator/contact.h"
#include "aggregator/embed.h"
#include "aggregator/store_contact.h"
#include "shared/seal.h"
#include "tests/unit/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DAY_MS = 86400000 };
static const char plain[] = "Siti\n0812 3456 789";

struct fixture {
    char dir[FOLDER_BYTES], path[100], key[100];
    struct store *st;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    folder_make(f->dir, "contact");
    snprintf(f->path, sizeof f->path, "%s/puas.db", f->dir);
    snprintf(f->key, sizeof f->key, "%s/contact.key", f->dir);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    store_close(f->st);
    folder_drop(f->dir);
    free(f);
    return 0;
}

// ---------------------------------------------------------------- the key

static void what_a_kiosk_seals_the_key_opens(void **state)
{
    struct fixture *f = *state;
    struct contact_key key, again;
    char why[300], public_key[CONTACT_KEY_TEXT], text[PROTOCOL_TEXT_MAX + 1], read[CONTACT_PLAIN_MAX];
    assert_false(contact_key_load(f->dir, false, &key, why, sizeof why)); // nobody has made one
    assert_true(contact_key_load(f->dir, true, &key, why, sizeof why));
    assert_true(contact_key_load(f->dir, true, &again, why, sizeof why)); // the same for ever
    assert_memory_equal(&key, &again, sizeof key);
    assert_true(contact_key_public(f->dir, false, public_key, why, sizeof why));
    assert_string_equal(public_key, key.text);
    struct stat st;
    assert_int_equal(stat(f->key, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    strcpy(text, plain);
    assert_true(seal_text(key.text, text, sizeof text));
    assert_true(contact_open(&key, text, read, sizeof read));
    assert_string_equal(read, plain);
}

static void a_wrong_key_or_a_damaged_box_opens_nothing(void **state)
{
    struct fixture *f = *state;
    struct contact_key key, other;
    char why[300], text[PROTOCOL_TEXT_MAX + 1], read[CONTACT_PLAIN_MAX], small[sizeof plain - 1];
    assert_true(contact_key_load(f->dir, true, &key, why, sizeof why));
    assert_int_equal(unlink(f->key), 0);
    assert_true(contact_key_load(f->dir, true, &other, why, sizeof why));
    assert_string_not_equal(key.text, other.text);
    strcpy(text, plain);
    assert_true(seal_text(key.text, text, sizeof text));
    assert_false(contact_open(&other, text, read, sizeof read));
    assert_string_equal(read, "");
    assert_false(contact_open(&key, text, small, sizeof small)); // no room
    assert_string_equal(small, "");
    for (size_t n = strlen(text); n-- > 0;) { // cut off anywhere
        text[n] = '\0';
        assert_false(contact_open(&key, text, read, sizeof read));
        assert_string_equal(read, "");
    }
    assert_false(contact_open(&key, "not base64!", read, sizeof read));
}

static void write_key(const struct fixture *f, const char *text, mode_t mode)
{
    unlink(f->key);
    FILE *file = fopen(f->key, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(f->key, mode), 0);
}

static void a_bad_key_file_is_refused_and_stays(void **state)
{
    static const char good[] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n";
    static const struct {
        const char *text;
        mode_t mode;
        const char *why; // NULL: taken
    } files[] = {{good, 0600, NULL},
                 {good, 0400, NULL},
                 {good, 0640, "can be read by others"},
                 {good, 0604, "can be read by others"},
                 {"", 0600, "holds no key"},
                 {"AAECAwQF\n", 0600, "holds no key"},
                 {"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIj\n", 0600, "holds no key"},
                 {"no base64, no base64, no base64, no base64", 0600, "holds no key"}};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct contact_key key;
        char why[300] = "", line[100] = "";
        write_key(f, files[i].text, files[i].mode);
        assert_int_equal(contact_key_load(f->dir, true, &key, why, sizeof why), files[i].why == NULL);
        if (files[i].why != NULL && strstr(why, files[i].why) == NULL) {
            fail_msg("file %zu: '%s' lacks '%s'", i, why, files[i].why);
        }
        assert_null(strstr(why, "AAECAwQF")); // never told
        FILE *file = fopen(f->key, "r");
        assert_non_null(file);
        assert_true(fgets(line, sizeof line, file) != NULL || files[i].text[0] == '\0');
        fclose(file);
        assert_string_equal(line, files[i].text); // no key is ever written over
    }
}

static void a_message_that_is_set_aside_keeps_no_box(void **state)
{
    struct fixture *f = *state;
    struct contact_key key;
    char why[300], box[PROTOCOL_TEXT_MAX + 1] = "x", text[3000], before[3000];
    assert_true(contact_key_load(f->dir, true, &key, why, sizeof why));
    assert_true(seal_text(key.text, box, sizeof box)); // the shortest
    assert_true(strlen(box) >= CONTACT_BOX_MIN);
    int n =
        snprintf(text, sizeof text,
                 "{\"type\":\"contact\",\"text\":\"%s\"},{\"epoch\":\"0f3c5a7e9b1d2f40516273849a0b1c2d\"},%s",
                 box, box); // also cut off
    contact_blank(text, (size_t)n);
    assert_int_equal(strlen(text), n);
    assert_null(strstr(text, box));
    assert_null(strchr(text, '/'));
    assert_non_null(strstr(text, "\"text\":\"****"));
    assert_non_null(strstr(text, "0f3c5a7e9b1d2f40516273849a0b1c2d"));
    snprintf(text, sizeof text, "{\"type\":\"text\",\"text\":\"%s\"}", box);
    strcpy(before, text);
    contact_blank(text, strlen(text)); // no contact: as it came
    assert_string_equal(text, before);
    contact_blank(text, 0);
}

// ---------------------------------------------------------------- the store

static void open_store(struct fixture *f)
{
    char why[300];
    enum store_error e = store_open(f->path, &f->st, why, sizeof why);
    if (e != STORE_OK) {
        fail_msg("%s", why);
    }
}

// Rows of the query's first column as "a;b;c".
static const char *ask(const struct fixture *f, const char *sql)
{
    static char text[2000];
    sqlite3 *db;
    sqlite3_stmt *s;
    text[0] = '\0';
    assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_true(event_table_register(db));
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
    while (sqlite3_step(s) == SQLITE_ROW) {
        size_t n = strlen(text);
        const char *v = (const char *)sqlite3_column_text(s, 0);
        snprintf(text + n, sizeof text - n, "%s%s", n > 0 ? ";" : "", v != NULL ? v : "null");
    }
    sqlite3_finalize(s);
    sqlite3_close(db);
    return text;
}

static bool holds(const char *path, const char *needle)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return false;
    }
    static char bytes[32 << 20];
    size_t n = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    assert_true(n < sizeof bytes);
    return memmem(bytes, n, needle, strlen(needle)) != NULL;
}

static bool on_disk(const struct fixture *f, const char *needle)
{
    char wal[120];
    snprintf(wal, sizeof wal, "%s-wal", f->path);
    return holds(f->path, needle) || holds(wal, needle);
}

// The text that stands for event `seq`: long, so that neighbours move when it goes.
static const char *sealed_of(int64_t seq)
{
    static char text[200];
    memset(text, 'A' + (int)(seq % 26), sizeof text - 1);
    snprintf(text, 40, "sealed-box-number-%06lld", (long long)seq);
    text[strlen(text)] = '.';
    return text;
}

static void put(struct fixture *f, int64_t seq, int keep_days, wall_ms at, wall_ms now, int flags)
{
    struct event e = {.seq = seq,
                      .at = at,
                      .visit = seq,
                      .type = EVENT_CONTACT,
                      .keep_days = keep_days,
                      .lang = "id",
                      .version = 3,
                      .since_ms = -1};
    ident_set(&e.question, "reach");
    ident_set(&e.survey, "service");
    snprintf(e.text, sizeof e.text, "%s", sealed_of(seq));
    struct stored_event s = {.epoch_id = 1, .kiosk = 1, .e = &e, .at = at, .arrived = now, .flags = flags};
    assert_true(store_name(f->st, "reach", &s.name));
    assert_true(store_event(f->st, &s));
}

static void begin(struct fixture *f)
{
    struct store_kiosk k = {.session = -1};
    struct store_epoch e;
    uint8_t epoch[EPOCH_BYTES] = {1};
    bool found;
    ident_set(&k.id, "k1");
    open_store(f);
    assert_true(store_begin(f->st));
    assert_true(store_put_kiosk(f->st, &k));
    assert_true(store_epoch(f->st, k.kiosk, epoch, 1, true, &e, &found));
    assert_true(store_commit(f->st));
}

static void contact_data_stands_apart_and_has_an_end(void **state)
{
    struct fixture *f = *state;
    const wall_ms at = 1000000;
    bool due;
    begin(f);
    assert_true(store_begin(f->st));
    put(f, 1, 30, at, at, 0);
    put(f, 2, 0, at, at, 0);                           // does not say: 65 days
    put(f, 3, 30, at, at + 31LL * DAY_MS, EVENT_LATE); // its time is over when it comes
    put(f, 4, 30, at, at, EVENT_VOIDED);               // taken back
    assert_true(store_commit(f->st));
    assert_string_equal(ask(f, "SELECT count(*) FROM event"), "4");
    assert_string_equal(ask(f, "SELECT DISTINCT coalesce(body, '-') FROM event"), "-");
    assert_string_equal(
        ask(f,
            "SELECT event_id || ' ' || ((expires - 1000000) / 86400000) || ' ' || survey || version || lang"
            " FROM contact ORDER BY 1"),
        "1 30 service3id;2 65 service3id");
    assert_true(store_contacts_due(f->st, at + 30LL * DAY_MS - 1, &due));
    assert_false(due);
    assert_true(store_contacts_due(f->st, at + 30LL * DAY_MS, &due));
    assert_true(due);
    assert_true(store_expire_contacts(f->st, at + 30LL * DAY_MS, 100));
    assert_string_equal(ask(f, "SELECT event_id FROM contact"), "2");
    assert_string_equal(ask(f, "SELECT count(*) FROM event"), "4"); // the answers stay
    // A void takes it away at once.
    struct event e = {.seq = 5, .visit = 5, .type = EVENT_VOID, .voids = 2, .since_ms = -1};
    struct stored_event s = {.epoch_id = 1, .kiosk = 1, .e = &e, .at = at, .arrived = at};
    assert_true(store_event(f->st, &s));
    assert_string_equal(ask(f, "SELECT count(*) FROM contact"), "0");
}

// Of what is deleted no byte stays: among many others, over page splits, in the file and in its log.
static void what_is_deleted_is_gone_from_the_file(void **state)
{
    enum { COUNT = 400 };
    struct fixture *f = *state;
    bool found;
    begin(f);
    for (int64_t seq = 1; seq <= COUNT; seq++) {
        put(f, seq, seq % 2 == 0 ? 1 : 60, 1000, 1000, 0);
    }
    assert_true(on_disk(f, "sealed-box-number-000200"));
    while (store_contacts_due(f->st, 2LL * DAY_MS, &found) && found) {
        assert_true(store_begin(f->st));
        assert_true(store_expire_contacts(f->st, 2LL * DAY_MS, 20)); // in slices
        assert_true(store_commit(f->st));
    }
    assert_true(store_erase_contact(f->st, 1, &found));
    assert_true(found);
    assert_true(store_erase_contact(f->st, 1, &found));
    assert_false(found);
    assert_true(store_empty_log(f->st));
    for (int64_t seq = 1; seq <= COUNT; seq++) {
        char needle[40];
        snprintf(needle, sizeof needle, "sealed-box-number-%06lld", (long long)seq);
        if (on_disk(f, needle) != (seq % 2 == 1 && seq != 1)) {
            fail_msg("%s", needle);
        }
    }
    assert_string_equal(ask(f, "SELECT count(*) FROM event"), "400");
}

// A reader keeps the log: it is emptied later, and nobody waits.
static void a_reader_does_not_hold_up_the_writer(void **state)
{
    struct fixture *f = *state;
    sqlite3 *db;
    sqlite3_stmt *s;
    bool found;
    begin(f);
    put(f, 1, 30, 1000, 1000, 0);
    assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT * FROM contact", -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    assert_true(store_erase_contact(f->st, 1, &found));
    mono_ms before = clock_mono_ms();
    assert_false(store_empty_log(f->st));
    assert_true(clock_mono_ms() - before < 1000); // the store's own patience is 5 s
    sqlite3_finalize(s);
    sqlite3_close(db);
    assert_true(store_empty_log(f->st));
    assert_false(on_disk(f, "sealed-box-number-000001"));
}

static void an_older_store_is_parted(void **state)
{
    static const char rows[] =
        "INSERT INTO kiosk(kiosk_id, id, name, known) VALUES(1, 'k1', 'Main', 1);"
        "INSERT INTO epoch(epoch_id, kiosk_id, epoch, born) VALUES(1, 1, x'00', 0);"
        "INSERT INTO event VALUES(1, 1, 1, 1000, 1000, 0, 0, 3, 0, 0, 0, 1, '{\"text\":\"old-box\"}');"
        "INSERT INTO event VALUES(2, 1, 2, 1000, 1000, 0, 0, 3, 0, 0, 0, 1, "
        "'{\"text\":\"voided-box\",\"ref\":\"A-1\"}');"
        "UPDATE event SET flags = 8 WHERE event_id = 2;"
        "INSERT INTO event VALUES(3, 1, 3, 1000, 1000, 0, 0, 2, 0, 0, 0, 1, '{\"text\":\"words\"}');"
        "INSERT INTO event VALUES(4, 1, 4, 1000, 1000, 0, 0, 0, 5, 5, 0, 1, NULL);"
        "PRAGMA user_version = 3;";
    struct fixture *f = *state;
    sqlite3 *db;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(sqlite3_exec(db, embedded_migrations[i].begin, NULL, NULL, NULL), SQLITE_OK);
    }
    assert_int_equal(sqlite3_exec(db, rows, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_true(on_disk(f, "voided-box"));
    open_store(f);
    assert_string_equal(ask(f, "SELECT event_id || sealed || ((expires - 1000) / 86400000) FROM contact"),
                        "1old-box65");
    assert_string_equal(ask(f, "SELECT coalesce(body, '-') FROM event ORDER BY event_id"),
                        "-;{\"ref\":\"A-1\"};{\"text\":\"words\"};-");
    assert_string_equal(
        ask(f, "SELECT concat_all FROM (SELECT event_id || ' ' || epoch_id || ' ' || seq || ' ' || at"
               " || ' ' || arrived || ' ' || kind || ' ' || score || ' ' || levels || ' ' || flags"
               " || ' ' || visit AS concat_all FROM event ORDER BY event_id)"),
        "1 1 1 1000 1000 3 0 0 0 1;2 1 2 1000 1000 3 0 0 8 1;3 1 3 1000 1000 2 0 0 0 1;"
        "4 1 4 1000 1000 0 5 5 0 1");
    assert_true(store_empty_log(f->st));
    assert_false(on_disk(f, "voided-box"));
    store_close(f->st);
    open_store(f); // and not twice
    assert_string_equal(ask(f, "SELECT count(*) FROM contact"), "1");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_a_kiosk_seals_the_key_opens),         TEST(a_wrong_key_or_a_damaged_box_opens_nothing),
        TEST(a_bad_key_file_is_refused_and_stays),      TEST(a_message_that_is_set_aside_keeps_no_box),
        TEST(contact_data_stands_apart_and_has_an_end), TEST(what_is_deleted_is_gone_from_the_file),
        TEST(a_reader_does_not_hold_up_the_writer),     TEST(an_older_store_is_parted),
    };
    return cmocka_run_group_tests_name("contact", tests, NULL, NULL);
}
