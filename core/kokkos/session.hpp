/* SPDX-License-Identifier: BSD-3-Clause
 *
 * session.hpp - calls of Kokkos from C: one at a time, while it runs, without exceptions.
 */
#ifndef SZ_KOKKOS_SESSION_HPP
#define SZ_KOKKOS_SESSION_HPP

extern "C" {
#include "base/error.h"
}

#include <exception>
#include <mutex>
#include <new>

namespace soapz
{

/* Kokkos may be called by one thread at a time. */
std::mutex &one_at_a_time();
/* 0 once Kokkos has ended: its memory is gone, and must not be given back. */
bool is_running();

/* f(); what it throws becomes an error. */
template <class F> sz_status guarded(sz_error *err, const F &f)
{
    try {
        const std::lock_guard<std::mutex> lock(one_at_a_time());

        f();
        return SZ_OK;
    } catch (const std::bad_alloc &) {
        return sz_fail(err, SZ_ERR_MEMORY,
                       "no memory on the device; smaller blocks of atoms need less");
    } catch (const std::exception &e) {
        return sz_fail(err, SZ_ERR_MEMORY, "Kokkos: %.900s", e.what());
    } catch (...) {
        return sz_fail(err, SZ_ERR_MEMORY, "Kokkos failed");
    }
}

} // namespace soapz

#endif
