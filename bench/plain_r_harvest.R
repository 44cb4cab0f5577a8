# Run by plain_r.R, in a process of its own: runs the examples, vignettes, demos and tests of one
# installed package, or one script, and keeps the objective functions that they hand to optimizers.
#   Rscript plain_r_harvest.R <package or file.R> <folder for results>

# What each optimizer calls its function, its start and, where there is none, its bounds.
optimizers <- list(
  stats = list(optim = c("fn", "par"), nlm = c("f", "p"), nlminb = c("objective", "start"),
               constrOptim = c("f", "theta"),
               optimize = c("f", "", "lower", "upper"), optimise = c("f", "", "lower", "upper")),
  stats4 = list(mle = c("minuslogl", "start")),
  bbmle = list(mle2 = c("minuslogl", "start")),
  maxLik = list(maxLik = c("logLik", "start"), maxNR = c("fn", "start"), maxBFGS = c("fn", "start"),
                maxBHHH = c("fn", "start"),
                maxNM = c("fn", "start"), maxCG = c("fn", "start"), maxSANN = c("fn", "start"),
                maxBFGSR = c("fn", "start"),
                compareDerivatives = c("f", "t0"), numericGradient = c("f", "t0"), numericHessian = c("f", "t0")),
  numDeriv = list(grad = c("func", "x"), hessian = c("func", "x"), jacobian = c("func", "x"), genD = c("func", "x")),
  optimx = list(optimx = c("fn", "par"), optimr = c("fn", "par"), opm = c("fn", "par"), multistart = c("fn", "parmat")),
  BB = list(spg = c("fn", "par"), BBoptim = c("fn", "par"), BBsolve = c("fn", "par"), sane = c("fn", "par"),
            dfsane = c("fn", "par")),
  nleqslv = list(nleqslv = c("fn", "x")),
  ucminf = list(ucminf = c("fn", "par")),
  minqa = list(bobyqa = c("fn", "par"), newuoa = c("fn", "par"), uobyqa = c("fn", "par")),
  dfoptim = list(nmk = c("fn", "par"), nmkb = c("fn", "par"), hjk = c("fn", "par"), hjkb = c("fn", "par"),
                 mads = c("fn", "par")),
  nloptr = list(nloptr = c("eval_f", "x0"), cobyla = c("fn", "x0"), lbfgs = c("fn", "x0"), slsqp = c("fn", "x0"),
                auglag = c("fn", "x0"),
                mma = c("fn", "x0"), ccsaq = c("fn", "x0"), bobyqa = c("fn", "x0"), newuoa = c("fn", "x0"),
                sbplx = c("fn", "x0"),
                neldermead = c("fn", "x0"), tnewton = c("fn", "x0"), varmetric = c("fn", "x0"), stogo = c("fn", "x0"),
                isres = c("fn", "x0"),
                crs2lm = c("fn", "x0"), direct = c("fn", "", "lower", "upper"), mlsl = c("fn", "x0")),
  alabama = list(auglag = c("fn", "par"), constrOptim.nl = c("fn", "par")),
  Rsolnp = list(solnp = c("fun", "pars"), gosolnp = c("fun", "pars")),
  DEoptim = list(DEoptim = c("fn", "", "lower", "upper")),
  DEoptimR = list(JDEoptim = c("fn", "", "lower", "upper")),
  GenSA = list(GenSA = c("fn", "par", "lower", "upper")),
  pso = list(psoptim = c("fn", "par", "lower", "upper")),
  lbfgs = list(lbfgs = c("call_eval", "vars")),
  lbfgsb3c = list(lbfgsb3c = c("fn", "par"), lbfgsb3 = c("fn", "par")),
  optimParallel = list(optimParallel = c("fn", "par")),
  marqLevAlg = list(marqLevAlg = c("fn", "b"), mla = c("fn", "b")),
  trustOptim = list(trust.optim = c("fn", "x")),
  SQUAREM = list(squarem = c("fixptfn", "par"), fpiter = c("fixptfn", "par")),
  pracma = list(fminsearch = c("fn", "x0"), fminunc = c("fn", "x0"), grad = c("f", "x0"), hessian = c("f", "x0"),
                jacobian = c("f", "x0"),
                nelder_mead = c("fn", "x0"), hooke_jeeves = c("fn", "x0"), fletcher_powell = c("f", "x0"),
                steep_descent = c("f", "x0"),
                gaussNewton = c("Ffun", "x0"), lsqnonlin = c("fun", "x0"), newtonsys = c("Ffun", "x0"),
                broyden = c("Ffun", "x0"),
                fsolve = c("f", "x0"), fminbnd = c("f", "", "a", "b"), anms = c("fn", "x0"), fmincon = c("fn", "x0"),
                cgmin = c("fn", "x0")),
  mcmc = list(metrop = c("obj", "initial"), morph.metrop = c("obj", "initial"), temper = c("obj", "initial")),
  MCMCpack = list(MCMCmetrop1R = c("fun", "theta.init")),
  adaptMCMC = list(MCMC = c("p", "init")),
  mcmcensemble = list(MCMCEnsemble = c("f", "inits")),
  LaplacesDemon = list(LaplacesDemon = c("Model", "Initial.Values"), LaplaceApproximation = c("Model", "parm"),
                       VariationalBayes = c("Model", "parm"), PMC = c("Model", "Initial.Values"),
                       IterativeQuadrature = c("Model", "parm")),
  gmm = list(gmm = c("g", "t0"), gel = c("g", "tet0")),
  minpack.lm = list(nls.lm = c("fn", "par")),
  rootSolve = list(multiroot = c("f", "start"), gradient = c("f", "x"), hessian = c("f", "x"))
)
# Settings that optimizers take by `...`, and that are no arguments of the function.
settings <- c("iterlim", "print.level", "tol", "reltol", "gradtol", "steptol", "fixed", "activePar", "control",
              "finalHessian", "bhhhHessian",
              "parscale", "constraints", "method", "trace", "gr", "hess", "lower", "upper", "hessian", "nl.info",
              "maxeval", "opts", "gradient", "data", "invisible", "max_iterations", "epsilon", "print.info", "blather",
              "nbatch")

