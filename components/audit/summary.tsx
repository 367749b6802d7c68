import { Fragment } from 'react'

type SummaryProps = { readonly text: string; readonly name: string; readonly capital?: boolean }

/** What happened, with the name of the thing it happened to in bold. */
export function Summary({ text, name, capital = false }: SummaryProps) {
  const shown = capital ? text.charAt(0).toUpperCase() + text.slice(1) : text
  const at = name === '' ? -1 : shown.indexOf(name)
  if (at < 0) return <Fragment>{shown}</Fragment>
  return (
    <>
      {shown.slice(0, at)}
      <b>{name}</b>
      {shown.slice(at + name.length)}
    </>
  )
}
