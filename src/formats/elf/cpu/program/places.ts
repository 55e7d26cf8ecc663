/** What places in memory hold, by their keys, in order: copied, compared and searched for a range a million times. */
export class Places<T> {
  /** Sorted. */
  readonly keys: number[]
  readonly values: T[]

  constructor(keys: number[] = [], values: T[] = []) {
    this.keys = keys
    this.values = values
  }

  get size(): number {
    return this.keys.length
  }

  copy(): Places<T> {
    return new Places(this.keys.slice(), this.values.slice())
  }

  /** Index of the first key that is not below `key`. */
  indexFrom(key: number): number {
    const { keys } = this
    let low = 0
    let high = keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (keys[middle]! < key) low = middle + 1
      else high = middle
    }
    return low
  }

  get(key: number): T | undefined {
    const index = this.indexFrom(key)
    return this.keys[index] === key ? this.values[index] : undefined
  }

  has(key: number): boolean {
    return this.keys[this.indexFrom(key)] === key
  }

  set(key: number, value: T): void {
    const index = this.indexFrom(key)
    if (this.keys[index] === key) this.values[index] = value
    else {
      const { keys, values } = this
      keys.push(key)
      values.push(value)
      for (let place = keys.length - 1; place > index; place--) {
        keys[place] = keys[place - 1]!
        values[place] = values[place - 1]!
      }
      keys[index] = key
      values[index] = value
    }
  }

  /** Forgets all but the first `size`. */
  shorten(size: number): void {
    if (size >= this.keys.length) return
    this.keys.length = size
    this.values.length = size
  }

  /** Forgets `count` places from `index` on. */
  remove(index: number, count: number): void {
    this.keys.splice(index, count)
    this.values.splice(index, count)
  }
}
