'use client'

import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'

type SecretFieldProps = {
  readonly secret: string
  readonly onSecret: (text: string) => void
  readonly label: string
  readonly onLabel: (text: string) => void
  readonly errors: { readonly secret: string | undefined; readonly label: string | undefined }
  readonly optional?: boolean
}

/** A credential to write in: it is encrypted at once, and nobody can read it back. */
export function SecretField({ secret, onSecret, label, onLabel, errors, optional }: SecretFieldProps) {
  return (
    <>
      <Field
        label="Credential"
        meaning={optional ? 'can follow later' : undefined}
        help="Encrypted at once. Afterwards only its last four characters are shown, to admins too."
        error={errors.secret}
      >
        <Input
          mono
          type="password"
          // No browser may keep it, and none may fill in somebody’s own password.
          autoComplete="new-password"
          spellCheck={false}
          value={secret}
          maxLength={10_000}
          placeholder="sk-…"
          onChange={(event) => onSecret(event.target.value)}
        />
      </Field>
      <Field label="What it is called" error={errors.label}>
        <Input
          value={label}
          maxLength={80}
          placeholder="Production, since November"
          onChange={(event) => onLabel(event.target.value)}
        />
      </Field>
    </>
  )
}
