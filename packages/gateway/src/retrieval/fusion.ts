/** Reciprocal rank fusion: 60 as in the paper that proposed it (Cormack, Clarke and Büttcher, 2009). */
export const RANK_OFFSET = 60
/** So many of each ranking count. */
export const FUSED_MAX = 1000
