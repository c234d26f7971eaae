// store: what could not be taken, with its bytes and the reason.
#include "aggregator/contact.h"
#include "aggregator/store_impl.h"

#include <stdlib.h>
#include <string.h>

enum { QUARANTINE_BYTES = 64 * 1024 };

bool store_quarantine(struct store *st, wall_ms at, const char *kiosk, const char *topic, const char *reason,
                      int32_t epoch_id, int64_t seq, const void *payload, size_t n)
{
    n = n < QUARANTINE_BYTES ? n : QUARANTINE_BYTES;
    char *bytes = malloc(n > 0 ? n : 1);
    if (bytes == NULL) {
        return store_fail(st);
    }
    memcpy(bytes, n > 0 ? payload : "", n);
    contact_blank(bytes, n);
    bool ok =
        store_run(st, "INSERT INTO quarantine VALUES(?1, ?2, ?3, ?4, ?5, nullif(?6, 0), nullif(?7, 0), ?8)",
                  "iitttdib", st->next_quarantine++, at, kiosk, topic, reason, epoch_id, seq, bytes, n);
    free(bytes);
    if (!ok) {
        return false;
    }
    st->quarantined++;
    // A row with seq is part of what is settled and stays. Of the others one kiosk keeps its newest: a
    // stranger who repeats himself must not fill the disk.
    return seq != 0 ||
           store_run(st,
                     "DELETE FROM quarantine WHERE quarantine_id IN (SELECT quarantine_id FROM quarantine"
                     " WHERE kiosk = ?1 AND seq IS NULL ORDER BY quarantine_id DESC LIMIT -1 OFFSET ?2)",
                     "td", kiosk, STORE_QUARANTINE_MAX);
}

int64_t store_quarantined(const struct store *st)
{
    return st->quarantined;
}
