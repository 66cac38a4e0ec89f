/* SPDX-License-Identifier: GPL-2.0-only
 *
 * model_file.h - the file and the elements of pair_coeff, as a restart file keeps them.
 *
 * Not the model: what is needed to find it again, and to see that it is the same. */
#ifndef SZ_PLUGIN_MODEL_FILE_H
#define SZ_PLUGIN_MODEL_FILE_H

#include <cstddef>
#include <string>
#include <vector>

struct ModelFile {
    std::string name, path;           /* as pair_coeff had it; where it was found */
    std::string mark;                 /* of what is in it, on rank 0; "": not read yet */
    std::vector<std::string> element; /* [n_types] symbols or NULL */

    /* All of it, and back: false where these are not the words of so many types. */
    std::vector<std::string> words() const;
    bool set_words(const std::vector<std::string> &words, size_t n_types);

    std::string coeff(const std::string &file) const; /* the pair_coeff line */
};

/* Differs, but for chance, where the bytes of two files differ; "" of no file. */
std::string mark_of_file(const std::string &path);
std::string absolute_path(const std::string &path);

#endif
