import { mount } from '#app/api/v1/mount.ts'

/** Every address under /api/v1 that no resource has: a problem document, not a page. */
export const { GET, POST, PUT, PATCH, DELETE } = mount()
