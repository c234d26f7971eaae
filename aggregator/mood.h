// mood: "is the whole mood worse than usual?": a points chart (points.h) in which each face has its own points.
//
// A promise looks at one boundary, satisfied or not; where all faces move down a little, the others tell of it sooner. The
// points are log-likelihood ratios of the usual mix of faces against the same mix moved by proportional odds (McCullagh 1980:
// at every boundary the odds of an answer at or under it are MOOD_ODDS times the usual ones), in whole numbers up to
// MOOD_STEP. Where the whole mood moves it needs half the votes of a promise, where one face does, more. Pure.
#ifndef PUAS_AGGREGATOR_MOOD_H
#define PUAS_AGGREGATOR_MOOD_H

#include "aggregator/points.h"

enum { MOOD_STEP = 15, MOOD_FACES_MIN = 3 };
#define MOOD_ODDS 2.25      // as from 10 to 20 % unhappy
#define MOOD_SHARE_MIN .001 // of a face: a rarer one counts as if it had this share

// Shares of the faces, worst first, from weights (votes, percent) of which two are not 0. False: weights or faces are out of
// range (MOOD_FACES_MIN..POINTS_KINDS_MAX).
bool mood_shares(const int64_t *weights, int faces, double *ret_p);
// The mix in which at every boundary the odds of an answer at or under it are `odds` (> 0) times those of `p`.
void mood_moved(const double *p, int faces, double odds, double *ret_p);
// Points of each face for the usual mix `p`; the limit is left 0. False: no face is worse or none is better, once rounded.
bool mood_points(const double *p, int faces, struct points *ret_c);

#endif
