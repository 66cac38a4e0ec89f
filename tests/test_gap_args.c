/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_gap_args.c - the grammar of argument strings, and numbers as GAP writes them. */
#include "base/args.h"
#include "check.h"

#include <locale.h>
#include <stdlib.h>

static int same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* the value of key in text; the caller frees args */
static int value_is(const char *text, const char *key, const char *want)
{
    sz_args *args;
    sz_error err;
    int ok;

    if (sz_args_parse(&args, text, "t:1", &err) != SZ_OK) {
        printf("%s\n", err.message);
        return 0;
    }
    ok = same(sz_args_string(args, key, "absent"), want);
    sz_args_free(args);
    return ok;
}

static void test_grammar(void)
{
    CHECK(value_is("soap n_max=8", "n_max", "8"));
    CHECK(value_is("soap N_Max=8", "n_mAX", "8"));
    CHECK(value_is("soap n_max=8", "soap", ""));
    CHECK(value_is("soap n_max=8", "l_max", "absent"));
    CHECK(value_is("a=1,b=2,,c=3", "b", "2"));
    CHECK(value_is("a=1 , b=2", "b", "2"));
    CHECK(value_is("a = 1 b= 2 c =3", "a", "1"));
    CHECK(value_is("a = 1 b= 2 c =3", "b", "2"));
    CHECK(value_is("a = 1 b= 2 c =3", "c", "3"));
    CHECK(value_is("a\n=\n1\nb\t2", "a", "1"));
    CHECK(value_is("a=1 a=2 A=3", "a", "3"));
    CHECK(value_is("a='x, y=z' b=2", "a", "x, y=z"));
    CHECK(value_is("a=\"x y\" b=2", "a", "x y"));
    CHECK(value_is("a=\"it's\" b=2", "a", "it's"));
    CHECK(value_is("Z={42 74 } b=2", "z", "42 74 "));
    CHECK(value_is("Z={42\n74}", "z", "42 74"));
    CHECK(value_is("a={IP GAP x={1 2} y=3} b=2", "a", "IP GAP x={1 2} y=3"));
    CHECK(value_is("a={IP GAP x={1 2} y=3} b=2", "b", "2"));
    CHECK(value_is("a={{42 74}}", "a", "42 74"));
    CHECK(value_is("a={{1} {2}}", "a", "{1} {2}"));
    CHECK(value_is("a={} b", "a", ""));
    CHECK(value_is("a= ", "a", ""));
    CHECK(value_is("a=,b=2", "a", ""));
    CHECK(value_is("a=,b=2", "b", "2"));
    CHECK(value_is("a=x'y z'{w}", "a", "xy zw"));
    CHECK(value_is("", "a", "absent"));
    CHECK(value_is(" ,\n", "a", "absent"));
}

static int test_lists(void)
{
    sz_args *args;
    sz_error err;

    CHECK_OK(sz_args_parse(&args, "Sum a={1}, IP b=2 'two words'", "t:1", &err), err);
    CHECK(sz_args_n_words(args) == 3);
    CHECK(same(sz_args_word(args, 0), "Sum"));
    CHECK(same(sz_args_word(args, 1), "IP"));
    CHECK(same(sz_args_word(args, 2), "two words"));
    CHECK(sz_args_word(args, 3) == NULL);
    CHECK(sz_args_n_fields(args) == 5);
    CHECK(same(sz_args_key(args, 1), "a"));
    CHECK(same(sz_args_value(args, 1), "1"));
    CHECK(sz_args_value(args, 0) == NULL);
    CHECK(sz_args_has(args, "sum"));
    CHECK(!sz_args_has(args, "su"));
    sz_args_free(args);
    sz_args_free(NULL);
    return 0;
}

