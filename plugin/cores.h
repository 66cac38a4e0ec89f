/* SPDX-License-Identifier: GPL-2.0-only
 *
 * cores.h - the number of cores that a rank may use. */
#ifndef SZ_PLUGIN_CORES_H
#define SZ_PLUGIN_CORES_H

#include <algorithm>
#include <mpi.h>
#include <sched.h>

/* The cores of the node, shared between its ranks; ranks that are bound to their own
 * cores use these. A serial LAMMPS, whose mpi.h (src/STUBS) has neither nodes nor bitwise
 * sums, uses all cores that it is bound to. */
inline int cores_of_rank(MPI_Comm world)
{
    cpu_set_t own;

    CPU_ZERO(&own);
    if (sched_getaffinity(0, sizeof own, &own) != 0) return 1;
#ifdef MPI_STUBS
    (void)world;
    return std::max(1, CPU_COUNT(&own));
#else
    MPI_Comm node;
    cpu_set_t all;
    int me, n_ranks;

    MPI_Comm_rank(world, &me);
    MPI_Comm_split_type(world, MPI_COMM_TYPE_SHARED, me, MPI_INFO_NULL, &node);
    MPI_Comm_size(node, &n_ranks);
    MPI_Allreduce(&own, &all, sizeof own, MPI_BYTE, MPI_BOR, node);
    MPI_Comm_free(&node);
    return std::max(1, std::min(CPU_COUNT(&own), CPU_COUNT(&all) / n_ranks));
#endif
}

#endif
