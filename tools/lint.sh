#!/bin/sh
# Style and warnings: what differs from .clang-format or .lintr, what gcc and clang warn of, and
# what _pkgdown.yml leaves out. Each is looked at where its tool is installed; the last line says
# how many found nothing. Ends with status 1 when one found something.
set -u
cd "$(dirname "$0")/.." || exit 2

passed=0 failed=0
look() {
    title=$1
    shift
    if found=$("$@" 2>&1) && [ -z "$found" ]; then
        passed=$((passed + 1))
        echo "ok: $title"
    else
        failed=$((failed + 1))
        printf 'not ok: %s\n%s\n' "$title" "$found"
    fi
}
have() { command -v "$1" >/dev/null 2>&1; }
have_r() { Rscript -e 'quit(status = !nzchar(system.file(package = commandArgs(TRUE))))' "$1"; }

# Tables stand as they are written.
sources() { find src tests/core -name '*.[ch]' ! -name '*_table.h' | sort; }
programs() { find src tests/core -name '*.c' | sort; }

warnings_of() {
    flags="-std=c99 -O2 -Wall -Wextra -pedantic -Wmissing-prototypes -Isrc $(R CMD config --cppflags)"
    programs | xargs -P 2 -I FILE sh -c "$1 $flags -c FILE -o /dev/null"
}
for compiler in gcc clang; do
    have "$compiler" && look "no warning of $compiler" warnings_of "$compiler"
done

have clang-format && look "C as .clang-format has it" clang-format --dry-run --Werror $(sources)
have_r lintr && look "R as .lintr has it" Rscript -e 'for (lints in list(lintr::lint_package(), lintr::lint_dir("tools"),
    lintr::lint_dir("bench"))) if (length(lints)) print(lints)'
have_r pkgdown && look "_pkgdown.yml lists every topic" Rscript -e 'suppressMessages(pkgdown::check_pkgdown())'

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
