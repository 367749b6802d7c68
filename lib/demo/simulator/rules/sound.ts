/** Silence in files that players take, and how long such a file is. */

const SAMPLES_A_SECOND = 8_000

/** 8 kHz, one channel, 16 bits. */
export function wavOf(seconds: number): Buffer {
  const sound = pcmOf(seconds)
  const head = Buffer.alloc(44)
  head.write('RIFF', 0, 'latin1')
  head.writeUInt32LE(36 + sound.length, 4)
  head.write('WAVEfmt ', 8, 'latin1')
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(SAMPLES_A_SECOND, 24)
  head.writeUInt32LE(SAMPLES_A_SECOND * 2, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36, 'latin1')
  head.writeUInt32LE(sound.length, 40)
  return Buffer.concat([head, sound])
}

export function pcmOf(seconds: number): Buffer {
  return Buffer.alloc(Math.round(seconds * SAMPLES_A_SECOND) * 2)
}

/** MPEG-1 layer III, 32 kbit/s, 44.1 kHz, one channel: frames of 104 bytes and 1152 samples. */
export function mp3Of(seconds: number): Buffer {
  const frame = Buffer.alloc(104)
  frame.writeUInt32BE(0xff_fb_10_c4)
  const frames = Math.max(1, Math.ceil((seconds * 44_100) / 1152))
  return Buffer.concat(Array<Buffer>(frames).fill(frame))
}

/** Of a WAV by its head, of anything else at 64 kbit/s; never less than a second. */
export function secondsOf(file: Buffer): number {
  const isWav = file.length > 44 && file.toString('latin1', 0, 4) === 'RIFF'
  const seconds = isWav ? (file.length - 44) / file.readUInt32LE(28) : file.length / 8_000
  return Math.max(1, Math.ceil(seconds))
}
