// truth: what has been drawn, as JSON. Ids and dates need no escaping.
#include "tests/fleet/fleet.h"

#include <stdio.h>
#include <time.h>

static void print_day(FILE *f, int day)
{
    time_t t = (time_t)day * 86400;
    struct tm tm;
    gmtime_r(&t, &tm);
    fprintf(f, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

static void print_places(const struct fleet *f, FILE *out)
{
    const struct roster *r = f->roster;
    for (int b = 0; b < r->branch_count; b++) {
        fprintf(out, "%s\n  {\"place\":\"%s\",\"question\":\"overall\",\"scores\":[", b > 0 ? "," : "",
                r->branches[b].id.s);
        for (int s = 0; s < FLEET_SCORES; s++) {
            fprintf(out, "%s%lld", s > 0 ? "," : "", (long long)f->scores[b][s]);
        }
        fputs("],\"why\":{", out);
        for (int i = 0; i < SCENARIO_REASONS; i++) {
            fprintf(out, "%s\"%s\":%lld", i > 0 ? "," : "", scenario_reasons[i], (long long)f->choices[b][i]);
        }
        fputs("},\"days\":{", out);
        bool first = true;
        for (int d = 0; d < f->days; d++) {
            const int32_t *c = &f->by_day[((int64_t)b * f->days + d) * FLEET_SCORES];
            if (c[0] + c[1] + c[2] + c[3] + c[4] == 0) {
                continue;
            }
            fprintf(out, "%s\"", first ? "" : ",");
            print_day(out, f->o.first_day + d);
            fprintf(out, "\":[%d,%d,%d,%d,%d]", c[0], c[1], c[2], c[3], c[4]);
            first = false;
        }
        fputs("}}", out);
    }
}

static void print_epochs(const struct fleet_kiosk *k, bool rows, FILE *out)
{
    for (int i = 0; i < k->outbox.count; i++) {
        const struct fleet_epoch *e = &k->outbox.epochs[i];
        char hex[EPOCH_HEX + 1];
        ident_hex(e->bytes, EPOCH_BYTES, hex);
        fprintf(out, "%s{\"epoch\":\"%s\",\"rows\":%lld,\"acknowledged\":%lld", i > 0 ? "," : "", hex,
                (long long)(e->next - 1), (long long)e->acked);
        if (rows) {
            fputs(",\"scores\":\"", out);
            for (int64_t n = 0; n < e->next - e->first; n++) {
                fputc('0' + e->rows[n].score, out);
            }
            fputc('"', out);
        }
        fputc('}', out);
    }
}

void fleet_print_truth(const struct fleet *f, bool rows, void *stream)
{
    FILE *out = stream;
    const struct roster *r = f->roster;
    struct fleet_progress p = fleet_progress(f, f->mono0);
    fprintf(out,
            "{\"seed\":%lld,\"days\":%lld,\"end\":%lld,\"votes\":%lld,\"rows\":%lld,\"acknowledged\":%lld,\n",
            (long long)r->s->seed, (long long)r->s->days, (long long)f->end, (long long)p.votes,
            (long long)p.rows, (long long)p.stored);
    fprintf(out,
            " \"faults\":{\"cuts\":%lld,\"reboots\":%lld,\"wrong_clocks\":%lld,\"mashed\":%lld,\"connects\":%"
            "lld},\n",
            (long long)f->cuts, (long long)f->reboots, (long long)f->wrong_clocks, (long long)f->mash_votes,
            (long long)f->connects);
    fputs(" \"places\":[", out);
    print_places(f, out);
    fputs("],\n \"incidents\":[", out);
    for (int i = 0; i < f->tally_count; i++) {
        const struct fleet_tally *t = &f->tallies[i];
        fprintf(
            out,
            "%s\n  "
            "{\"place\":\"%s\",\"kind\":\"%s\",\"begin\":%lld,\"end\":%lld,\"votes\":%lld,\"unhappy\":%lld}",
            i > 0 ? "," : "", r->branches[t->branch].id.s, incident_kinds[t->kind], (long long)t->from,
            (long long)t->until, (long long)t->votes, (long long)t->unhappy);
    }
    fputs("],\n \"kiosks\":[", out);
    for (int i = 0; i < f->count; i++) {
        const struct fleet_kiosk *k = &f->kiosks[i];
        fprintf(out, "%s\n  {\"kiosk\":\"%s\",\"place\":\"%s\",\"votes\":%lld,\"undated\":[",
                i > 0 ? "," : "", r->kiosks[i].id.s, r->branches[r->kiosks[i].branch].id.s,
                (long long)k->votes);
        for (int s = 0; s <= FLEET_SCORES; s++) {
            fprintf(out, "%s%lld", s > 0 ? "," : "", (long long)k->undated[s]);
        }
        fputs("],\"epochs\":[", out);
        print_epochs(k, rows, out);
        fputs("]}", out);
    }
    fputs("]}\n", out);
}
