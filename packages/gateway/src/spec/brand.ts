declare const brand: unique symbol

/** A `T` that went through the parser of its name: the only way to hold one is to have parsed it. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }
