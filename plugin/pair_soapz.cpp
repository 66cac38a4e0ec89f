/* SPDX-License-Identifier: GPL-2.0-only
 *
 * pair_soapz.cpp - pair_style soapz of LAMMPS. With d_ij = dE_i/dr_ij, r_ij = r_j - r_i:
 *
 *   f_i += d_ij       f_j -= d_ij       virial W_j -= r_ij (x) d_ij
 *
 * for every local i and every j of its full neighbour list, including ghosts; LAMMPS then
 * adds the forces on ghosts to their owners (newton on). The whole virial of a pair is
 * counted at j, on which the force acts: with its nine components sum_j W_j v_j is the
 * exact potential part of the heat flux (centroid stress). With fix adapt, E = sum_i
 * scale(type of i) E_i: d_ij and E_i are multiplied by it. */
#include "pair_soapz.h"

#include "cores.h"

#include "atom.h"
#include "comm.h"
#include "domain.h"
#include "error.h"
#include "force.h"
#include "memory.h"
#include "neigh_list.h"
#include "neighbor.h"
#include "restart_words.h"
#include "update.h"
#include "utils.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <tuple>

using namespace LAMMPS_NS;

static constexpr int MAX_BLOCK = 4096;
static constexpr int MAX_THREADS = 1024;
/* Number of atoms gathered at a time: limits the memory, but is several blocks, so that
 * few blocks of each element are partly filled. */
static constexpr int CHUNK = 2048;

PairSoapz::PairSoapz(LAMMPS *host, sz_device usual)
    : Pair(host), chunk_atoms(CHUNK), device(usual), work(nullptr), cutoff(0.0),
      ordered(0), scale(nullptr), unit(1.0), n_centres(0), n_pairs(0), hidden(0),
      usual_device(usual), n_block(sz_device_block(usual)), n_threads(1),
      rank_tolerance(0.0), precision(SZ_DOUBLE), ready(false), warned(false)
{
    single_enable = 0;
    restartinfo = 1;
    one_coeff = 1;
    manybody_flag = 1;
    no_virial_fdotr_compute = 1; /* pair terms give the virial without absolute
                                    positions */
    centroidstressflag = CENTROID_AVAIL;
    comm_reverse = 3; /* both only for the uncertainty */
    comm_forward = 1;
}

PairSoapz::~PairSoapz()
{
    if (copymode) return;
    sz_work_free(work);
    if (!allocated) return;
    memory->destroy(setflag);
    memory->destroy(cutsq);
    memory->destroy(scale);
}

void PairSoapz::allocate()
{
    const int n = atom->ntypes + 1;

    memory->create(setflag, n, n, "pair:setflag");
    memory->create(cutsq, n, n, "pair:cutsq");
    memory->create(scale, n, n, "pair:scale");
    map = new int[n]; /* freed by Pair */
    reset_scale();
    allocated = 1;
}

void PairSoapz::reset_scale()
{
    for (int i = 0; i <= atom->ntypes; i++)
        for (int j = 0; j <= atom->ntypes; j++) scale[i][j] = 1.0;
}

/* ---- setting up ------------------------------------------------------------------ */

/* pair_style soapz [block N] [rank_tolerance E] [threads N] [precision double or mixed]
 * [device cpu or kokkos] */
void PairSoapz::settings(int narg, char **arg)
{
    const auto before =
        std::make_tuple(ready, n_block, n_threads, rank_tolerance, precision, device);

    n_block = 0;
    n_threads = 1;
    rank_tolerance = 0.0;
    precision = SZ_DOUBLE;
    device = usual_device;
    ready = false;
    for (int k = 0; k < narg; k += 2) {
        const bool is_block = std::strcmp(arg[k], "block") == 0;
        const bool is_threads = std::strcmp(arg[k], "threads") == 0;
        const bool is_precision = std::strcmp(arg[k], "precision") == 0;
        const bool is_device = std::strcmp(arg[k], "device") == 0;
        sz_error err;

        if (!is_block && !is_threads && !is_precision && !is_device &&
            std::strcmp(arg[k], "rank_tolerance") != 0)
            error->all(FLERR,
                       "pair_style soapz: unknown keyword '{}', known are: block N, "
                       "rank_tolerance E, threads N, precision double or mixed, device "
                       "cpu or kokkos",
                       arg[k]);
        if (k + 1 == narg)
            error->all(FLERR, "pair_style soapz: keyword {} needs {}", arg[k],
                       is_precision ? "double or mixed"
                       : is_device  ? "cpu or kokkos"
                                    : "a number");
        if (is_block)
            n_block = read_block(arg[k + 1]);
        else if (is_threads)
            n_threads = utils::inumeric(FLERR, arg[k + 1], false, lmp);
        else if (is_precision) {
            if (sz_precision_of(&precision, arg[k + 1], &err) != SZ_OK)
                error->all(FLERR, "pair_style soapz: {}", err.message);
        } else if (is_device) {
            if (sz_device_of(&device, arg[k + 1], &err) != SZ_OK)
                error->all(FLERR, "pair_style soapz: {}", err.message);
        } else
            rank_tolerance = utils::numeric(FLERR, arg[k + 1], false, lmp);
    }
    if (n_threads < 0 || n_threads > MAX_THREADS)
        error->all(FLERR,
                   "pair_style soapz: threads is {}, allowed 0, the cores of the node "
                   "divided by its ranks, to {}",
                   n_threads, MAX_THREADS);
    if (n_block == 0) n_block = sz_device_block(device);
    if (!std::isfinite(rank_tolerance) || rank_tolerance < 0.0)
        error->all(FLERR,
                   "pair_style soapz: rank_tolerance is {}, it must be an energy in eV, "
                   "or 0 for exact kernels",
                   rank_tolerance);
    /* with other keywords an existing model gets a new plan before the next run */
    ready = before ==
            std::make_tuple(true, n_block, n_threads, rank_tolerance, precision, device);
}

int PairSoapz::read_block(const char *word)
{
    const int n = utils::inumeric(FLERR, word, false, lmp);

    if (n < 1 || n > MAX_BLOCK)
        error->all(FLERR, "pair_style soapz: block is {}, allowed 1 to {}", n, MAX_BLOCK);
    return n;
}

/* Also a potential that comes with soapz, by its name; "": there is none. */
static std::string find_file(const std::string &name)
{
    const std::string found = utils::get_potential_file_path(name);

    return found.empty() ? path_of_shipped(name) : found;
}

/* pair_coeff * * model.xml Nb NULL ..., or in the form of pair_style quip */
void PairSoapz::coeff(int narg, char **arg)
{
    const std::vector<std::string> words(arg + std::min(narg, 3), arg + narg);
    QuipForm form;
    const std::string wrong = read_quip_form(form, words, atom->ntypes);

    if (!wrong.empty())
        error->all(FLERR, "pair_style soapz: {}; write: {}", wrong,
                   quip_form_remedy(form, arg[2]));
    if (narg < 3 || form.element.size() != static_cast<size_t>(atom->ntypes))
        error->all(
            FLERR,
            "pair_style soapz: pair_coeff needs '* *', a model file and one element "
            "(or NULL) for each of the {} atom types, found {} elements",
            atom->ntypes, form.element.size());
    ready = false;
    file = ModelFile();
    file.name = arg[2];
    file.element = form.element;
    if (!allocated) allocate();
    reset_scale();
    name_elements();
    file.path = find_file(arg[2]);
    if (file.path.empty())
        error->all(
            FLERR,
            "pair_style soapz: cannot find model file {} here or in the folders of "
            "LAMMPS_POTENTIALS, and no potential of this name comes with soapz, which "
            "has {}",
            arg[2], names_of_shipped());
    load_model(form);
}

/* Sets the atom types of the file's elements; those with NULL have no coefficients. */
void PairSoapz::name_elements()
{
    std::vector<char *> symbol;

    for (std::string &element : file.element) symbol.push_back(&element[0]);
    map_element2type(atom->ntypes, symbol.data());
}

/* Reads the model named in a restart file, or again after a change of keywords. */
void PairSoapz::find_remembered()
{
    std::string found = utils::get_potential_file_path(file.path);
    int same;

    if (found.empty()) found = find_file(file.name);
    if (found.empty())
        error->all(FLERR,
                   "pair_style soapz: the model file {}, of an earlier pair_coeff or a "
                   "restart file, was not found; give its new location: {}",
                   file.path.empty() ? file.name : file.path, file.coeff("FILE"));
    file.path = found;
    if (comm->me == 0) same = file.mark.empty() || mark_of_file(found) == file.mark;
    MPI_Bcast(&same, 1, MPI_INT, 0, world);
    if (!same)
        error->all(FLERR,
                   "pair_style soapz: the model file {} has changed since pair_coeff "
                   "read it; to use its present content write: {}",
                   found, file.coeff(found));
}

/* The work keeps what it needs of the model, so that the sparse points are released. */
void PairSoapz::load_model(const QuipForm &form)
{
    const int n = n_threads ? n_threads : cores_of_rank(world);
    const sz_plan_options options = {n_block, rank_tolerance, n, precision, device};
    sz_model *loaded;
    sz_plan *laid_out;
    sz_error err;

    sz_work_free(work);
    work = nullptr;
    sz_blas_tune();
    one_blas_thread.hold();
    if (sz_model_load(&loaded, file.path.c_str(), &err) != SZ_OK) stop_load(err);
    const std::unique_ptr<sz_model, decltype(&sz_model_free)> model(loaded,
                                                                    sz_model_free);

    const std::string wrong = check_quip_form(form, loaded);

    if (!wrong.empty())
        error->all(FLERR,
                   "pair_style soapz: {}: {}; for the content of the file write: {}",
                   file.path, wrong, quip_form_remedy(form, file.path));
    cutoff = sz_model_cutoff(loaded);
    ordered = sz_model_ordered(loaded);
    map_types(loaded);
    if (sz_plan_create(&laid_out, loaded, &options, &err) != SZ_OK) stop_load(err);
    const std::unique_ptr<sz_plan, decltype(&sz_plan_free)> plan(laid_out, sz_plan_free);

    if (sz_plan_work(&work, laid_out, &err) != SZ_OK) stop_load(err);
    if (comm->me == 0) report(loaded, laid_out, n);
    if (comm->me == 0) file.mark = mark_of_file(file.path);
    file.path = absolute_path(file.path);
    extra.set_path(file.path);
    ready = true;
}

/* An error in a file occurs on all ranks; memory may run out on one rank only. */
void PairSoapz::stop_load(const sz_error &err)
{
    if (err.status == SZ_ERR_MEMORY)
        error->one(FLERR, "pair_style soapz: {}", err.message);
    error->all(FLERR, "pair_style soapz: {}", err.message);
}

void PairSoapz::map_types(const sz_model *model)
{
    species.assign(atom->ntypes + 1, -1);
    for (int type = 1; type <= atom->ntypes; type++) {
        if (map[type] < 0) continue;
        species[type] = sz_model_species(model, file.element[type - 1].c_str());
        if (species[type] >= 0) continue;

        std::string known;
        for (int s = 0; s < sz_model_n_species(model); s++)
            known += std::string(" ") + sz_model_symbol(model, s);
        error->all(
            FLERR,
            "pair_style soapz: the model does not contain element {} (atom type {}); it "
            "contains:{}",
            file.element[type - 1], type, known);
    }
}

