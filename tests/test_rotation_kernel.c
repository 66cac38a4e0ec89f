/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_rotation_kernel.c - the scalar product of two compressed vectors is the
 * generalised SOAP kernel of the densities that they describe,
 *
 *   p . p' = int dR  S_1(R) S_2(R),  or of three factors  int dR S_1(R) S_2(R) S_3(R),
 *   S(R) = sum over species and n of  <rho | R rho'>,
 *
 * where mu adds the species up first and a hat the n. R runs over the rotations, and of
 * three factors over those with the inversion too. The integral is exact: points of
 * Gauss and Legendre in cos(beta), of the trapezoidal rule in alpha and gamma; the
 * densities are those of turned neighbours. */
#include "dense.h"
#include "machine.h"

enum { S = 3, N = 3, L = 3, ATOMS = 5, BETAS = 3 * L / 2 + 1, TURNS = 3 * L + 1 };

static const int elements[] = {41, 74, 42};

/* a factor of the kernel: species distinguished, n distinguished, second basis; or none
 */
typedef struct {
    int by_species, by_n, star, none;
} factor;

/* X of atom 0 in one of the two bases, [n_lm][n_slots n_fun] */
typedef struct {
    double x[2][SZ_N_LM(DENSE_L)][DENSE_K];
} density;

typedef struct {
    dense map; /* star[0] = 0, star[1] = 1; only for its densities */
    sz_soap_spec spec;
    sz_radial *radial[2];
} maker;

static void make_density(const maker *m, const cluster *c, density *out)
{
    memset(out, 0, sizeof *out);
    for (int d = 0; d < 2; d++)
        dense_density(&m->map, d, &m->spec, m->radial[d], c, elements, 0, out->x[d]);
}

/* sum over groups of the channels of a factor for one lm */
static double overlap_lm(const factor *f, int l, const double *x, const double *y)
{
    int n_fun = f->star ? 2 * l + 1 : N;
    double sum = 0.0;

    for (int s = 0; s < S; s++)
        for (int t = 0; t < S; t++)
            for (int n = 0; n < n_fun; n++)
                for (int k = 0; k < n_fun; k++)
                    if ((s == t || !f->by_species) && (n == k || !f->by_n))
                        sum += x[s * n_fun + n] * y[t * n_fun + k];
    return sum;
}

static double overlap(const factor *f, const density *a, const density *b)
{
    double sum = 0.0;

    for (int l = 0; l <= L; l++)
        for (int lm = l * l; lm < (l + 1) * (l + 1); lm++)
            sum += overlap_lm(f, l, a->x[f->star][lm], b->x[f->star][lm]);
    return sum;
}

/* nodes and weights of n points on [-1, 1], weights of sum 1 */
static void gauss_legendre(int n, double *x, double *w)
{
    for (int i = 0; i < n; i++) {
        double t = cos(3.14159265358979323846 * (i + 0.75) / (n + 0.5)), slope = 1.0;

        for (int step = 0; step < 20; step++) {
            double p0 = 1.0, p1 = t;

            for (int l = 2; l <= n; l++) {
                double p2 = ((2 * l - 1) * t * p1 - (l - 1) * p0) / l;

                p0 = p1;
                p1 = p2;
            }
            slope = n * (p0 - t * p1) / (1.0 - t * t);
            t -= p1 / slope;
        }
        x[i] = t;
        w[i] = 1.0 / ((1.0 - t * t) * slope * slope);
    }
}

/* q = Rz(alpha) Ry(beta) Rz(gamma) */
static void euler(double alpha, double cos_beta, double gamma, double q[9])
{
    double ca = cos(alpha), sa = sin(alpha), cg = cos(gamma), sg = sin(gamma);
    double cb = cos_beta, sb = sqrt(1.0 - cb * cb);
    const double r[9] = {ca * cb * cg - sa * sg,
                         -ca * cb * sg - sa * cg,
                         ca * sb,
                         sa * cb * cg + ca * sg,
                         -sa * cb * sg + ca * cg,
                         sa * sb,
                         -sb * cg,
                         sb * sg,
                         cb};

    memcpy(q, r, sizeof r);
}

/* Nodes and weights of the integral over O(3), with the mirror image of each rotation,
 * which makes no difference for two factors. */
static void integrate(const maker *m, const cluster *a, const cluster *b, int n,
                      const factor (*f)[3], double *kernel)
{
    static density fixed, turning;
    cluster turned = *b;
    double x[BETAS], w[BETAS];
    const double step = 2.0 * 3.14159265358979323846 / TURNS;

    make_density(m, a, &fixed);
    gauss_legendre(BETAS, x, w);
    memset(kernel, 0, n * sizeof *kernel);
    turned.list.r = malloc(3 * (size_t)b->list.n_pairs * sizeof *turned.list.r);
    for (int beta = 0; beta < BETAS; beta++)
        for (int k = 0; k < 2 * TURNS * TURNS; k++) {
            double q[9];

            euler(k / 2 / TURNS * step, x[beta], k / 2 % TURNS * step, q);
            for (int i = 0; i < 9 && k % 2; i++) q[i] = -q[i];
            for (int p = 0; p < b->list.n_pairs; p++)
                rotate_vector(q, b->list.r + 3 * p, turned.list.r + 3 * p);
            make_density(m, &turned, &turning);
            for (int i = 0; i < n; i++) {
                double product = w[beta] / (2 * TURNS * TURNS);

                for (int d = 0; d < 3; d++)
                    if (!f[i][d].none) product *= overlap(&f[i][d], &fixed, &turning);
                kernel[i] += product;
            }
        }
    free(turned.list.r);
}

