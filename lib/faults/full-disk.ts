/** Processes of the product whose disk is full while a file says so. */

/** Environment of a process: while `switchFile` exists, every write to an open file fails with ENOSPC. */
export function fullDisk(switchFile: string): Record<string, string> {
  const program = `
    import fs from 'node:fs'
    const some = await fs.promises.open(process.execPath)
    const { prototype } = some.constructor
    await some.close()
    const { write } = prototype
    prototype.write = async function (...parts) {
      if (!fs.existsSync(${JSON.stringify(switchFile)})) return write.apply(this, parts)
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', errno: -28, syscall: 'write' })
    }`
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(program)}` }
}