void PairSoapz::report(const sz_model *model, const sz_plan *plan, int n)
{
    std::string text = fmt::format("pair_style soapz: {}\n", file.path);

    text += fmt::format("  cutoff {:.6g} Angstrom, blocks of {} atoms, {}, {} thread{}\n",
                        cutoff, n_block, sz_blas_name(), n, n == 1 ? "" : "s per rank");
    if (precision == SZ_MIXED && sz_plan_precision(plan) != SZ_MIXED)
        text += "  double precision: mixed needs a CPU with AVX2 and a model without "
                "acsf terms\n";
    else if (precision == SZ_MIXED)
        text += fmt::format("  mixed precision; SOAP kernels in double: {}\n",
                            sz_plan_n_wide(plan));
    if (device == SZ_KOKKOS)
        text += fmt::format("  SOAP terms by {}\n", sz_plan_device(plan));
    text += "  atom type  element\n";
    for (int type = 1; type <= atom->ntypes; type++)
        text += fmt::format("  {:9}  {}\n", type, file.element[type - 1]);
    for (int k = 0; k < sz_plan_n_ranks(plan); k++) {
        const sz_rank rank = sz_plan_rank(plan, k);
        char sentence[256];

        sz_rank_text(&rank, sentence, sizeof sentence);
        text += fmt::format("  {}\n", sentence);
    }
    utils::logmesg(lmp, text);
    for (int k = 0; k < sz_model_n_warnings(model); k++)
        error->warning(FLERR, "pair_style soapz: {}", sz_model_warning(model, k));
}

void PairSoapz::init_style()
{
    const bool real = std::strcmp(update->unit_style, "real") == 0;

    if (!real && std::strcmp(update->unit_style, "metal") != 0)
        error->all(FLERR,
                   "pair_style soapz needs units metal or units real, found units {}",
                   update->unit_style);
    unit = real ? utils::get_conversion_factor(utils::ENERGY, utils::METAL2REAL) : 1.0;
    if (!force->newton_pair)
        error->all(FLERR, "pair_style soapz needs newton on for pair interactions");
    if (!ready) {
        find_remembered();
        load_model(QuipForm());
    }
    if (ordered && !atom->tag_enable)
        error->all(FLERR, "pair_style soapz: this model needs atom IDs");
    neighbor->add_request(this, NeighConst::REQ_FULL);
}

double PairSoapz::init_one(int i, int j)
{
    if (!setflag[i][j]) error->all(FLERR, "All pair coeffs are not set");
    if (!warned && scale[i][j] != 1.0 && scale[i][j] != scale[i][i] &&
        scale[i][j] != scale[j][j]) {
        warned = true;
        if (comm->me == 0)
            error->warning(FLERR,
                           "pair_style soapz: the scale of atom types {} and {} has no "
                           "effect: energies belong to atoms, scaled by types "
                           "{} {} and {} {}",
                           i, j, i, i, j, j);
    }
    scale[j][i] = scale[i][j];
    return cutoff;
}

/* ---- restart files ---------------------------------------------------------------- */

/* Only rank 0 writes. pair_style hybrid calls only the functions of the settings. */
void PairSoapz::write_restart(FILE *fp)
{
    write_restart_settings(fp);
    write_words(fp, file.words());
}

void PairSoapz::read_restart(FILE *fp)
{
    read_restart_settings(fp);
    if (!file.set_words(read_words(fp, error, world), atom->ntypes))
        return; /* no pair_coeff */
    if (!allocated) allocate();
    name_elements(); /* the file is read when it is needed: in init_style() */
}

void PairSoapz::write_restart_settings(FILE *fp)
{
    std::vector<std::string> words = {
        "rank_tolerance", fmt::format("{:.17g}", rank_tolerance),
        "threads",        std::to_string(n_threads),
        "precision",      precision == SZ_MIXED ? "mixed" : "double"};

    /* soapz and soapz/kk, which have other defaults, read each other's files */
    if (n_block != sz_device_block(device))
        words.insert(words.end(), {"block", std::to_string(n_block)});
    if (device != usual_device)
        words.insert(words.end(), {"device", device == SZ_KOKKOS ? "kokkos" : "cpu"});
    write_words(fp, words);
}

void PairSoapz::read_restart_settings(FILE *fp)
{
    std::vector<std::string> words = read_words(fp, error, world);
    std::vector<char *> arg;

    for (std::string &word : words) arg.push_back(&word[0]);
    settings(static_cast<int>(arg.size()), arg.data());
}

