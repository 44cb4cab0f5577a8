# Sourced by demo.sh and test.sh, in the package's folder: makes sure that R, a compiler,
# commands and R packages are there. On Debian and Ubuntu, root gets what is missing by apt-get.
#
#   setup "COMMAND..." PACKAGE...       the commands and R packages needed, "" for no command

say() { echo "== $*"; }
stop() { echo "$*" >&2; exit 1; }

# Runs a command; what it prints is shown only if it fails.
quietly() {
    log=$(mktemp)
    status=0
    "$@" >"$log" 2>&1 || { status=$?; cat "$log"; }
    rm -f "$log"
    return "$status"
}

have() { command -v "$1" >/dev/null 2>&1; }

missing_r_packages() {
    if have Rscript; then
        Rscript --vanilla -e 'for (p in commandArgs(TRUE)) if (!nzchar(system.file(package = p))) cat(p, "")' "$@"
    else
        echo "$*"
    fi
}

# Whether R can compile C and link it to what src/Makevars names.
can_compile() (
    have R && have make || return 1
    folder=$(mktemp -d) || return 1
    trap 'rm -rf "$folder"' EXIT
    grep '^PKG_LIBS' src/Makevars >"$folder/Makevars" && cd "$folder" && echo 'int probe;' >probe.c &&
        R CMD SHLIB probe.c >/dev/null 2>&1
)

# The Debian packages that are missing; a command's has its name. Arguments as of setup().
missing_debian_packages() {
    have Rscript || echo r-base-core
    can_compile || echo r-base-dev
    for command in $1; do
        have "$command" || echo "$command"
    done
    shift
    for package in $(missing_r_packages "$@"); do
        echo "r-cran-$package" | tr '[:upper:]' '[:lower:]'
    done
}

setup() {
    missing=$(missing_debian_packages "$@" | tr '\n' ' ')
    if [ -n "$missing" ]; then
        if [ "$(id -u)" -ne 0 ] || ! have apt-get; then
            stop "Missing, by their Debian names: $missing
On Debian or Ubuntu, run as root:  apt-get install $missing
Elsewhere install R (4.1 or later), a C compiler, make${1:+, $(echo "$1" | sed 's/ /, /g')}, and in R:
  install.packages(c($(shift && printf '"%s", ' "$@" | sed 's/, $//')))"
        fi
        say "installing $missing"
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
            stop "apt-get could not install: $missing"
        missing=$(missing_debian_packages "$@" | tr '\n' ' ')
        [ -z "$missing" ] || stop "Still missing after apt-get install: $missing"
    fi
    Rscript --vanilla -e 'quit(status = getRversion() < "4.1")' ||
        stop "gradtape needs R 4.1 or later; this is $(R --version | head -n 1).
For a newer R see https://cran.r-project.org/bin/linux/"
    # R CMD check wants a UTF-8 locale, which a bare machine does not set.
    [ "$(locale charmap 2>/dev/null)" = UTF-8 ] || export LC_ALL=C.UTF-8
    # Compile on all processors.
    export MAKEFLAGS="${MAKEFLAGS:--j$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)}"
}
