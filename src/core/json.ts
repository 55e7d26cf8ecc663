/** What survives JSON unchanged. Everything that reaches a report is of this kind. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue }
