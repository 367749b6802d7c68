'use client'

import { credentialHelp } from '#components/providers/kind-words.ts'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import type { ProviderKind } from '#lib/catalog/contract.ts'

type SecretFieldProps = {
  readonly kind: ProviderKind
  readonly secret: string
  readonly onSecret: (text: string) => void
  readonly label: string
  readonly onLabel: (text: string) => void
  readonly errors: { readonly secret: string | undefined; readonly label: string | undefined }
  readonly optional?: boolean
}

const placeholders: Partial<Record<ProviderKind, string>> = {
  azure: 'A key, or { "tenantId": …, "clientId": …, "clientSecret": … }',
  vertex: '{ "type": "service_account", …',
  bedrock: 'ACCESS_KEY_ID:SECRET_ACCESS_KEY',
}

/** A credential to write in: it is encrypted at once, and nobody can read it back. */
export function SecretField({ kind, secret, onSecret, label, onLabel, errors, optional }: SecretFieldProps) {
  return (
    <>
      <Field
        label="Credential"
        meaning={optional ? 'can follow later' : undefined}
        help={`${credentialHelp[kind] ?? ''} Encrypted at once. Afterwards only its last four characters are shown, to admins too.`.trim()}
        error={errors.secret}
      >
        <Input
          mono
          type="password"
          // JSON that is pasted loses its line breaks here, which mean nothing in it.
          // No browser may keep it, and none may fill in somebody’s own password.
          autoComplete="new-password"
          spellCheck={false}
          value={secret}
          maxLength={10_000}
          placeholder={placeholders[kind] ?? 'sk-…'}
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
