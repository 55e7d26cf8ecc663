/** The index spaces of a module (core specification, "Indices"), without locals, labels and fields. */
export type IndexSpace = 'type' | 'function' | 'table' | 'memory' | 'global' | 'tag' | 'element' | 'data'
