/* SPDX-License-Identifier: GPL-2.0-only
 *
 * pair_soapz.h - pair_style soapz: gather neighbours, call sz_compute, scatter. */
#ifndef LMP_PAIR_SOAPZ_H
#define LMP_PAIR_SOAPZ_H

#include "model_file.h"
#include "one_blas_thread.h"
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
    /* usual: the device where keyword device is not given */
    PairSoapz(class LAMMPS *, sz_device usual = SZ_CPU);
    ~PairSoapz() override;

    void settings(int, char **) override;
    void coeff(int, char **) override;
    void init_style() override;
    double init_one(int, int) override;
    void compute(int, int) override;
    double memory_usage() override;
    void write_restart(FILE *) override;
    void read_restart(FILE *) override;
    void write_restart_settings(FILE *) override;
    void read_restart_settings(FILE *) override;
    void *extract(const char *, int &) override;
    void *extract_peratom(const char *, int &) override;
    int pack_reverse_comm(int, int, double *) override;
    void unpack_reverse_comm(int, int *, double *) override;
    int pack_forward_comm(int, int *, double *, int, int *) override;
    void unpack_forward_comm(int, int, double *) override;

  protected:
    int n_chunks() const;
    int begin_of_chunk(int k) const;
    int hidden_groups() const;
    virtual void gather(int begin, int end);
    void sort_row(int i, int begin);
    std::string what_is_wrong(const sz_error &err) const;

    int chunk_atoms;  /* gathered at a time */
    sz_device device; /* keyword device */
    sz_work *work;
    double cutoff;            /* of the model, Angstrom */
    int ordered;              /* see sz_model_ordered */
    std::vector<int> species; /* [n_types+1] species in the model, -1 for NULL */
    double **scale;           /* [n_types+1][n_types+1] E_i of type t times scale[t][t] */
    double unit;              /* unit of energy in eV: 1, or that of units real */
    Uncertainty extra;        /* data requested by fix pair */

    /* One chunk of atoms in the layout of sz_neigh. Indices in centre and neigh are
     * LAMMPS's, including ghosts; the arrays keep the largest size so far. */
    int n_centres, n_pairs;
    int hidden; /* bits of the groups whose atoms are excluded */
    std::vector<int> centre, centre_species, first;
    std::vector<int> neigh, neigh_species;
    std::vector<double> r, energy, dedr;

  private:
    void allocate();
    void reset_scale();
    int read_block(const char *);
    void name_elements();
    void load_model(const QuipForm &form);
    void find_remembered();
    void map_types(const sz_model *model);
    void report(const sz_model *model, const sz_plan *plan, int n_threads);
    [[noreturn]] void stop_load(const sz_error &err);

    void find_distances(int i, int begin);
    void evaluate();
    void scatter();
    void tally_energy(int i, double energy);
    void tally_virial(int j, const double *r, const double *dedr);
    void add_own_forces();
    void find_uncertainty();
    void find_error(int c);

    const sz_device usual_device;
    int n_block;            /* atoms in one matrix product, keyword block */
    int n_threads;          /* of each rank, keyword threads; 0: cores_of_rank() */
    double rank_tolerance;  /* eV, keyword rank_tolerance */
    sz_precision precision; /* keyword precision */
    ModelFile file;         /* of pair_coeff, or of a restart file */
    OneBlasThread one_blas_thread;
    bool ready;  /* work matches the file and the keywords */
    bool warned; /* whether other elements of scale are ignored */

    std::vector<double> own_force; /* [n_all][3] for it: of the model, eV/Angstrom */
    std::vector<double> f2;        /* [n_all] their squared lengths */
};

} // namespace LAMMPS_NS

#endif
