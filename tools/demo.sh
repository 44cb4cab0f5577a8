#!/bin/sh
# Installs what is missing and the package, runs the examples of the post "torch for
# optimization", prints what they reach and writes contour figures to figures/.
set -eu
cd "$(dirname "$0")/.."
. tools/setup.sh

setup "" R6 cli ggplot2
say "installing gradtape"
# Where the library is not ours to write to, R takes the user's own if it exists.
Rscript -e 'if (file.access(.libPaths()[1], 2) != 0) dir.create(Sys.getenv("R_LIBS_USER"), recursive = TRUE)'
quietly R CMD INSTALL --preclean .
say "running the examples"
Rscript tools/demo.R
