/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_md5.c - the test suite of RFC 1321 (A.5), and lengths round the padding. */
#include "base/md5.h"
#include "check.h"

static int digest_is(const char *text, size_t n, const char *want)
{
    char hex[33];

    sz_md5(text, n, hex);
    return strcmp(hex, want) == 0;
}

static void test_rfc(void)
{
    static const char *const pair[][2] = {
        {"", "d41d8cd98f00b204e9800998ecf8427e"},
        {"a", "0cc175b9c0f1b6a831c399e269772661"},
        {"abc", "900150983cd24fb0d6963f7d28e17f72"},
        {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
        {"abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
         "d174ab98d277d9f5a5611c2c9f419d9f"},
        {"1234567890123456789012345678901234567890123456789012345678901234567890123456789"
         "0",
         "57edf4a22be3c955ac49da2e2107b67a"}};

    for (int k = 0; k < 7; k++)
        CHECK(digest_is(pair[k][0], strlen(pair[k][0]), pair[k][1]));
    CHECK(!digest_is("abd", 3, pair[2][1]));
}

/* made with md5sum: n letters x */
static void test_padding(void)
{
    static const struct {
        size_t n;
        const char *hex;
    } want[] = {{55, "04364420e25c512fd958a70738aa8f72"},
                {56, "668a72d5ba17f08e62dabcafad6db14b"},
                {63, "7dc2ca208106a2f703567bdff99d8981"},
                {64, "c1bb4f81d892b2d57947682aeb252456"},
                {65, "1bc932052302d074bdec39795fe00cf6"},
                {119, "ab347a5f68c8a443cfcddc633f12c24f"},
                {120, "fb98667f98096de92620b64f46e1c5b5"},
                {1000, "398533d48111e9f664b1f64cb10c4b63"}};
    char text[1000];

    memset(text, 'x', sizeof text);
    for (size_t k = 0; k < sizeof want / sizeof *want; k++)
        CHECK(digest_is(text, want[k].n, want[k].hex));
}

int main(void)
{
    test_rfc();
    test_padding();
    return check_done();
}