/* ---- against the library ----------------------------------------------------------- */

static const char *const keys[] = {"",
                                   "nu_S=1",
                                   "nu_S=0",
                                   "nu_R=1 nu_S=2",
                                   "nu_R=1 nu_S=1",
                                   "nu_R=1 nu_S=0",
                                   "nu_R=0 nu_S=2",
                                   "nu_R=0 nu_S=1",
                                   "nu_R=0 nu_S=0",
                                   "compression={mu,nu^=1,1}",
                                   "compression={nu,mu*=1,1}",
                                   "compression={nu=3}",
                                   "compression={mu=3}",
                                   "compression={nu,mu^=1,2}",
                                   "compression={nu,nu^,mu=1,1,1}",
                                   "compression={nu,mu,mu^=1,1,1}",
                                   "compression={nu,mu=2,1}",
                                   "compression={nu^,mu^=2,1}"};
#define NU                                                                               \
    {                                                                                    \
        1, 1, 0, 0                                                                       \
    }
#define MU                                                                               \
    {                                                                                    \
        0, 1, 0, 0                                                                       \
    }
#define NU_HAT                                                                           \
    {                                                                                    \
        1, 0, 0, 0                                                                       \
    }
#define MU_HAT                                                                           \
    {                                                                                    \
        0, 0, 0, 0                                                                       \
    }
#define NONE                                                                             \
    {                                                                                    \
        0, 0, 0, 1                                                                       \
    }
static const factor factors[][3] = {
    {NU, NU, NONE},
    {NU, MU, NONE},
    {MU, MU, NONE},
    {NU, NU_HAT, NONE},
    {NU, MU_HAT, NONE},
    {MU, MU_HAT, NONE},
    {NU_HAT, NU_HAT, NONE},
    {NU_HAT, MU_HAT, NONE},
    {MU_HAT, MU_HAT, NONE},
    {MU, NU_HAT, NONE},
    {NU, {0, 1, 1, 0}, NONE},
    {NU, NU, NU},
    {MU, MU, MU},
    {NU, MU_HAT, MU_HAT},
    {NU, NU_HAT, MU},
    {NU, MU, MU_HAT},
    {NU, NU, MU},
    {NU_HAT, NU_HAT, MU_HAT},
};
enum { N_KEYS = sizeof keys / sizeof *keys };

static void text_of(int k, char *text)
{
    snprintf(text, 512,
             "soap cutoff=4 atom_sigma=0.5 n_max=%d l_max=%d n_species=%d "
             "species_Z={41 74 42} normalise=F %s",
             N, L, S, keys[k]);
}

/* p . p' of the atoms 0, with reduced channels or without */
static int product(int k, const cluster *a, const cluster *b, int reduce, double *value)
{
    double *p[2];
    int atom = 0;
    char text[512];
    machine m;
    sz_error err;

    text_of(k, text);
    CHECK_OK(start_text(&m, text, 0, NULL, reduce, elements, &err), err);
    for (int i = 0; i < 2; i++) {
        p[i] = malloc(m.stride * sizeof *p[i]);
        sz_describer_forward(m.d, m.work, i ? &b->list.nb : &a->list.nb, &m.slots, 1,
                             &atom, p[i]);
    }
    *value = dot(p[0], p[1], m.n_desc);
    free(p[0]);
    free(p[1]);
    stop(&m);
    return 0;
}

/* the two bases and the hyperparameters of the density, as in a descriptor */
static int make_maker(maker *m)
{
    const sz_radial_family family[2] = {{.kind = SZ_RADIAL_N}, {.kind = SZ_RADIAL_STAR}};
    char text[512];
    machine any;
    sz_error err;

    text_of(0, text);
    CHECK_OK(start_text(&any, text, 0, NULL, 0, elements, &err), err);
    memset(m, 0, sizeof *m);
    m->spec = any.soap->spec;
    stop(&any);
    m->map.n_slots = S;
    m->map.n_max = N;
    m->map.l_max = L;
    m->map.slot_z = elements;
    m->map.star[1] = 1;
    for (int d = 0; d < 2; d++)
        CHECK_OK(sz_radial_create(&m->radial[d], &m->spec.radial, 1, &family[d], 0, &err),
                 err);
    return 0;
}

int main(void)
{
    static maker m;
    sz_error err;

    if (make_maker(&m)) return 1;
    for (int turn = 0; turn < 3; turn++) {
        cluster c[2] = {{0}, {0}};
        double want[N_KEYS], got;

        for (int i = 0; i < 2; i++) {
            random_cluster(&c[i], ATOMS, S, 3.0, 1.0);
            CHECK_OK(find_neighbours(&c[i], 4.0, &err), err);
        }
        integrate(&m, &c[0], &c[1], N_KEYS, factors, want);
        for (int k = 0; k < N_KEYS; k++)
            for (int reduce = 0; reduce < 2; reduce++) {
                if (product(k, &c[0], &c[1], reduce, &got)) return 1;
                CHECK_CLOSE(got, want[k], 1e-12 * want[k]);
            }
        for (int i = 0; i < 2; i++) sz_list_free(&c[i].list);
    }
    for (int d = 0; d < 2; d++) sz_radial_free(m.radial[d]);
    return check_done();
}
