/* SPDX-License-Identifier: BSD-3-Clause
 *
 * python.c - finds Python and the soapz modules, and runs one. */
#define _XOPEN_SOURCE 700 /* readlink, fileno */
#include "python.h"

#include "tool.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SZ_PYTHON_SOURCE
#define SZ_PYTHON_SOURCE "" /* an installed wheel has no source tree */
#endif

enum { MISSING_MODULE = 111, MISSING_PYTHON = 112, OWN_WORDS = 6 };

/* argv: folder or "", module, exit code for a failed import, the arguments of main. The
 * current folder is not searched: a stray soapz/ or numpy.py there would be imported. A
 * signal to this program is passed on once, so that Python removes what it has begun. */
static const char script[] =
    "import importlib, signal, sys\n"
    "signals = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGXCPU, "
    "signal.SIGUSR1]\n"
    "def stop(*_):\n"
    "    for s in signals:\n"
    "        signal.signal(s, signal.SIG_IGN)\n"
    "    raise KeyboardInterrupt\n"
    "for s in signals:\n"
    "    if signal.getsignal(s) != signal.SIG_IGN or s == signal.SIGINT:\n"
    "        signal.signal(s, stop)\n"
    "sys.dont_write_bytecode = True\n"
    "folder, module, missing = sys.argv[1:4]\n"
    "sys.path[:] = [p for p in [folder] + sys.path if p]\n"
    "try:\n"
    "    main = importlib.import_module('soapz.' + module).main\n"
    "except ImportError as e:\n"
    "    print('soapz: Python at', sys.executable, 'says:', e, file=sys.stderr)\n"
    "    sys.exit(int(missing))\n"
    "except KeyboardInterrupt:\n"
    "    sys.exit(1)\n"
    "try:\n"
    "    sys.exit(main(sys.argv[4:]))\n"
    "except KeyboardInterrupt:\n"
    "    sys.exit(1)\n";

