/* SPDX-License-Identifier: BSD-3-Clause
 *
 * quintic.h - weights w of h, h' dx and h'' dx^2 at two knots, at the relative position t
 * between them, and their slopes dw. A template: included with LANES, the type of several
 * numbers, and INLINE, how a function of them is declared; both are undefined afterwards.
 * No include guard. */

INLINE void weigh_rows(LANES t, LANES *w, LANES *dw)
{
    LANES t2 = t * t, t3 = t2 * t, s = 1.0 - t, b = 30.0 * t2 * s * s;

    w[3] = t3 * (10.0 + t * (6.0 * t - 15.0));
    w[0] = 1.0 - w[3];
    w[1] = t + t3 * (-6.0 + t * (8.0 - 3.0 * t));
    w[4] = t3 * (-4.0 + t * (7.0 - 3.0 * t));
    w[2] = 0.5 * t2 * s * s * s;
    w[5] = 0.5 * t3 * s * s;
    dw[0] = -b;
    dw[3] = b;
    dw[1] = 1.0 + t2 * (-18.0 + t * (32.0 - 15.0 * t));
    dw[4] = t2 * (-12.0 + t * (28.0 - 15.0 * t));
    dw[2] = 0.5 * t * s * s * (2.0 - 5.0 * t);
    dw[5] = 0.5 * t2 * s * (3.0 - 5.0 * t);
}

#undef LANES
#undef INLINE
