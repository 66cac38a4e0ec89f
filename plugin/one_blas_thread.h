/* SPDX-License-Identifier: GPL-2.0-only
 *
 * one_blas_thread.h - uses one thread inside BLAS calls while a pair style has a model,
 * because ranks and our own threads run in parallel. After the last pair style the
 * process, which may be a Python program, gets its old number back. */
#ifndef SOAPZ_ONE_BLAS_THREAD_H
#define SOAPZ_ONE_BLAS_THREAD_H

#include "soapz.h"

#include <mutex>

class OneBlasThread
{
  public:
    OneBlasThread() = default;
    OneBlasThread(const OneBlasThread &) = delete;
    OneBlasThread &operator=(const OneBlasThread &) = delete;
    ~OneBlasThread()
    {
        const std::lock_guard<std::mutex> guard(lock);

        if (held && --users == 0) sz_blas_set_threads(before);
    }

    void hold()
    {
        const std::lock_guard<std::mutex> guard(lock);

        if (!held && users++ == 0) before = sz_blas_set_threads(1);
        held = true;
    }

  private:
    bool held = false;
    inline static std::mutex lock;
    inline static int users = 0, before = 0;
};

#endif
