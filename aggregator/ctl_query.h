// ctl_query: what puasctl's reports are asked by: arguments into the fields of a query, and what went wrong with it.
#ifndef PUAS_AGGREGATOR_CTL_QUERY_H
#define PUAS_AGGREGATOR_CTL_QUERY_H

#include "aggregator/ctl.h"
#include "aggregator/trends.h"

// `--name value` into the fields of the query, whatever else into `words`, which are fields too, in their order; `most` of
// them, and the first, the place, must be there. `limit` says how many there may be. Texts are borrowed. False: said on
// standard error.
bool ctl_query(int argc, char **argv, const struct query_field *fields, void *ret_query, const char **words[],
               int most, const char *limit);

// Says on standard error what went wrong; `why`: of TRENDS_FAILED, with the file `path`. A field with one letter was given as a
// word. Returns the exit code; not for TRENDS_OK.
int ctl_trends_said(enum trends_error e, const char *place, const struct trend_problem *problem,
                    const char *path, const char *why);

#endif
