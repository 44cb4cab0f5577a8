#!/bin/sh
# Installs what is missing, builds the package, and checks it as CRAN does, but for the PDF
# manual and what needs the network; tests and vignettes included. Then the layers of src/ are
# checked. The last line is "N passed, N failed": expectations of the tests, what
# tools/check-layers.R checks, and the check itself, which passes without an error, warning or
# note.
set -eu
cd "$(dirname "$0")/.."
. tools/setup.sh

setup "pandoc qpdf" R6 bit64 cli codetools future generics ggplot2 jsonlite knitr Matrix parallelly progressr rmarkdown \
    survival testthat
package=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

say "building"
quietly R CMD build "$package" || { echo "0 passed, 1 failed"; exit 1; }

# No network is needed: not for the time, nor for the packages that are only suggested.
say "checking"
export _R_CHECK_SYSTEM_CLOCK_=0 _R_CHECK_FORCE_SUGGESTS_=false _R_CHECK_CRAN_INCOMING_=false
export _R_CHECK_PACKAGE_DEPENDS_IGNORE_MISSING_ENHANCES_=true
# It takes 5.6 MB where it is installed; the note of more than 5 MB would hide others.
export _R_CHECK_PKG_SIZES_THRESHOLD_=6
# Newer versions of R note that they lack these, which only look at how help pages render.
have tidy || export _R_CHECK_RD_VALIDATE_RD2HTML_=false
export _R_CHECK_RD_MATH_RENDERING_=false
R CMD check --as-cran --no-manual gradtape_*.tar.gz >check.log 2>&1 || true
grep -v ' \.\.\. \(OK\|NONE\)$' check.log || true

# What testthat says at the end: [ FAIL 0 | WARN 0 | SKIP 0 | PASS 40 ]
summary=$(cat gradtape.Rcheck/tests/testthat.Rout* 2>/dev/null | grep '^\[ FAIL [0-9]' | tail -n 1)
count() { echo "$summary" | sed -n "s/.*$1 \([0-9]*\).*/\1/p"; }
passed=$(count PASS)
failed=$(count FAIL)
if [ -z "$summary" ]; then
    say "the tests did not run to their end:"
    cat gradtape.Rcheck/tests/testthat.Rout* 2>/dev/null || true
    passed=0 failed=1
elif [ "$failed" -gt 0 ]; then
    cat gradtape.Rcheck/tests/testthat.Rout.fail
fi
if grep -q '^Status: OK$' check.log; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
fi

say "checking the layers"
layers=$(cd "$package" && Rscript tools/check-layers.R 2>&1) || failed=$((failed + 1))
echo "$layers"
passed=$((passed + $(echo "$layers" | grep -c '^ok: ' || true)))
echo "$summary"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
