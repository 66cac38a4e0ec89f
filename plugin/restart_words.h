/* SPDX-License-Identifier: GPL-2.0-only
 *
 * restart_words.h - words in a binary restart file: their total length, then each with a
 * terminating 0. */
#ifndef SZ_RESTART_WORDS_H
#define SZ_RESTART_WORDS_H

#include <cstdio>
#include <mpi.h>
#include <string>
#include <vector>

namespace LAMMPS_NS
{
class Error;
}

/* Called by rank 0. */
void write_words(FILE *fp, const std::vector<std::string> &words);
/* Called by all ranks: rank 0 reads, fp of the others is ignored. */
std::vector<std::string> read_words(FILE *fp, LAMMPS_NS::Error *error, MPI_Comm world);

#endif
