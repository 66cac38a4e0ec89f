/* SPDX-License-Identifier: GPL-2.0-only
 *
 * quip_form.cpp - translates pair_coeff of pair_style quip for pair_style soapz, which
 * always uses the whole potential of a file. */
#include "quip_form.h"

#include <cctype>
#include <cstdlib>
#include <sstream>

static bool is_number(const std::string &word)
{
    if (word.empty() || word.size() > 3) return false;
    for (char c : word)
        if (!std::isdigit(static_cast<unsigned char>(c))) return false;
    return true;
}

static std::string lower(std::string word)
{
    for (char &c : word)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return word;
}

/* Words of the initialization string; {..} groups a value, blanks around a = are
 * ignored. */
static std::vector<std::string> split(const std::string &init)
{
    std::vector<std::string> words;
    std::string text, word;
    int depth = 0;

    for (char c : init) {
        const bool blank = std::isspace(static_cast<unsigned char>(c));

        if (blank && !text.empty() && text.back() == '=') continue;
        if (c == '=') text.erase(text.find_last_not_of(" \t") + 1);
        text += c;
    }
    for (char c : text + " ") {
        depth += (c == '{') - (c == '}');
        if (depth > 0 || !std::isspace(static_cast<unsigned char>(c))) {
            word += c;
        } else if (!word.empty()) {
            words.push_back(word);
            word.clear();
        }
    }
    return words;
}

static std::string unbraced(const std::string &text)
{
    const size_t n = text.size();
    const bool held = n >= 2 && ((text[0] == '{' && text[n - 1] == '}') ||
                                 (text[0] == '"' && text[n - 1] == '"') ||
                                 (text[0] == '\'' && text[n - 1] == '\''));

    return held ? text.substr(1, n - 2) : text;
}

static std::string read_init(QuipForm &form)
{
    for (const std::string &word : split(form.init)) {
        const size_t equals = word.find('=');
        const std::string key = lower(word.substr(0, equals));

        if (equals == std::string::npos && (key == "potential" || key == "ip")) continue;
        if (equals == std::string::npos && key == "gap") {
            form.is_gap = true;
        } else if (equals != std::string::npos && key == "xml_label") {
            form.xml_label = unbraced(word.substr(equals + 1));
        } else if (equals != std::string::npos && key == "label") {
            form.gap_label = unbraced(word.substr(equals + 1));
        } else {
            return "of the initialization string \"" + form.init + "\" \"" + word +
                   "\" is not understood (\"Potential xml_label=L\" and \"IP GAP "
                   "label=L\" are)";
        }
    }
    return "";
}

static std::string read_elements(QuipForm &form, const std::vector<std::string> &words)
{
    for (const std::string &word : words) {
        const char *symbol =
            is_number(word) ? sz_element_symbol(std::atoi(word.c_str())) : nullptr;

        if (is_number(word) && !symbol)
            return word + " is not the atomic number of an element";
        form.element.push_back(symbol ? symbol : word);
    }
    return "";
}

/* A word that is neither a symbol nor a number: part of an initialization string without
 * quotes. */
static bool is_of_init(const std::string &word)
{
    const std::string small = lower(word);

    return small == "potential" || small == "ip" || small == "gap" ||
           word.find_first_of(" =") != std::string::npos;
}

std::string read_quip_form(QuipForm &form, const std::vector<std::string> &words,
                           size_t n_types)
{
    std::vector<std::string> types = words;

    form.n_types = n_types;
    if (!types.empty() && types[0].empty()) { /* "" */
        form.has_init = true;
        types.erase(types.begin());
    }
    while (!types.empty() && is_of_init(types[0])) {
        form.init += (form.init.empty() ? "" : " ") + types[0];
        form.has_init = true;
        types.erase(types.begin());
    }
    std::string wrong = read_elements(form, types);

    if (wrong.empty() && form.has_init) wrong = read_init(form);
    if (wrong.empty() && form.has_init && types.size() != n_types) {
        std::ostringstream text;

        text << "behind \"" << form.init << "\" stand " << types.size()
             << " atomic numbers, but needs one for each of the " << n_types
             << " atom types";
        wrong = text.str();
    }
    return wrong;
}

static std::string mismatch(const std::string &asked, const char *has, const char *what)
{
    return "the " + std::string(what) + " \"" + asked +
           "\" is requested, but that of the file is \"" + has + "\"";
}

std::string check_quip_form(const QuipForm &form, const sz_model *model)
{
    const char *gap = sz_model_origin(model, "gap_label");
    const char *label = sz_model_origin(model, "label");
    const char *init = sz_model_origin(model, "init_args");

    if (!label) label = gap; /* a .soapz file stores only that one */
    if (!form.xml_label.empty() && label && form.xml_label != label)
        return mismatch(form.xml_label, label, "xml_label");
    if (form.is_gap && !form.gap_label.empty() && gap && form.gap_label != gap)
        return mismatch(form.gap_label, gap, "label");
    if (form.is_gap && init && lower(init).rfind("ip gap", 0) != 0)
        return "\"" + form.init +
               "\" is only a part of the potential in the file (init_args=\"" + init +
               "\"), and soapz uses all of it";
    return "";
}

std::string quip_form_remedy(const QuipForm &form, const std::string &file)
{
    std::string line = "pair_coeff * * " + file;

    if (form.element.size() != form.n_types)
        return line + " and an element symbol for each of the " +
               std::to_string(form.n_types) + " atom types";
    for (const std::string &element : form.element) line += " " + element;
    return line;
}