/* This program and its folder, "" if they are not known. */
static void find_program(char command[PATH_MAX], char folder[PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", command, PATH_MAX - 1);
    char *slash;

    command[n > 0 ? n : 0] = '\0';
    strcpy(folder, command);
    slash = strrchr(folder, '/');
    if (slash) *slash = '\0';
}

/* Joins two parts of a path; 0 if it is too long. */
static int join(char path[PATH_MAX], const char *a, const char *b)
{
    int n = snprintf(path, PATH_MAX, "%s/%s", a, b);

    return n > 0 && n < PATH_MAX;
}

static const char *find_python(const char *program, char path[PATH_MAX])
{
    const char *given = getenv("SOAPZ_PYTHON");

    if (given && *given) return given;
    if (*program && join(path, program, "python3") && access(path, X_OK) == 0)
        return path;
    return "python3";
}

/* The folder that holds soapz/<module>.py, or "": Python searches its own path. */
static void find_modules(const char *program, const char *module, char folder[PATH_MAX])
{
    static const char *const beside[] = {"../share/soapz/python", "../.."};
    char name[128], path[PATH_MAX];

    snprintf(name, sizeof name, "soapz/%s.py", module);
    for (size_t k = 0; *program && k < sizeof beside / sizeof *beside; k++)
        if (join(folder, program, beside[k]) && join(path, folder, name) &&
            access(path, R_OK) == 0)
            return;
    snprintf(folder, PATH_MAX, "%s", SZ_PYTHON_SOURCE);
    if (*folder && join(path, folder, name) && access(path, R_OK) == 0) return;
    folder[0] = '\0';
}

/* In the child: never returns. $SOAPZ_COMMAND lets a module call the command again. */
static void become_python(const char *python, char *const *argv, FILE *input,
                          const char *command)
{
    int in = input ? fileno(input) : STDIN_FILENO;

    if (input && (lseek(in, 0, SEEK_SET) != 0 || dup2(in, STDIN_FILENO) < 0))
        _exit(MISSING_PYTHON + 1);
    if (*command) setenv("SOAPZ_COMMAND", command, 1);
    execvp(python, argv);
    _exit(MISSING_PYTHON);
}

/* What is run, for what purpose, and which package it needs. */
typedef struct {
    const char *module, *purpose, *packages;
    int n_arguments;
    const char *const *argument;
    FILE *input; /* or NULL */
} task;

static sz_status fail_missing(int code, const char *python, const task *t, sz_error *err)
{
    if (code == MISSING_PYTHON)
        return sz_fail(err, SZ_ERR_FILE,
                       "%s needs Python, and %.300s was not found; install python3 or "
                       "set SOAPZ_PYTHON",
                       t->purpose, python);
    return sz_fail(err, SZ_ERR_FILE,
                   "%s needs a Python package that %.300s lacks, see above; install "
                   "it (pip install %s), or set SOAPZ_PYTHON to a Python that has it",
                   t->purpose, python, t->packages);
}

/* A signal that came only to this process is passed on. Returns 0, or errno. */
static int wait_for(pid_t child, int *state)
{
    const struct timespec pause = {0, 10000000};
    int told = 0;
    pid_t ended = 0;

    while (ended == 0 || (ended < 0 && errno == EINTR)) {
        if (sz_interrupted() && !told) told = kill(child, SIGTERM) == 0;
        ended = waitpid(child, state, WNOHANG);
        if (ended == 0) nanosleep(&pause, NULL);
    }
    return ended < 0 ? errno : 0;
}

/* Starts Python with these words and waits for it; *code: its exit code, -1 if it was
 * killed. */
static sz_status run(const task *t, const char *python, char *const *argv,
                     const char *command, int *code, sz_error *err)
{
    int state = 0, why;
    pid_t child;

    fflush(NULL);
    child = fork();
    if (child == 0) become_python(python, argv, t->input, command);
    if (child < 0)
        return sz_fail(err, SZ_ERR_MEMORY, "%s: cannot start Python: %s", t->purpose,
                       strerror(errno));
    why = wait_for(child, &state);
    if (why)
        return sz_fail(err, SZ_ERR_FILE, "%s: lost Python: %s", t->purpose,
                       strerror(why));
    *code = WIFEXITED(state) ? WEXITSTATUS(state) : -1;
    if (*code == MISSING_PYTHON || *code == MISSING_MODULE)
        return fail_missing(*code, python, t, err);
    return SZ_OK;
}

static sz_status call(const task *t, int *code, sz_error *err)
{
    char command[PATH_MAX], program[PATH_MAX], path[PATH_MAX], folder[PATH_MAX],
        missing[16];
    size_t room = (size_t)t->n_arguments + OWN_WORDS + 1;
    const char **word = calloc(room, sizeof *word), *python;
    char **argv = calloc(room, sizeof *argv);
    sz_status status = SZ_OK;

    find_program(command, program);
    python = find_python(program, path);
    find_modules(program, t->module, folder);
    snprintf(missing, sizeof missing, "%d", MISSING_MODULE);
    if (word && argv) {
        const char *own[OWN_WORDS] = {python, "-c", script, folder, t->module, missing};

        memcpy(word, own, sizeof own);
        for (int k = 0; k < t->n_arguments; k++) word[OWN_WORDS + k] = t->argument[k];
        memcpy(argv, word, room * sizeof *argv); /* execvp takes non-const strings */
        status = run(t, python, argv, command, code, err);
    } else
        status = sz_fail_memory(err, room * sizeof *word, t->purpose);
    free(word);
    free(argv);
    return status;
}

sz_status sz_run_python(const char *module, const char *purpose, int n_arguments,
                        const char *const *argument, FILE *input, sz_error *err)
{
    const task t = {module, purpose, "matplotlib jinja2", n_arguments, argument, input};
    int code = 0;
    sz_status status = call(&t, &code, err);

    if (status == SZ_OK && code != 0 && sz_interrupted())
        return sz_fail(err, SZ_ERR_STOPPED, "interrupted: %s was not made", purpose);
    if (status == SZ_OK && code != 0)
        status = sz_fail(err, SZ_ERR_FILE, "%s was not made: Python failed, see above",
                         purpose);
    return status;
}

sz_status sz_call_python(const char *module, const char *purpose, int n_arguments,
                         const char *const *argument, int *code, sz_error *err)
{
    const task t = {module, purpose, "ase", n_arguments, argument, NULL};

    return call(&t, code, err);
}

int sz_run_python_verb(const char *module, const char *help, int argc, char *const *argv)
{
    char purpose[64];
    int code = 1;
    sz_error err;

    for (int k = 1; k < argc && strcmp(argv[k], "--") != 0; k++)
        if (!strcmp(argv[k], "--help") || !strcmp(argv[k], "-h"))
            return sz_print_text(help);
    sz_catch_interrupts();
    snprintf(purpose, sizeof purpose, "soapz %s", argv[0]);
    if (sz_call_python(module, purpose, argc - 1, (const char *const *)argv + 1, &code,
                       &err) != SZ_OK)
        return sz_report(&err);
    return code < 0 ? 1 : code;
}
