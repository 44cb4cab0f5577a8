#include "globals.h"

gradtape_globals globals = {.grad_enabled = true};
