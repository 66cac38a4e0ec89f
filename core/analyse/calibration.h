/* SPDX-License-Identifier: BSD-3-Clause
 *
 * calibration.h - how well a predicted uncertainty separates large errors from small
 * ones. */
#ifndef SZ_CALIBRATION_H
#define SZ_CALIBRATION_H

#include "base/error.h"

enum { SZ_CALIBRATION_BINS = 10 };

typedef struct {
    long n;
    double rank_correlation;   /* Spearman's, of sigma and |error|: 1 perfect, 0 none */
    double rms_z;              /* (mean (error / sigma)^2)^(1/2): 1 if sigma is right */
    double within_1, within_2; /* fraction of errors below 1 and 2 sigma: ideally 0.68,
                                  0.95 */
    int n_bins;                /* the same number in each bin, sigma ascending */
    double sigma[SZ_CALIBRATION_BINS]; /* root mean square of the bin */
    double rmse[SZ_CALIBRATION_BINS];
} sz_calibration;

/* sigma [n] > 0, error [n]; with n < 3 everything but n is 0. */
sz_status sz_calibrate(sz_calibration *c, long n, const double *sigma,
                       const double *error, sz_error *err);

#endif
