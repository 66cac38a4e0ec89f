/* SPDX-License-Identifier: GPL-2.0-only
 *
 * uncertainty.cpp - variance, grade and uncertainty of atoms, on request.
 */
#include "uncertainty.h"

#include <cstdio>
#include <cstring>
#include <memory>
#include <sys/stat.h>

Uncertainty::~Uncertainty()
{
    clear();
}

void Uncertainty::clear()
{
    sz_variance_work_free(work);
    sz_variance_free(factor);
    sz_uncertainty_free(calibration);
    work = nullptr;
    factor = nullptr;
    calibration = nullptr;
    has_factor = false;
}

static std::string stamp_of(const std::string &path)
{
    struct stat s;

    if (stat(path.c_str(), &s) != 0) return "";
    return std::to_string(s.st_size) + " " + std::to_string(s.st_mtim.tv_sec) + "." +
           std::to_string(s.st_mtim.tv_nsec);
}

void Uncertainty::set_path(const std::string &name)
{
    clear();
    path = name;
    stamp = stamp_of(path);
    for (std::vector<double> *v : {&variance, &grade, &uncertainty}) v->clear();
}

int *Uncertainty::flag(const char *name)
{
    if (std::strcmp(name, "variance_flag") == 0) return &variance_flag;
    if (std::strcmp(name, "grade_flag") == 0) return &grade_flag;
    return std::strcmp(name, "uncertainty_flag") == 0 ? &uncertainty_flag : nullptr;
}

double *Uncertainty::values(const char *name)
{
    std::vector<double> *v = std::strcmp(name, "variance") == 0      ? &variance
                             : std::strcmp(name, "grade") == 0       ? &grade
                             : std::strcmp(name, "uncertainty") == 0 ? &uncertainty
                                                                     : nullptr;

    return v && !v->empty() ? v->data() : nullptr;
}

bool Uncertainty::wanted() const
{
    return variance_flag || grade_flag || uncertainty_flag;
}

bool Uncertainty::wants_forces() const
{
    return uncertainty_flag;
}

bool Uncertainty::load(sz_error &err)
{
    const bool needs_factor = variance_flag || uncertainty_flag;
    sz_model *loaded = nullptr;

    if (work && (has_factor || !needs_factor) && (calibration || !uncertainty_flag))
        return true;
    clear();
    if (stamp_of(path) != stamp) {
        err.status = SZ_ERR_FILE;
        std::snprintf(err.message, sizeof err.message,
                      "%s has changed since pair_coeff read it, and variances and grades "
                      "need its sparse points: give pair_coeff again",
                      path.c_str());
        return false;
    }
    if (sz_model_load(&loaded, path.c_str(), &err) != SZ_OK) return false;
    const std::unique_ptr<sz_model, decltype(&sz_model_free)> model(loaded,
                                                                    sz_model_free);

    if (uncertainty_flag && sz_uncertainty_create(&calibration, loaded, &err) != SZ_OK)
        return false;
    has_factor = needs_factor;
    return sz_variance_create(&factor, loaded, needs_factor ? 0.0 : SZ_GRADES_ALONE,
                              &err) == SZ_OK &&
           sz_variance_work_create(&work, factor, &err) == SZ_OK;
}

bool Uncertainty::start(int n_local, sz_error &err)
{
    const size_t n = n_local > 0 ? n_local : 1; /* also allocated on a rank without
                                                   atoms */

    if (!load(err)) return false;
    if (variance_flag || uncertainty_flag) variance.assign(n, 0.0);
    if (grade_flag) grade.assign(n, 0.0);
    if (uncertainty_flag) uncertainty.assign(n, 0.0);
    return true;
}

bool Uncertainty::add(const sz_neigh &nb, const int *centre, sz_error &err)
{
    const bool with_variance = variance_flag || uncertainty_flag;

    chunk_variance.resize(nb.n_atoms);
    chunk_grade.resize(nb.n_atoms);
    if (sz_variance_compute(factor, work, &nb,
                            with_variance ? chunk_variance.data() : nullptr,
                            grade_flag ? chunk_grade.data() : nullptr, &err) != SZ_OK)
        return false;
    for (int c = 0; c < nb.n_atoms; c++) {
        if (with_variance) variance[centre[c]] = chunk_variance[c];
        if (grade_flag) grade[centre[c]] = chunk_grade[c];
    }
    return true;
}

double Uncertainty::weight(double r2) const
{
    return sz_uncertainty_weight(calibration, r2);
}

void Uncertainty::finish(int i, int species, double g2)
{
    uncertainty[i] = sz_uncertainty_force(calibration, species, g2, variance[i]);
}

void Uncertainty::convert(double unit)
{
    /* values that were not requested now are from an earlier step */
    if (variance_flag || uncertainty_flag)
        for (double &v : variance) v *= unit * unit;
    if (uncertainty_flag)
        for (double &u : uncertainty) u *= unit;
}

double Uncertainty::bytes() const
{
    return static_cast<double>((variance.capacity() + grade.capacity() +
                                uncertainty.capacity() + chunk_variance.capacity() +
                                chunk_grade.capacity()) *
                               sizeof(double));
}
