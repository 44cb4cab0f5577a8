#ifndef GRADTAPE_BRIDGE_LIBRARY_H
#define GRADTAPE_BRIDGE_LIBRARY_H

/* Gives the operations the functions of R's nmath. */
void init_library(void);

#endif