static int test_unbalanced(void)
{
    static const char *const bad[] = {"soap Z={42 74", "a='x",   "a=\"x'",
                                      "a={x {y}",      "a=4} b", "}"};
    sz_args *args;
    sz_error err;

    for (int k = 0; k < 6; k++)
        CHECK_FAILS(sz_args_parse(&args, bad[k], "gp.xml:126", &err), SZ_ERR_FORMAT,
                    "gp.xml:126: unmatched brace or quote at '", err);
    CHECK(args == NULL);
    CHECK_FAILS(sz_args_parse(&args, "=3 soap", "gp.xml:126", &err), SZ_ERR_FORMAT,
                "gp.xml:126: '=' without a key before it at '=3 soap'", err);
    CHECK_FAILS(sz_args_parse(&args, "a=b=3", "gp.xml:126", &err), SZ_ERR_FORMAT,
                "'=' without a key before it at '=3'", err);
    return 0;
}

static int test_types(void)
{
    sz_args *args;
    sz_error err;
    double x = 7.5;
    int k = 9, v[3] = {-1, -1, -1};

    CHECK_OK(sz_args_parse(&args,
                           "x=-.1E-004 k=-12 yes no=F t=TRUE f=false Z={42 74 } bad=1.5x "
                           "comma={6, 7 ,8} gap={6,,7}",
                           "t:1", &err),
             err);
    CHECK_OK(sz_args_double(args, "absent", &x, &err), err);
    CHECK_CLOSE(x, 7.5, 0.0);
    CHECK_OK(sz_args_double(args, "x", &x, &err), err);
    CHECK_CLOSE(x, -1e-5, 0.0);
    CHECK_OK(sz_args_int(args, "absent", &k, &err), err);
    CHECK(k == 9);
    CHECK_OK(sz_args_int(args, "k", &k, &err), err);
    CHECK(k == -12);
    CHECK_OK(sz_args_bool(args, "absent", &k, &err), err);
    CHECK(k == -12);
    CHECK_OK(sz_args_bool(args, "yes", &k, &err), err);
    CHECK(k == 1);
    CHECK_OK(sz_args_bool(args, "no", &k, &err), err);
    CHECK(k == 0);
    CHECK_OK(sz_args_bool(args, "t", &k, &err), err);
    CHECK(k == 1);
    CHECK_OK(sz_args_bool(args, "f", &k, &err), err);
    CHECK(k == 0);
    CHECK_OK(sz_args_ints(args, "Z", 2, v, &err), err);
    CHECK(v[0] == 42 && v[1] == 74);
    CHECK_OK(sz_args_ints(args, "comma", 3, v, &err), err);
    CHECK(v[0] == 6 && v[1] == 7 && v[2] == 8);
    CHECK_FAILS(sz_args_ints(args, "gap", 2, v, &err), SZ_ERR_FORMAT,
                "gap='6,,7' is not a list of integers", err);
    CHECK_FAILS(sz_args_ints(args, "Z", 3, v, &err), SZ_ERR_FORMAT,
                "t:1: Z={42 74 } has 2 entries, not 3", err);
    CHECK_FAILS(sz_args_ints(args, "Z", 1, v, &err), SZ_ERR_FORMAT, "2 entries, not 1",
                err);
    CHECK_FAILS(sz_args_ints(args, "bad", 1, v, &err), SZ_ERR_FORMAT,
                "t:1: bad='1.5x' is not a list of integers", err);
    CHECK_FAILS(sz_args_double(args, "bad", &x, &err), SZ_ERR_FORMAT,
                "t:1: bad='1.5x' is not a number", err);
    CHECK_FAILS(sz_args_double(args, "yes", &x, &err), SZ_ERR_FORMAT,
                "t:1: yes='' is not a number", err);
    CHECK_FAILS(sz_args_int(args, "x", &k, &err), SZ_ERR_FORMAT,
                "t:1: x='-.1E-004' is not an integer", err);
    CHECK_FAILS(sz_args_bool(args, "k", &k, &err), SZ_ERR_FORMAT,
                "t:1: k='-12' is not T or F", err);
    CHECK(k == 0);
    sz_args_free(args);
    return 0;
}

