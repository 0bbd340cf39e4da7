#ifndef CHEAP_H
#define CHEAP_H

/* From now on all threads take memory from one heap, and so reuse what others have freed; threads
   that have a heap of their own keep it. Does nothing where the C library has no such setting. */
void ch_share_heap(void);

#endif