found <- character()
most <- 120           # from one package
recorder <- function(optimizer, frame, spec) {
  outer <- vapply(head(sys.frames(), -1), function(f) !identical(f, frame) && exists(".plain_r", f, inherits = FALSE),
                  NA)
  if (any(outer)) return()
  tryCatch({ keep(optimizer, frame, spec); assign(".plain_r", TRUE, frame) }, error = function(e) NULL)
}
keep <- function(optimizer, frame, spec) {
  fn <- get(spec[1], frame)
  if (!is.function(fn)) stop("not a function")
  par <- if (nzchar(spec[2])) tryCatch(get(spec[2], frame), error = function(e) NULL)
  if (is.function(par)) par <- par()
  if (is.matrix(par) && optimizer %in% c("MCMCEnsemble", "multistart")) par <- par[1, ]
  if (!length(par) || anyNA(unlist(par))) {
    bounds <- lapply(spec[3:4], function(name) as.numeric(get(name, frame)))
    par <- (bounds[[1]] + bounds[[2]]) / 2 + 0.01 * (bounds[[2]] - bounds[[1]])
  }
  if (optimizer %in% names(optimizers$stats)) par <- stats::setNames(as.double(par), names(par))
  if (!is.numeric(unlist(par)) || !all(is.finite(unlist(par)))) stop("no start")
  spread <- optimizer %in% c("mle", "mle2")
  if (spread && length(data <- as.list(get0("data", frame, inherits = FALSE)))) {
    environment(fn) <- list2env(data, parent = environment(fn))
  }
  args <- if (!spread) tryCatch(eval(quote(list(...)), frame), error = function(e) list())
  args <- args[!names(args) %in% setdiff(settings, names(formals(fn)))]
  if (optimizer %in% names(optimizers$LaplacesDemon)) args <- list(get("Data", frame))
  if (optimizer %in% names(optimizers$gmm)) args <- list(get("x", frame))
  save_new(list(fn = fn, par = par, args = args, optimizer = optimizer, source = basename(source_name), where = where,
                attached = .packages(), spread = spread))
}

# The same code called from several places is one objective.
save_new <- function(objective) {
  key <- paste(c(deparse(body(objective$fn)), names(objective$args), length(unlist(objective$par))), collapse = " ")
  if (key %in% found || length(found) >= most) return()
  bytes <- serialize(objective, NULL)
  if (length(bytes) > 3e7) return()
  found <<- c(found, key)
  stem <- gsub("[^A-Za-z0-9]", "_", sub("[.][Rr]$", "", basename(source_name)))
  writeBin(bytes, file.path(folder, sprintf("%s-%03d.bin", stem, length(found))))
}

