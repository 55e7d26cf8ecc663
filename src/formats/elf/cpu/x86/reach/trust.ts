/** How far a path may be trusted. Each includes the one before. */
export const Trust = { calls: 0, addresses: 1, tables: 2 } as const
export type Trust = (typeof Trust)[keyof typeof Trust]
