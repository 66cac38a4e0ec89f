/* SPDX-License-Identifier: GPL-2.0-only
 *
 * restart_words.cpp - words in a binary restart file. */
#include "restart_words.h"

#include "error.h" /* LAMMPS's */
#include "utils.h"

using namespace LAMMPS_NS;

static constexpr int MOST = 1 << 20; /* bytes: larger sizes were not written by
                                        write_words */

void write_words(FILE *fp, const std::vector<std::string> &words)
{
    std::string text;

    for (const std::string &word : words) text += word + '\0';
    const int n = static_cast<int>(text.size());
    std::fwrite(&n, sizeof n, 1, fp);
    std::fwrite(text.data(), 1, text.size(), fp);
}

std::vector<std::string> read_words(FILE *fp, Error *error, MPI_Comm world)
{
    std::vector<std::string> words;
    std::string text;
    int me, n = 0;

    MPI_Comm_rank(world, &me);
    if (me == 0) utils::sfread(FLERR, &n, sizeof n, 1, fp, nullptr, error);
    MPI_Bcast(&n, 1, MPI_INT, 0, world);
    if (n < 0 || n > MOST)
        error->all(FLERR, "pair_style soapz: the restart file is damaged, or it was "
                          "written by another version of soapz");
    text.resize(n);
    if (me == 0 && n > 0) utils::sfread(FLERR, &text[0], 1, n, fp, nullptr, error);
    MPI_Bcast(&text[0], n, MPI_CHAR, 0, world);
    for (size_t at = 0; at < text.size();) {
        const std::string word = text.c_str() + at;

        words.push_back(word);
        at += word.size() + 1;
    }
    return words;
}