instrument <- function(name, package) {
  home <- asNamespace(package)
  if (!is.function(f <- get0(name, home, inherits = FALSE)) || is.primitive(f)) return()
  spec <- optimizers[[package]][[name]]
  body(f) <- if (package == "LaplacesDemon") bquote({ .(recorder)(.(name), environment(), .(spec)); list() })
             else bquote({ .(recorder)(.(name), environment(), .(spec)); .(body(f)) })
  put <- function(env) if (exists(name, env, inherits = FALSE)) {
    if (bindingIsLocked(name, env)) unlockBinding(name, env)
    assign(name, f, env)
  }
  put(home)
  attached <- paste0("package:", package)
  if (attached %in% search()) put(as.environment(attached))
  for (other in loadedNamespaces()) {
    imports <- parent.env(asNamespace(other))
    if (other != "base" && package %in% names(getNamespaceImports(other))) put(imports)
  }
}

run_code <- function(file, home) {
  code <- tryCatch(parse(file, keep.source = FALSE), error = function(e) NULL)
  until <- proc.time()[[3]] + 60
  for (expression in as.list(code)) {
    if (proc.time()[[3]] > until) break
    setTimeLimit(elapsed = 20, transient = TRUE)
    tryCatch(suppressWarnings(suppressMessages(eval(expression, home))), error = function(e) NULL,
             interrupt = function(e) NULL)
    setTimeLimit()
  }
}

# Where a package, or a file, keeps code that is meant to be run.
code_of <- function(source) {
  if (file.exists(source)) return(source)
  dir.create(examples <- tempfile("examples"))
  rd <- tools::Rd_db(source)
  for (name in names(rd)) {
    out <- file.path(examples, sub("Rd$", "R", name))
    tryCatch(suppressWarnings(tools::Rd2ex(rd[[name]], out, commentDontrun = FALSE)), error = function(e) NULL)
  }
  if (source == "LaplacesDemon") models_in_latex(system.file("doc", "Examples.Stex", package = source), examples)
  here <- function(...) list.files(system.file(..., package = source), "\\.[Rr]$", full.names = TRUE, recursive = TRUE)
  c(list.files(examples, full.names = TRUE), here("doc"), here("demo"), here("tests"), here("unitTests"),
    here("examples"))
}

# The models of LaplacesDemon's vignette, which are there as LaTeX: a file of R code for each.
models_in_latex <- function(file, folder) {
  lines <- readLines(file, warn = FALSE)
  section <- cumsum(grepl("^.section", lines))
  for (k in unique(section)) {
    text <- lines[section == k]
    open <- grep("^.code[{]", text)
    code <- unlist(lapply(open, function(from) {
      to <- from + which(grepl("^[}]|[^\\\\][}]$", text[from:length(text)]))[1] - 1
      if (is.na(to)) return(NULL)
      sub("^.code[{]", "", sub("([^\\\\])[}]$|^[}]$", "\\1", text[from:to]))
    }))
    if (!any(grepl("Model <- function", code))) next
    code <- sub(" *\\\\\\\\ *$", "", gsub("\\\\hspace[*]?[{][^}]*[}]", "", code))
    code <- gsub("$\\backslash$", "\\", code, fixed = TRUE)
    code <- gsub("\\\\([#{}%_$&])", "\\1", code)
    name <- gsub("[^A-Za-z]+", "_", sub("^.section[{]([^}]*)[}].*", "\\1", text[1]))
    writeLines(c(code, "LaplaceApproximation(Model, Initial.Values, MyData, Iterations = 1)"),
               file.path(folder, paste0("LD_", name, ".R")))
  }
}

args <- commandArgs(TRUE)
source_name <- args[1]
folder <- args[2]
where <- ""
grDevices::pdf(NULL)
if (!file.exists(source_name)) suppressWarnings(suppressMessages(require(source_name, character.only = TRUE)))
if (!file.exists(source_name) && source_name %in% c("stats4")) library(stats4)
files <- code_of(source_name)
sink(nullfile())
ready <- character()
for (file in files) {
  where <- sub("\\.[Rr]$", "", basename(file))
  # (packages that the code attached since)
  for (package in setdiff(intersect(names(optimizers), loadedNamespaces()), ready)) {
    for (name in names(optimizers[[package]])) instrument(name, package)
    ready <- c(ready, package)
  }
  home <- new.env(parent = globalenv())
  set.seed(1)
  run_code(file, home)
  if (length(found) >= most || proc.time()[[3]] > 200) break
}
sink()
cat(source_name, length(found), "\n")