/* ---- energies and forces ---------------------------------------------------------- */

void PairSoapz::compute(int eflag, int vflag)
{
    ev_init(eflag, vflag);
    hidden = hidden_groups();
    if (extra.wanted()) {
        sz_error err;

        if (!extra.start(atom->nlocal, err)) stop_load(err);
        if (extra.wants_forces())
            own_force.assign(3 * (static_cast<size_t>(atom->nlocal) + atom->nghost), 0.0);
    }
    for (int k = 0; k < n_chunks(); k++) {
        gather(begin_of_chunk(k), begin_of_chunk(k + 1));
        evaluate();
        scatter();
        if (extra.wants_forces()) add_own_forces();
    }
    if (extra.wants_forces()) find_uncertainty();
    if (extra.wanted() && unit != 1.0) extra.convert(unit);
}

/* Chunks of about the same size. */
int PairSoapz::n_chunks() const
{
    const int chunk = std::max(chunk_atoms, n_block);

    return (list->inum + chunk - 1) / chunk;
}

int PairSoapz::begin_of_chunk(int k) const
{
    return static_cast<int>(static_cast<bigint>(list->inum) * k / n_chunks());
}

/* The groups that are excluded from interactions with group all. fix gcmc puts an atom
 * into one while it tries to delete it: it stays in the list, without neighbours, and is
 * not an isolated atom. */
int PairSoapz::hidden_groups() const
{
    int bits = 0;

    for (int k = 0; k < neighbor->nex_group; k++) {
        if (neighbor->ex1_group[k] == 0) bits |= neighbor->ex2_bit[k];
        if (neighbor->ex2_group[k] == 0) bits |= neighbor->ex1_bit[k];
    }
    return bits;
}

template <typename T> static void grow(std::vector<T> &v, size_t n)
{
    if (v.size() < n) v.resize(n + n / 8);
}

/* Atoms list->ilist[begin..end-1] and their pairs within the cutoff. Types mapped to NULL
 * are not in the lists that hybrid styles pass. Special-bond factors do not apply
 * to a many-body potential. */
void PairSoapz::gather(int begin, int end)
{
    double **x = atom->x;
    const int *type = atom->type;
    const double cutoff_sq = cutoff * cutoff;
    size_t most_pairs = 0;

    for (int ii = begin; ii < end; ii++) most_pairs += list->numneigh[list->ilist[ii]];
    grow(centre, end - begin);
    grow(centre_species, end - begin);
    grow(first, end - begin + 1);
    grow(energy, end - begin);
    grow(neigh, most_pairs);
    grow(neigh_species, most_pairs);
    grow(r, 3 * most_pairs);
    grow(dedr, 3 * most_pairs);

    n_centres = n_pairs = 0;
    for (int ii = begin; ii < end; ii++) {
        const int i = list->ilist[ii];
        const int begin_row = n_pairs;

        if (atom->mask[i] & hidden) continue;
        centre[n_centres] = i;
        centre_species[n_centres] = species[type[i]];
        first[n_centres++] = n_pairs;
        for (int jj = 0; jj < list->numneigh[i]; jj++) {
            const int j = list->firstneigh[i][jj] & NEIGHMASK;
            const double dx = x[j][0] - x[i][0];
            const double dy = x[j][1] - x[i][1];
            const double dz = x[j][2] - x[i][2];

            neigh[n_pairs] = j;
            neigh_species[n_pairs] = species[type[j]];
            r[3 * n_pairs] = dx;
            r[3 * n_pairs + 1] = dy;
            r[3 * n_pairs + 2] = dz;
            /* the next pair overwrites it if it is too far: a branch would be
             * mispredicted in a third of the cases. A NaN is passed to sz_compute, which
             * reports it */
            n_pairs += !(dx * dx + dy * dy + dz * dz >= cutoff_sq);
        }
        if (ordered) sort_row(i, begin_row);
    }
    first[n_centres] = n_pairs;
}

