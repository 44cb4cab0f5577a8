#include "bridge/scratch.h"
#include "eager/errors.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LARGE ((size_t)1 << 18) /* bytes; what is smaller is cut from pieces of */
#define PIECE ((size_t)1 << 20)
#define UNIT ((size_t)16) /* what addresses are multiples of */

/* In front of its memory. */
typedef struct block {
    struct block *next;
    bool is_piece;
} block;
#define HEADER ((sizeof(block) + UNIT - 1) / UNIT * UNIT)

typedef struct {
    block *first;
    char *piece; /* where the newest one has room */
    size_t room;
} scratch;

static void *memory_of(block *b) { return (char *)b + HEADER; }

static block *allocated(block *b, size_t bytes)
{
    if (bytes == GT_TOO_MANY)
        r_stop(ERROR_TAPE,
               "the recording is too long for a tape, which holds at most %d operations, as many "
               "inputs of "
               "them, and as many numbers; record a part of it, or use vectors in place of loops",
               INT_MAX);
    block *larger = bytes < SIZE_MAX - HEADER ? realloc(b, HEADER + bytes) : NULL;
    if (!larger)
        r_stop(ERROR_TAPE, "a tape needs %.0f MB more memory than there is", (double)bytes / 1e6);
    return larger;
}

static void *new_block(scratch *s, size_t bytes, bool is_piece)
{
    block *b = allocated(NULL, bytes);
    *b = (block){s->first, is_piece};
    s->first = b;
    return memory_of(b);
}

static void *give(void *host, size_t bytes)
{
    scratch *s = host;
    if (bytes >= LARGE) return new_block(s, bytes, false);
    bytes = (bytes + UNIT) / UNIT * UNIT;
    if (bytes > s->room) {
        s->room = 0;
        s->piece = new_block(s, PIECE, true);
        s->room = PIECE;
    }
    char *memory = s->piece;
    s->piece += bytes;
    s->room -= bytes;
    return memory;
}

/* Where the list names the block of some memory; NULL: it is in a piece. */
static block **place_of(scratch *s, const void *memory)
{
    for (block **at = &s->first; *at; at = &(*at)->next)
        if (!(*at)->is_piece && memory_of(*at) == memory) return at;
    return NULL;
}

static void *resize(void *host, void *memory, size_t old_bytes, size_t bytes)
{
    scratch *s = host;
    block **at = place_of(s, memory);
    if (at) return memory_of(*at = allocated(*at, bytes));
    void *larger = give(s, bytes);
    if (old_bytes) memcpy(larger, memory, old_bytes);
    return larger;
}

static void release(void *host, void *memory)
{
    block **at = place_of(host, memory), *b = at ? *at : NULL;
    if (!b) return;
    *at = b->next;
    free(b);
}

static void keep_only(void *host, int n, const void *const *kept)
{
    scratch *s = host;
    for (block **at = &s->first; *at;) {
        block *b = *at;
        bool is_kept = b->is_piece;
        for (int k = 0; k < n && !is_kept; k++) is_kept = kept[k] == memory_of(b);
        if (is_kept) {
            at = &b->next;
        } else {
            *at = b->next;
            free(b);
        }
    }
}

void scratch_free(SEXP owner)
{
    scratch *s = R_ExternalPtrAddr(owner);
    if (!s) return;
    R_ClearExternalPtr(owner);
    for (block *b = s->first; b;) {
        block *next = b->next;
        free(b);
        b = next;
    }
    free(s);
}

SEXP scratch_new(void)
{
    SEXP owner = PROTECT(R_MakeExternalPtr(NULL, R_NilValue, R_NilValue));
    R_RegisterCFinalizer(owner, scratch_free);
    scratch *s = calloc(1, sizeof *s);
    if (!s) r_stop(ERROR_TAPE, "there is no memory left");
    R_SetExternalPtrAddr(owner, s);
    UNPROTECT(1);
    return owner;
}

gt_arena scratch_arena(SEXP owner)
{
    return (gt_arena){give, R_ExternalPtrAddr(owner), resize, release, keep_only};
}
