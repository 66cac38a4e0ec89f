/* SPDX-License-Identifier: GPL-2.0-only
 *
 * model_file.h - the file and the elements of pair_coeff, as stored in a restart file.
 *
 * Not the model, but the data to find it again, and to check that it is unchanged. */
#ifndef SZ_PLUGIN_MODEL_FILE_H
#define SZ_PLUGIN_MODEL_FILE_H

#include <cstddef>
#include <string>
#include <vector>

struct ModelFile {
    std::string name, path;           /* as given to pair_coeff; where it was found */
    std::string mark;                 /* checksum of its content, on rank 0; "": not
                                         read yet */
    std::vector<std::string> element; /* [n_types] symbols or NULL */

    /* Packs all of it, and unpacks: false if these are not the words for this number of
     * types. */
    std::vector<std::string> words() const;
    bool set_words(const std::vector<std::string> &words, size_t n_types);

    std::string coeff(const std::string &file) const; /* the pair_coeff line */
};

/* Different, with high probability, if the bytes of two files differ; "" without a
 * file. */
std::string mark_of_file(const std::string &path);
std::string absolute_path(const std::string &path);

/* Of the potentials that come with soapz: the file of one, "" if there is none of this
 * name, and all names. */
std::string path_of_shipped(const std::string &name);
std::string names_of_shipped();

#endif
