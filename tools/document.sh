#!/bin/sh
# Regenerates man/ and NAMESPACE from the roxygen comments. Needs roxygen2.
set -e
cd "$(dirname "$0")/.."
R CMD INSTALL --preclean --no-docs . >/dev/null
Rscript -e 'roxygen2::roxygenise(load_code = "installed")'
