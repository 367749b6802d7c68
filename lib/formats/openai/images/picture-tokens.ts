/**
 * The most image tokens that one picture can take, before it is drawn. OpenAI's image generation guide has a table for
 * the GPT image models: 1024 × 1024 is 272, 1056 and 4160 tokens at low, medium and high quality, 1024 × 1536 is 408,
 * 1584 and 6240. Other sizes are counted at the density of the dearest of these. Pure.
 */

export type PictureWish = {
  /** `WIDTHxHEIGHT`, or any other word where the model chooses. */
  readonly size: string
  readonly quality: string
  /** Pictures on the way to the last one: 100 tokens each, says the guide. */
  readonly partials: number
  /** Of a GIF; each is counted as a picture. */
  readonly frames: number
}

/** Tokens of a picture of 1024 × 1536, the dearest of the sizes that every model has. */
const tokensAt: Readonly<Record<string, number>> = {
  low: 408,
  medium: 1584,
  high: 6240,
  // Not in the table: each step of quality costs about four times the one before it.
  xhigh: 4 * 6240,
  max: 16 * 6240,
  // What older models call theirs; they are billed by the picture.
  standard: 6240,
  hd: 6240,
  auto: 6240,
}
const usualPixels = 1024 * 1536
/** "The maximum supported resolution is 3840x2160." */
const mostPixels = 3840 * 2160
const tokensOfPartial = 100

export function tokensOfPicture({ size, quality, partials, frames }: PictureWish): number {
  const usual = tokensAt[quality] ?? tokensAt.max!
  return Math.ceil((usual * pixelsOf(size)) / usualPixels) * frames + partials * tokensOfPartial
}

/** Models that choose for themselves choose one of the usual sizes; a size that cannot be read is taken for the largest. */
function pixelsOf(size: string): number {
  if (size === 'auto') return usualPixels
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(size) ?? []
  return width === undefined ? mostPixels : Math.min(mostPixels, Number(width) * Number(height))
}
