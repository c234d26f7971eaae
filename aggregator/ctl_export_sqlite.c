// ctl: the configuration as YAML, of one moment.
#include "aggregator/config_text.h"
#include "aggregator/ctl.h"
#include "aggregator/store_impl.h"

#include <stdio.h>

int ctl_export(struct ctl *c, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct store *st = ctl_open(c);
    if (st == NULL) {
        return CTL_FINDING;
    }
    int code = store_run(st, "BEGIN", "") && config_text(st, CONFIG_ALL, stdout) ? CTL_FINE : ctl_failed(st);
    store_close(st);
    return code;
}
