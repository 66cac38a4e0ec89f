/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gap_term.c - sz_gap_term_clear. */
#include "term/gap_term.h"

#include "descriptor/environment.h"

#include <stdlib.h>
#include <string.h>

void sz_gap_term_clear(sz_gap_term *c)
{
    free(c->label);
    free(c->descriptor);
    free(c->theta);
    free(c->matrix);
    free(c->perm);
    free(c->x_sparse);
    free(c->alpha);
    free(c->fc_sparse);
    sz_environments_free(c->environment);
}
