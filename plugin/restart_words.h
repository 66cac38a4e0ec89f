/* SPDX-License-Identifier: GPL-2.0-only
 *
 * restart_words.h - words in a binary restart file: their length in all, then each with
 * the 0 that ends it. */
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

/* By rank 0. */
void write_words(FILE *fp, const std::vector<std::string> &words);
/* By all ranks: rank 0 reads, fp of the others is not looked at. */
std::vector<std::string> read_words(FILE *fp, LAMMPS_NS::Error *error, MPI_Comm world);

#endif
