# Objective functions that other people wrote, unchanged, on a tape: taken from the examples, vignettes,
# demos and tests of installed packages and from scripts, by recording what these hand to optimizers;
# nothing of theirs is kept here. Each is compared with plain R in a process of its own:
#
#   tape(fn, par) as typed; the value at 41 points near and far; gradient and Hessian at three points
#   against numDeriv; the time of a value and a gradient against one value by plain R; recording
#
#   Rscript bench/plain_r.R [--install] [--new] [--table] [--jobs=2] [pattern ...]     from the package's folder
#
# --install gets packages that are missing, --new looks at everything again, --table only prints what was found;
# patterns choose among the names in the first column. What was found is kept in the folder of PLAIN_R_HOME.

# Which packages, by field; those that install in a minute.
fields <- list(
  optimization = c("stats", "optimx", "BB", "alabama", "Rsolnp", "nloptr", "dfoptim", "ucminf", "minqa", "lbfgs",
                   "lbfgsb3c", "DEoptim",
                   "DEoptimR", "pso", "optimParallel", "marqLevAlg", "trustOptim", "SQUAREM", "nleqslv", "rootSolve",
                   "minpack.lm", "pracma", "numDeriv"),
  likelihood = c("stats4", "bbmle", "maxLik", "MASS", "fitdistrplus", "emdbook", "mixtools", "truncdist", "sn",
                 "statmod"),
  econometrics = c("truncreg", "sampleSelection", "censReg", "micEcon", "frontier", "mlogit", "betareg", "gmm",
                   "systemfit", "plm", "AER", "pscl"),
  "time series" = c("tseries", "FKF", "KFAS", "dlm", "forecast", "urca", "HiddenMarkov", "depmixS4", "strucchange"),
  finance = c("fGarch", "fAssets", "fCopulae", "timeSeries", "actuar"),
  survival = c("survival", "msm", "timereg", "prodlim"),
  psychometrics = c("ltm", "psych", "psychotools", "BradleyTerry2", "sem", "lava"),
  extremes = c("evd", "ismev", "extRemes"),
  Bayes = c("mcmc", "MCMCpack", "adaptMCMC", "mcmcensemble", "LaplacesDemon", "bayesm", "conting"),
  other = c("metafor", "boot", "nlme", "mgcv", "sae", "deSolve", "robustbase", "quantreg", "spatial", "sm", "ks")
)
scripts <- list.files(c("tests/testthat/plain-r", "bench/plain-r"), "[.]R$", full.names = TRUE)

given <- commandArgs(TRUE)
flag <- function(name) any(given == paste0("--", name))
jobs <- as.integer(c(sub("--jobs=", "", grep("^--jobs=", given, value = TRUE)), 2)[1])
patterns <- grep("^--", given, invert = TRUE, value = TRUE)
home <- Sys.getenv("PLAIN_R_HOME", file.path(dirname(tempdir()), "plain_r"))
for (folder in c("objectives", "results")) dir.create(file.path(home, folder), recursive = TRUE, showWarnings = FALSE)
field_of <- stats::setNames(rep(names(fields), lengths(fields)), gsub("[^A-Za-z0-9]", "_", unlist(fields)))
stem <- function(source) gsub("[^A-Za-z0-9]", "_", sub("[.]R$", "", basename(source)))
stopifnot("two scripts have one name" = !anyDuplicated(stem(scripts)))

missing <- Filter(function(package) !requireNamespace(package, quietly = TRUE), c("numDeriv", unlist(fields)))
if (flag("install")) for (package in missing) try(utils::install.packages(package))

# A process with limits on time and memory (in kB).
run <- function(script, args, seconds) {
  command <- sprintf("ulimit -v 6000000; OMP_NUM_THREADS=1 timeout %d Rscript %s %s >/dev/null 2>&1", seconds, script,
                     paste(shQuote(args), collapse = " "))
  system(command)
}

# ---- what there is ----

for (source in if (!flag("table")) c(setdiff(unlist(fields), missing), scripts)) {
  done <- file.path(home, "objectives", paste0(stem(source), ".done"))
  if (file.exists(done) && !(flag("new") || file.mtime(done) < max(file.mtime(source), 0, na.rm = TRUE))) next
  unlink(Sys.glob(file.path(home, "*", paste0(stem(source), "-*"))))
  run("bench/plain_r_harvest.R", c(source, file.path(home, "objectives")), 300)
  file.create(done)
}

