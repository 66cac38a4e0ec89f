/* SPDX-License-Identifier: GPL-2.0-only
 *
 * model_file.cpp - mark: FNV-1a, h = (h xor word) * prime, over words of 8 bytes. The
 * sparse points beside a GAP XML file are covered too, since their md5 sums are in it. */
#include "model_file.h"

#include "soapz.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

std::vector<std::string> ModelFile::words() const
{
    std::vector<std::string> all = {name, path, mark};

    if (element.empty()) return {}; /* no pair_coeff yet */
    all.insert(all.end(), element.begin(), element.end());
    return all;
}

bool ModelFile::set_words(const std::vector<std::string> &words, size_t n_types)
{
    if (words.size() != n_types + 3) return false;
    name = words[0];
    path = words[1];
    mark = words[2];
    element.assign(words.begin() + 3, words.end());
    return true;
}

std::string ModelFile::coeff(const std::string &file) const
{
    std::string line = "pair_coeff * * " + file;

    for (const std::string &e : element) line += " " + e;
    return line;
}

std::string mark_of_file(const std::string &path)
{
    std::vector<std::uint64_t> part(8192);
    std::uint64_t mark = 14695981039346656037u;
    FILE *fp = std::fopen(path.c_str(), "rb");
    char text[20];
    size_t n;

    if (!fp) return "";
    do {
        part.assign(part.size(), 0);
        n = std::fread(part.data(), 1, part.size() * sizeof part[0], fp);
        for (size_t k = 0; k * sizeof part[0] < n; k++)
            mark = (mark ^ part[k]) * 1099511628211u;
        mark = (mark ^ n) * 1099511628211u;
    } while (n == part.size() * sizeof part[0]);
    std::fclose(fp);
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(mark));
    return text;
}

std::string absolute_path(const std::string &path)
{
    std::error_code failed;
    const std::filesystem::path found = std::filesystem::absolute(path, failed);

    return failed ? path : found.string();
}

/* text is freed; NULL: "" */
static std::string taken(char *text)
{
    const std::string copy = text ? text : "";

    std::free(text);
    return copy;
}

std::string path_of_shipped(const std::string &name)
{
    char *path;

    sz_potential_path(&path, name.c_str(), nullptr);
    return taken(path);
}

std::string names_of_shipped()
{
    char *names;

    sz_potential_names(&names, nullptr);
    const std::string all = taken(names);
    return all.empty() ? "none here" : all;
}
