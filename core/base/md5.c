/* SPDX-License-Identifier: BSD-3-Clause
 *
 * md5.c - MD5 as RFC 1321 describes it. The message, padded to a multiple of 64 bytes
 * with 0x80, zeros and its length in bits, goes block by block through 64 steps
 *
 *   a <- b + rotate(a + f(b,c,d) + word_g + floor(2^32 |sin(i+1)|), r)
 *
 * on four 32-bit words that are permuted after each step. */
#include "base/md5.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void fill_sines(uint32_t sine[64])
{
    for (int i = 0; i < 64; i++)
        sine[i] = (uint32_t)floor(4294967296.0 * fabs(sin(i + 1.0)));
}

static uint32_t load_word(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

static void mix_block(uint32_t state[4], const unsigned char *block,
                      const uint32_t sine[64])
{
    static const int shift[4][4] = {
        {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];

    for (int i = 0; i < 64; i++) {
        uint32_t f, t;
        int g, r = shift[i / 16][i % 4];

        switch (i / 16) {
        case 0:
            f = (b & c) | (~b & d);
            g = i;
            break;
        case 1:
            f = (b & d) | (c & ~d);
            g = (5 * i + 1) % 16;
            break;
        case 2:
            f = b ^ c ^ d;
            g = (3 * i + 5) % 16;
            break;
        default:
            f = c ^ (b | ~d);
            g = 7 * i % 16;
        }
        t = a + f + load_word(block + 4 * g) + sine[i];
        a = d;
        d = c;
        c = b;
        b += t << r | t >> (32 - r);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

void sz_md5(const void *data, size_t n, char hex[33])
{
    uint32_t state[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}, sine[64];
    const unsigned char *p = data;
    unsigned char tail[128] = {0};
    size_t n_tail = n % 64, n_padded = n_tail < 56 ? 64 : 128;
    uint64_t n_bits = (uint64_t)n * 8;

    fill_sines(sine);
    for (size_t i = 0; i + 64 <= n; i += 64) mix_block(state, p + i, sine);
    if (n_tail) memcpy(tail, p + (n - n_tail), n_tail);
    tail[n_tail] = 0x80;
    for (int k = 0; k < 8; k++) tail[n_padded - 8 + k] = (unsigned char)(n_bits >> 8 * k);
    for (size_t i = 0; i < n_padded; i += 64) mix_block(state, tail + i, sine);
    for (int k = 0; k < 16; k++)
        snprintf(hex + 2 * k, 3, "%02x", (unsigned)(state[k / 4] >> 8 * (k % 4) & 0xff));
}
