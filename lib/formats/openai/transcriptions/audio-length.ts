/** How long a sound is, from its file alone. Pure; nothing is decoded. */

export type AudioLength = {
  /** Upper bound, for the hold. */
  readonly mostSeconds: number
  readonly likelySeconds: number
  /** Whether it is known rather than estimated. */
  readonly exact: boolean
}

/** 64 kbit/s: what speech is commonly recorded at. */
const usualBytesPerSecond = 64_000 / 8
/**
 * 6 kbit/s: the least that Opus is made for (RFC 6716, section 2), and below what MP3 and AAC go to. Silence can be packed
 * tighter; what such a file costs beyond its hold is charged when the call settles.
 */
const leastBytesPerSecond = 6_000 / 8

export function audioLengthOf(file: Buffer): AudioLength {
  const wav = secondsOfWav(file)
  if (wav !== null) return { mostSeconds: wav, likelySeconds: wav, exact: true }
  return {
    mostSeconds: file.length / leastBytesPerSecond,
    likelySeconds: file.length / usualBytesPerSecond,
    exact: false,
  }
}

const pcm = 1
const float = 3
const extensible = 0xfffe
/** Chunks before the sound, such as tags. */
const mostChunks = 32

/**
 * Of samples that are not packed (RIFF, "fmt " and "data"): all that follows the data's head counts as sound, whatever
 * length the head names, for decoders read on to the end too. Null for any other file.
 */
function secondsOfWav(file: Buffer): number | null {
  if (file.length < 12 || file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE')
    return null
  let bytesPerSecond = 0
  for (let at = 12, chunks = 0; at + 8 <= file.length && chunks < mostChunks; chunks++) {
    const name = file.toString('latin1', at, at + 4)
    const length = file.readUInt32LE(at + 4)
    const body = at + 8
    if (name === 'data') return bytesPerSecond > 0 ? (file.length - body) / bytesPerSecond : null
    if (name === 'fmt ') {
      if (body + 16 > file.length) return null
      let tag = file.readUInt16LE(body)
      if (tag === extensible && length >= 26 && body + 26 <= file.length) tag = file.readUInt16LE(body + 24)
      if (tag !== pcm && tag !== float) return null
      const channels = file.readUInt16LE(body + 2)
      const sampleRate = file.readUInt32LE(body + 4)
      const sampleBytes = Math.ceil(file.readUInt16LE(body + 14) / 8)
      bytesPerSecond = channels * sampleRate * sampleBytes
    }
    at = body + length + (length % 2)
  }
  return null
}