/* Species and r of the pairs of atom i from pair `begin` on. */
void PairSoapz::find_distances(int i, int begin)
{
    double **x = atom->x;

    for (int k = begin; k < n_pairs; k++) {
        const int j = neigh[k];

        neigh_species[k] = species[atom->type[j]];
        for (int d = 0; d < 3; d++) r[3 * k + d] = x[j][d] - x[i][d];
    }
}

/* Sorts the pairs of atom i from pair `begin` on as required by sz_neigh: by atom ID,
 * images of one atom by their shift in units of the box vectors. */
void PairSoapz::sort_row(int i, int begin)
{
    const double *g = domain->h_inv;

    std::stable_sort(neigh.begin() + begin, neigh.begin() + n_pairs, [&](int j, int k) {
        const double *a = atom->x[j], *b = atom->x[k];
        const double d[3] = {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
        const double f[3] = {g[0] * d[0] + g[5] * d[1] + g[4] * d[2],
                             g[1] * d[1] + g[3] * d[2], g[2] * d[2]};

        if (atom->tag[j] != atom->tag[k]) return atom->tag[j] < atom->tag[k];
        for (double shift : f)
            if (std::fabs(shift) > 0.5) return shift < 0.0;
        return false;
    });
    find_distances(i, begin);
}

void PairSoapz::evaluate()
{
    const sz_neigh nb = {n_centres, centre_species.data(), first.data(),
                         neigh_species.data(), r.data()};
    sz_error err;

    if (sz_compute(nullptr, work, &nb, energy.data(), dedr.data(), &err) != SZ_OK)
        error->one(FLERR, "pair_style soapz: step {}: {}", update->ntimestep,
                   what_is_wrong(err));
    if (extra.wanted() && !extra.add(nb, centre.data(), err))
        error->one(FLERR, "pair_style soapz: step {}: {}", update->ntimestep,
                   err.message);
}

/* Names a pair without a valid distance by its atom IDs: err counts atoms of the
 * chunk. */
std::string PairSoapz::what_is_wrong(const sz_error &err) const
{
    for (int c = 0; c < n_centres; c++)
        for (int k = first[c]; k < first[c + 1]; k++) {
            const double *d = &r[3 * k], r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
            const tagint i = atom->tag[centre[c]], j = atom->tag[neigh[k]];

            if (!std::isfinite(r2))
                return fmt::format("the distance of atom IDs {} and {} is not a number",
                                   i, j);
            if (r2 < 1e-12)
                return fmt::format("atom IDs {} and {} coincide ({:.1e} Angstrom apart)",
                                   i, j, std::sqrt(r2));
        }
    return err.message;
}

void PairSoapz::scatter()
{
    double **f = atom->f;

    for (int c = 0; c < n_centres; c++) {
        const int type = atom->type[centre[c]];
        const double times = unit * scale[type][type];
        double fx = 0.0, fy = 0.0, fz = 0.0;

        for (int k = first[c]; k < first[c + 1]; k++) {
            const double d[3] = {times * dedr[3 * k], times * dedr[3 * k + 1],
                                 times * dedr[3 * k + 2]};
            double *fj = f[neigh[k]];

            fx += d[0];
            fy += d[1];
            fz += d[2];
            fj[0] -= d[0];
            fj[1] -= d[1];
            fj[2] -= d[2];
            if (vflag_either) tally_virial(neigh[k], &r[3 * k], d);
        }
        f[centre[c]][0] += fx;
        f[centre[c]][1] += fy;
        f[centre[c]][2] += fz;
        if (eflag_either) tally_energy(centre[c], times * energy[c]);
    }
}

void PairSoapz::tally_energy(int i, double e)
{
    if (eflag_global) eng_vdwl += e;
    if (eflag_atom) eatom[i] += e;
}

void PairSoapz::tally_virial(int j, const double *rij, const double *d)
{
    /* W_ab = -r_a d_b in the order xx yy zz xy xz yz yx zx zy */
    const double w[9] = {-rij[0] * d[0], -rij[1] * d[1], -rij[2] * d[2],
                         -rij[0] * d[1], -rij[0] * d[2], -rij[1] * d[2],
                         -rij[1] * d[0], -rij[2] * d[0], -rij[2] * d[1]};
    const double v[6] = {
        w[0], w[1], w[2], 0.5 * (w[3] + w[6]), 0.5 * (w[4] + w[7]), 0.5 * (w[5] + w[8])};

    for (int k = 0; k < 6 && vflag_global; k++) virial[k] += v[k];
    for (int k = 0; k < 6 && vflag_atom; k++) vatom[j][k] += v[k];
    for (int k = 0; k < 9 && cvflag_atom; k++) cvatom[j][k] += w[k];
}

/* ---- requests of fixes ------------------------------------------------------------- */

/* Fix pair sets the flags before compute() on the steps on which it reads the values. */
void *PairSoapz::extract(const char *name, int &dim)
{
    const bool is_scale = std::strcmp(name, "scale") == 0; /* of fix adapt */

    dim = is_scale ? 2 : 0;
    return is_scale ? static_cast<void *>(scale) : extra.flag(name);
}

void *PairSoapz::extract_peratom(const char *name, int &n_columns)
{
    n_columns = 0;
    return extra.values(name);
}

/* The model's own values, without scale, units and other styles. */
void PairSoapz::add_own_forces()
{
    for (int c = 0; c < n_centres; c++)
        for (int k = 3 * first[c]; k < 3 * first[c + 1]; k++) {
            own_force[3 * static_cast<size_t>(centre[c]) + k % 3] += dedr[k];
            own_force[3 * static_cast<size_t>(neigh[k / 3]) + k % 3] -= dedr[k];
        }
}

/* First whole forces, then their squared lengths, which are communicated to the
 * neighbours. */
void PairSoapz::find_uncertainty()
{
    const size_t n = static_cast<size_t>(atom->nlocal) + atom->nghost;

    grow(f2, n);
    comm->reverse_comm(this);
    for (int i = 0; i < atom->nlocal; i++) {
        const double *f = &own_force[3 * static_cast<size_t>(i)];

        f2[i] = f[0] * f[0] + f[1] * f[1] + f[2] * f[2];
    }
    comm->forward_comm(this);
    for (int k = 0; k < n_chunks(); k++) {
        gather(begin_of_chunk(k), begin_of_chunk(k + 1));
        for (int c = 0; c < n_centres; c++) find_error(c);
    }
}

/* The expected error of the force on the chunk's atom c. */
void PairSoapz::find_error(int c)
{
    double sum = f2[centre[c]], weights = 1.0;

    for (int k = first[c]; k < first[c + 1]; k++) {
        const double *d = &r[3 * k];
        const double w = extra.weight(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);

        sum += w * f2[neigh[k]];
        weights += w;
    }
    extra.finish(centre[c], centre_species[c], sum / weights);
}

int PairSoapz::pack_reverse_comm(int n, int first_ghost, double *buf)
{
    std::copy_n(&own_force[3 * static_cast<size_t>(first_ghost)], 3 * n, buf);
    return 3 * n;
}

void PairSoapz::unpack_reverse_comm(int n, int *to, double *buf)
{
    for (int k = 0; k < 3 * n; k++)
        own_force[3 * static_cast<size_t>(to[k / 3]) + k % 3] += buf[k];
}

int PairSoapz::pack_forward_comm(int n, int *from, double *buf, int, int *)
{
    for (int k = 0; k < n; k++) buf[k] = f2[from[k]];
    return n;
}

void PairSoapz::unpack_forward_comm(int n, int first_ghost, double *buf)
{
    std::copy_n(buf, n, &f2[first_ghost]);
}

double PairSoapz::memory_usage()
{
    const size_t ints = centre.size() + centre_species.size() + first.size() +
                        neigh.size() + neigh_species.size();

    return Pair::memory_usage() + extra.bytes() +
           static_cast<double>(ints * sizeof(int)) +
           static_cast<double>(
               (r.size() + energy.size() + dedr.size() + own_force.size() + f2.size()) *
               sizeof(double));
}
