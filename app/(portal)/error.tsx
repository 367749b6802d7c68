'use client'

// Here too, so that the shell around the page stays.
export { default } from '#app/error.tsx'
