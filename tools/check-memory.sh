#!/bin/sh
# Runs the tests and the fuzzers where errors in memory show: under the address and undefined
# behaviour sanitizers, a subset under valgrind, and another with a garbage collection at every few
# allocations. Installs what is missing. Exit status 0 when nothing was found.
#
#   sh tools/check-memory.sh [sanitizers] [valgrind] [gctorture]      (default: all three)
set -eu
cd "$(dirname "$0")/.."
. tools/setup.sh

setup "valgrind" R6 cli jsonlite testthat
package=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# Installs a copy of the package, compiled with the given flags, into a library of its own.
install_with() {
    library=$work/$1
    mkdir -p "$library" "$work/source-$1"
    (cd "$package" && tar -cf - DESCRIPTION NAMESPACE LICENSE R src inst) | tar -xf - -C "$work/source-$1"
    find "$work/source-$1" \( -name '*.o' -o -name '*.so' \) -exec rm -f {} +
    printf 'CC = gcc\nCFLAGS = %s\nLDFLAGS = %s\n' "$2" "$3" >"$work/Makevars-$1"
    quietly env GRADTAPE_KEEP_SYMBOLS=1 R_MAKEVARS_USER="$work/Makevars-$1" LD_PRELOAD="$4" ASAN_OPTIONS="$asan" \
        R CMD INSTALL --no-docs --no-test-load -l "$library" "$work/source-$1" || stop "the package could not be installed"
}

# run NAME COMMAND...: its output only if it fails, or if a sanitizer spoke in it.
run() {
    name=$1
    shift
    say "$name"
    if "$@" >"$work/log" 2>&1 && ! grep -qE 'runtime error:|ERROR: AddressSanitizer' "$work/log"; then
        grep -E '^\[ FAIL|ran$|loaded$' "$work/log" | tail -n 4 || true
    else
        failed=1
        grep -nE -A 25 'runtime error:|ERROR: AddressSanitizer|^==[0-9]+== [A-Z]' "$work/log" | head -n 100 || true
        tail -n 40 "$work/log"
        say "$name: FAILED"
    fi
}

# What an R process says of the test files that match.
tests() {
    printf 'library(testthat); library(gradtape); options(testthat.progress.max_fails = 1e4)\n'
    printf 'setwd("%s/tests/testthat"); test_dir(".", filter = %s, reporter = "summary", package = "gradtape", load_package = "installed")\n' \
        "$package" "$1"
}

asan=detect_leaks=0:detect_stack_use_after_return=0:allocator_may_return_null=1
NOT_CRAN=true
export NOT_CRAN

sanitizers() {
    flags="-g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined"
    preload=$(gcc -print-file-name=libasan.so)
    [ -f "$preload" ] || stop "gcc has no address sanitizer here"
    say "installing with sanitizers"
    install_with sanitized "$flags" "-fsanitize=address,undefined" "$preload"
    under="env R_LIBS=$work/sanitized LD_PRELOAD=$preload ASAN_OPTIONS=$asan UBSAN_OPTIONS=print_stacktrace=1"
    tests NULL >"$work/tests.R"
    run "tests under sanitizers" $under Rscript "$work/tests.R"
    run "fuzzers under sanitizers" $under Rscript tools/fuzz.R "${FUZZ:-2000}" 1
}

plain_library() {
    [ -d "$work/plain" ] || {
        say "installing"
        install_with plain "-g -O1" "" ""
    }
}

valgrind_subset() {
    plain_library
    tests '"^(autograd|tensor|subset|tape|optim-lbfgs)$"' >"$work/tests.R"
    run "a subset under valgrind" env R_LIBS="$work/plain" R --vanilla --no-echo \
        -d "valgrind --quiet --error-exitcode=9 --suppressions=$work/valgrind.supp" -f "$work/tests.R"
}

gctorture_subset() {
    plain_library
    cat >"$work/torture.R" <<'R'
suppressPackageStartupMessages(library(gradtape))
`%||%` <- function(x, y) if (is.null(x)) y else x
for (part in c("programs", "calls", "files")) source(sprintf("tests/testthat/helper-fuzz-%s.R", part))
fuzz_torture <- function(code) { gctorture2(7); on.exit(gctorture2(0)); force(code) }
x <- torch_tensor(c(a = 1, b = 2), requires_grad = TRUE)
found <- c(unlist(lapply(1:40, function(k) fuzz_torture(fuzz_run_program(7, k, points = 2, shrink = FALSE)))),
           fuzz_torture(fuzz_run_calls(7, 300)), fuzz_torture(fuzz_run_damage(7, 100, x, fuzz_use_tensor)))
writeLines(as.character(found))
cat("40 programs and 300 calls ran\n")
quit(status = as.integer(length(found) > 0))
R
    run "a subset with a collection at every 7th allocation" env R_LIBS="$work/plain" Rscript "$work/torture.R"
}

# R's own string functions read whole words beyond the end, which is no error.
cat >"$work/valgrind.supp" <<'EOS'
{
   R-strings
   Memcheck:Cond
   fun:__wcsnlen_*
}
EOS

for part in ${*:-sanitizers valgrind gctorture}; do
    case $part in
        sanitizers) sanitizers ;;
        valgrind) valgrind_subset ;;
        gctorture) gctorture_subset ;;
        *) stop "no such part: $part" ;;
    esac
done
[ "$failed" -eq 0 ] && say "nothing found"
exit "$failed"
