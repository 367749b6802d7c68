// Content hashes decide what has to be made again; dates would lie after a checkout.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { root } from './terminal.mjs'

const notPartOfTheProduct = /(\.test\.tsx?|\.md)$|^lib\/(testing|platform\/generated)\//

/** One hash over the content of files and folders, in a fixed order. */
export function fingerprint(places) {
  const hash = createHash('sha256')
  for (const place of places) {
    for (const file of filesBelow(place)) {
      hash
        .update(`${file}\0`)
        .update(fs.readFileSync(path.join(root, file)))
        .update('\0')
    }
  }
  return hash.digest('hex')
}

function filesBelow(place) {
  const entry = fs.statSync(path.join(root, place), { throwIfNoEntry: false })
  if (!entry) return []
  if (!entry.isDirectory()) return [place]
  return fs
    .readdirSync(path.join(root, place), { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => path.relative(root, path.join(file.parentPath, file.name)).replaceAll(path.sep, '/'))
    .filter((file) => !notPartOfTheProduct.test(file))
    .sort()
}

/** Does the work unless the stamp says that it was done, and finished, for the same content. */
export async function unlessDone(stamp, content, work) {
  const place = path.join(root, stamp)
  if (fs.existsSync(place) && fs.readFileSync(place, 'utf8') === content) return false
  try {
    fs.rmSync(place, { force: true })
    await work()
    fs.mkdirSync(path.dirname(place), { recursive: true })
    fs.writeFileSync(place, content)
  } catch (error) {
    if (error.code === 'EACCES' || error.code === 'EROFS' || error.code === 'EPERM') {
      console.error(`Cannot write to ${path.dirname(place)} (${error.code}): make the folder writable for this user`)
      process.exit(1)
    }
    throw error
  }
  return true
}
