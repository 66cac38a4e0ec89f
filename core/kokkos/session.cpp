/* SPDX-License-Identifier: BSD-3-Clause
 *
 * session.cpp - Kokkos starts with the first plan that needs it, unless the program has
 * started it, and then ends with the program. Both happen once: a Kokkos that has ended
 * cannot be started again. */
#include "kokkos/session.hpp"

#include "kokkos/device.h"

#include <Kokkos_Core.hpp>

#include <cstdlib>
#include <string>

namespace soapz
{

enum State { UNKNOWN, RUNS, ENDED };

/* The one of the process, as Kokkos itself is. */
static State &state()
{
    static State the = UNKNOWN;

    return the;
}

std::mutex &one_at_a_time()
{
    static std::mutex the;

    return the;
}

bool is_running()
{
    return state() == RUNS;
}

static void end()
{
    if (is_running()) Kokkos::finalize();
}

static void start()
{
    if (!Kokkos::is_initialized()) {
        char program[] = "soapz", quiet[] = "--kokkos-disable-warnings";
        char *word[] = {program, quiet, nullptr};
        int n = 2;

        Kokkos::initialize(n, word);
        std::atexit(end);
    }
    Kokkos::push_finalize_hook([] { state() = ENDED; });
    state() = RUNS;
}

} // namespace soapz

sz_status sz_device_open(sz_error *err)
{
    bool ended = false;
    const sz_status status = soapz::guarded(err, [&] {
        ended = soapz::state() == soapz::ENDED;
        if (soapz::state() == soapz::UNKNOWN) soapz::start();
    });

    if (!ended) return status;
    return sz_fail(err, SZ_ERR_ARGUMENT,
                   "Kokkos has ended in this program and cannot be started again");
}

const char *sz_device_name(void)
{
    static const std::string name =
        std::string("Kokkos ") + Kokkos::DefaultExecutionSpace::name();

    return name.c_str();
}