# ---- each on a tape ----

objectives <- list.files(file.path(home, "objectives"), "[.]bin$")
chosen <- function(name) !length(patterns) || any(vapply(patterns, grepl, NA, x = name))
result_of <- function(objective) file.path(home, "results", sub("bin$", "rds", objective))
look_at <- Filter(function(o) !flag("table") && chosen(o) &&
                  (flag("new") || length(patterns) || !file.exists(result_of(o))), objectives)
invisible(parallel::mclapply(look_at, function(o) {
  run("bench/plain_r_check.R", c(file.path(home, "objectives", o), result_of(o)), 120)
}, mc.cores = jobs, mc.preschedule = FALSE))

# ---- the table ----

read <- function(o) {
  if (!file.exists(result_of(o))) return(NULL)
  r <- tryCatch(readRDS(result_of(o)), error = function(e) NULL)     # (being written)
  if (is.null(r)) return(NULL)
  take <- function(name) if (is.null(r[[name]])) NA else r[[name]][1]
  package <- sub("-[0-9]+[.]bin$", "", o)
  data.frame(name = sub("[.]bin$", "", o), field = if (package %in% names(field_of)) field_of[[package]] else "scripts",
             where = take("where"),
             by = take("optimizer"), n = take("n"), status = take("status"), value = take("worst_value"),
             gradient = take("worst_gradient"),
             hessian = take("worst_hessian"), compared = take("gradient"), ratio = take("ratio"),
             plain_us = take("plain_us"),
             record_s = take("record_s"), memory_mb = take("memory_mb"), recordings = take("recordings"),
             message = take("message"))
}
all <- do.call(rbind, lapply(Filter(chosen, objectives), read))
all <- all[all$status != "no objective", ]

# Compiled code that is named cannot be followed: it is counted apart.
compiled <- grepl("Compiled code, `|`[.](C|Call|Fortran|External)[(]", all$message)
kind <- ifelse(grepl("^works|^eager", all$status), "works", ifelse(grepl("WRONG", all$status), "WRONG",
               ifelse(compiled, "compiled",
                      ifelse(grepl("[gradtape_", all$message, fixed = TRUE), "refused", "fails"))))
cat(sprintf(paste("%-18s %-14s %-12s %3d  %-10s %6.0e %6.0e %6.0e  ratio %-6s plain %-8s us,",
                  "recorded in %-5s s, %-4s MB, %-2s ways  %s"),
            all$name, substr(all$where, 1, 14), substr(all$by, 1, 12), all$n, substr(all$status, 1, 20), all$value,
            all$gradient, all$hessian,
            format(signif(all$ratio, 2)), format(signif(all$plain_us, 3)), round(all$record_s, 2), round(all$memory_mb),
            all$recordings,
            ifelse(kind == "works", "", all$message)), sep = "\n")

cat("\nof", nrow(all), "objectives, by field:\n")
print(stats::addmargins(table(all$field, factor(kind, c("works", "compiled", "refused", "fails", "WRONG")))))
follows <- kind != "compiled"
cat(sprintf("\n%.1f%% as typed; %.1f%% of those that hold no compiled code\n", 100 * mean(kind == "works"),
            100 * mean(kind[follows] == "works")))
times <- function(which, words) {
  ratio <- all$ratio[which & !is.na(all$ratio)]
  cat(sprintf("value and gradient over one plain value, %s: median %.2f, 90%% below %.2f, worst %.1f (%d)\n", words,
              stats::median(ratio),
              stats::quantile(ratio, 0.9), max(ratio), length(ratio)))
}
times(TRUE, "all")
times(all$plain_us > 50, "where plain R takes over 50 us")
cat(sprintf("recording: median %.2f s, worst %.1f s; memory: median %.0f MB, worst %.0f MB\n",
            stats::median(all$record_s, na.rm = TRUE),
            max(all$record_s, na.rm = TRUE), stats::median(all$memory_mb, na.rm = TRUE),
            max(all$memory_mb, na.rm = TRUE)))
