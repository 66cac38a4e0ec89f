/* SPDX-License-Identifier: GPL-2.0-only
 *
 * pair_soapz.h - pair_style soapz: gather neighbours, call sz_compute, scatter. */
#ifndef LMP_PAIR_SOAPZ_H
#define LMP_PAIR_SOAPZ_H

#include "pair.h" /* LAMMPS's */
#include "quip_form.h"
#include "soapz.h"
#include "uncertainty.h"

#include <string>
#include <vector>

namespace LAMMPS_NS
{

class PairSoapz : public Pair
{
  public:
    PairSoapz(class LAMMPS *);
    ~PairSoapz() override;

    void settings(int, char **) override;
    void coeff(int, char **) override;
    void init_style() override;
    double init_one(int, int) override;
    void compute(int, int) override;
    double memory_usage() override;
    void *extract(const char *, int &) override;
    void *extract_peratom(const char *, int &) override;
    int pack_reverse_comm(int, int, double *) override;
    void unpack_reverse_comm(int, int *, double *) override;
    int pack_forward_comm(int, int *, double *, int, int *) override;
    void unpack_forward_comm(int, int, double *) override;

  private:
    void allocate();
    void load_model(const std::string &path, char **symbol, const QuipForm &form);
    void map_types(const sz_model *model, char **symbol);
    void report(const sz_model *model, const sz_plan *plan, const std::string &path,
                char **symbol);
    [[noreturn]] void stop_load(const sz_error &err);

    void gather(int begin, int end);
    void find_distances(int i, int begin);
    void sort_row(int begin);
    void evaluate();
    std::string bad_pair() const;
    void scatter();
    void tally_energy(int i, double energy);
    [[noreturn]] void stop_uncertainty(const sz_error &err);
    void keep_forces();
    void find_uncertainty();
    void tally_virial(int j, const double *r, const double *dedr);

    int n_block;            /* atoms in one matrix product, keyword block */
    int n_threads;          /* of each rank, keyword threads */
    double rank_tolerance;  /* eV, keyword rank_tolerance */
    sz_precision precision; /* keyword precision */
    sz_work *work;
    double cutoff;            /* of the model, Angstrom */
    int ordered;              /* see sz_model_ordered */
    std::vector<int> species; /* [n_types+1] species in the model, -1 for NULL */

    /* One chunk of atoms in the shape of sz_neigh. Indices in centre and neigh are
     * LAMMPS's, ghosts included; the arrays keep the largest size so far. */
    int n_centres, n_pairs;
    std::vector<int> centre, centre_species, first;
    std::vector<int> neigh, neigh_species;
    std::vector<double> r, energy, dedr;

    Uncertainty extra;             /* what fix pair asks for */
    std::vector<double> own_force; /* [n_all][3] for it: of this style alone */
    std::vector<double> f2;        /* [n_all] their squared lengths */
};

} // namespace LAMMPS_NS

#endif