static void check_number(const char *text, double want)
{
    double x = 12345.0;

    CHECK(sz_parse_double(text, &x) == 1);
    CHECK_CLOSE(x, want, 0.0);
}

static void test_numbers(void)
{
    static const char *const bad[] = {"",     " ",     "x",    "1x",   "1 2",    ".",
                                      "-",    "1e",    "1e+",  "1.2.", "nan",    "inf",
                                      "-inf", "1e999", "0x10", "1,5",  "1.0-100"};
    double x = 4.0;

    check_number(".50000000000000000", 0.5);
    check_number("-.1E-004", -1e-5);
    check_number("  1.0D0 ", 1.0);
    check_number("2.5d-3", 2.5e-3);
    check_number("+7", 7.0);
    check_number("7.", 7.0);
    check_number(".00000000000000000E+000", 0.0);
    check_number("-160.73263835370375", -160.73263835370375);
    check_number("-160.84226687963743530", -160.84226687963743530);
    check_number(".24876023196964331E-005", .24876023196964331E-005);
    check_number("6.83480348783513821568e-37", 6.83480348783513821568e-37);
    check_number("1e-400", 0.0);
    check_number("4.9406564584124654e-324", 4.9406564584124654e-324);
    check_number("1.7976931348623157e308", 1.7976931348623157e308);
    check_number("0.1000000000000000055511151231257827021181583404541015625", 0.1);
    check_number("9007199254740993", 9007199254740992.0); /* ties round to even */
    check_number("9007199254740993.00000000000000000001", 9007199254740994.0);
    check_number("000000000000000000000000000001.5", 1.5);
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        if (sz_parse_double(bad[k], &x)) printf("'%s' was taken for %g\n", bad[k], x);
        CHECK(sz_parse_double(bad[k], &x) == 0);
    }
    CHECK_CLOSE(x, 4.0, 0.0);
}

/* pseudo-random doubles written with %.20e and %.17g are read with the same bits */
static void test_round_trip(void)
{
    unsigned long long s = 88172645463325252ULL;
    int wrong = 0;

    for (int k = 0; k < 200000; k++) {
        char text[64];
        double x, y = 0.0;

        s ^= s << 13;
        s ^= s >> 7;
        s ^= s << 17;
        x = (double)(s >> 11) * 0x1p-53 * (k % 3 ? 1e-3 : 1e-40) * (k % 2 ? -1 : 1);
        snprintf(text, sizeof text, k % 5 ? "%.20e" : "%.17g", x);
        if (!sz_parse_double(text, &y) || y != x) wrong++;
    }
    CHECK(wrong == 0);
}

static void test_integers(void)
{
    static const char *const bad[] = {
        "", "1.0", "2147483648", "-2147483649", "1 2", "a", "99999999999999999999999"};
    int k = 5;

    CHECK(sz_parse_int(" -17 ", &k) && k == -17);
    CHECK(sz_parse_int("2147483647", &k) && k == 2147483647);
    CHECK(sz_parse_int("-2147483648", &k) && k == -2147483647 - 1);
    CHECK(sz_parse_int("+007", &k) && k == 7);
    for (int i = 0; i < 7; i++) CHECK(!sz_parse_int(bad[i], &k));
    CHECK(k == 7);
}

/* A decimal comma in the locale has no effect; tested if such a locale exists. */
static void test_locale(void)
{
    static const char *const name[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8",
                                       "de_DE", "fr_FR"};
    int k = 0;

    while (k < 5 && !setlocale(LC_NUMERIC, name[k])) k++;
    check_number("-160.73263835370375", -160.73263835370375);
    check_number("9007199254740993.00000000000000000001", 9007199254740994.0);
    printf("locale %s\n", k < 5 ? name[k] : "C only: no other installed");
    setlocale(LC_NUMERIC, "C");
}

int main(void)
{
    test_grammar();
    test_numbers();
    test_round_trip();
    test_integers();
    test_locale();
    if (test_lists() || test_unbalanced() || test_types()) return 1;
    return check_done();
}
