// core: the configuration document of each registered kiosk, published retained (PROTOCOL.md, config).
#include "aggregator/core_impl.h"

#include "shared/digest.h"
#include "shared/log.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static bool first_survey(void *ctx, const struct store_survey *s)
{
    json_t **survey = ctx;
    if (*survey == NULL) {
        *survey = json_loads(s->body, 0, NULL);
        json_object_set_new(*survey, "id", json_string(s->id.s));
        json_object_set_new(*survey, "version", json_integer(s->version));
    }
    return true;
}

// The document wrapped with its hash; malloc'd, NULL when memory ran out.
static char *payload_of(const struct core *c, const struct org_kiosk *k, json_t *survey)
{
    const struct org_place *place = &c->org.places[k->place];
    int32_t branch = place->branch != 0 ? place->branch : place->number;
    json_t *o = json_object();
    json_object_set_new(o, "kiosk", json_string(k->id.s));
    json_object_set_new(o, "name", json_string(k->name));
    json_object_set_new(o, "branch", json_string(c->org.places[branch].id.s));
    json_object_set_new(o, "place", json_string(branch == place->number ? "" : place->id.s));
    json_object_set(o, "survey", survey != NULL ? survey : json_null());
    char *document = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS), *payload = NULL;
    json_decref(o);
    if (document != NULL) {
        char hash[DIGEST_HEX + 1];
        size_t n;
        digest_hex(document, strlen(document), hash);
        payload = config_encode(hash, document, &n);
    }
    free(document);
    return payload;
}

void core_publish_configs(struct core *c)
{
    json_t *survey = NULL;
    if (!store_each_survey(c->store, first_survey, &survey)) {
        core_fail(c);
    }
    for (int32_t i = 1; i <= c->org.kiosk_count && !c->failed; i++) {
        const struct org_kiosk *k = &c->org.kiosks[i];
        char topic[PROTOCOL_TOPIC_MAX];
        if (k->number == 0 || !k->known) {
            continue;
        }
        char *payload = k->place != 0 ? payload_of(c, k, survey) : NULL;
        topic_kiosk(k->id.s, TOPIC_CONFIG, topic);
        link_publish(c->link, topic, payload, payload != NULL ? strlen(payload) : 0, 1, true);
        free(payload);
    }
    json_decref(survey);
}
