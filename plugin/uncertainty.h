/* SPDX-License-Identifier: GPL-2.0-only
 *
 * uncertainty.h - per-atom values for fix pair: variance (eV^2, of its energy),
 * grade (distance from the sparse points) and uncertainty (eV/Angstrom, of its force).
 *
 * The style releases the sparse points when it can run, so the model is read again at the
 * first request. Nothing is computed or stored before. */
#ifndef SZ_PLUGIN_UNCERTAINTY_H
#define SZ_PLUGIN_UNCERTAINTY_H

#include "soapz.h"

#include <string>
#include <vector>

class Uncertainty
{
  public:
    ~Uncertainty();

    void set_path(const std::string &path); /* for another model, or with its present
                                               content */

    int *flag(const char *name);      /* "variance_flag", ..: 1 requests it; or NULL */
    double *values(const char *name); /* those of the last step; or NULL */
    bool wanted() const;
    bool wants_forces() const; /* uncertainty depends on them */

    /* Call the others after wanted(), in this order. */
    bool start(int n_local, sz_error &err);
    bool add(const sz_neigh &nb, const int *centre, sz_error &err);
    /* the weight of a neighbour; mean of |F|^2 around atom i, see sz_uncertainty_force */
    double weight(double r2) const;
    void finish(int i, int species, double g2);
    void convert(double unit); /* unit of energy, in eV: the values are in it from now
                                  on */

    double bytes() const;

  private:
    bool load(sz_error &err);
    void clear();

    int variance_flag = 0, grade_flag = 0, uncertainty_flag = 0;
    std::string path, stamp; /* size and time of the file */
    sz_variance *factor = nullptr;
    bool has_factor = false;
    sz_variance_work *work = nullptr;
    sz_uncertainty *calibration = nullptr;
    std::vector<double> variance, grade, uncertainty; /* [n_local] */
    std::vector<double> chunk_variance, chunk_grade;
};

#endif
