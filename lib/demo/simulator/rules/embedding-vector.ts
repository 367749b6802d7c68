/** A vector of length 1 that depends on the text alone: the same text always lies in the same place. */
export function embeddingVector(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions)
  let state = hash(text)
  let squares = 0
  for (let i = 0; i < dimensions; i++) {
    // Xorshift: good enough to spread texts apart, and the same everywhere.
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    const component = state / 2 ** 31
    vector[i] = component
    squares += component * component
  }
  const length = Math.sqrt(squares)
  return vector.map((component) => component / length)
}

/** FNV-1a; never 0, from which xorshift would not get away. */
function hash(text: string): number {
  let state = 0x811c9dc5
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193)
  return state || 1
}
