'use client'

import type { ListField } from '#components/profiles/profile-fields.ts'
import { EntryList } from '#components/profiles/editor/entry-list.tsx'
import type { Form } from '#components/profiles/editor/form.ts'
import { FormRow, Was } from '#components/profiles/editor/was.tsx'
import { CheckRow } from '#components/ui/checkbox.tsx'
import { Section } from '#components/ui/section.tsx'

/** From where calls may come, for what they are, and what is kept of them. */
export function CallersPart({ form }: { readonly form: Form }) {
  return (
    <Section id="callers" title="Callers and record" aside="Who calls, and what is kept of it" className="scroll-mt-4">
      <div>
        <Entries
          form={form}
          field="cidr.allow"
          label="Calls may come from"
          example="10.0.0.0/8"
          help="Addresses and networks, IPv4 or IPv6; * is anywhere."
          whenEmpty="None is named: every call is refused."
        />
        <Entries
          form={form}
          field="environments"
          label="Environments"
          example="production"
          help="In which keys may be; * is any."
          whenEmpty="None is named: every call is refused."
        />
        <FormRow form={form} fields={['audit']} className="flex flex-wrap items-center gap-3 py-3">
          <CheckRow
            checked={form.draft.audit === 'metadata'}
            onCheckedChange={(on) => form.set('audit', on === true ? 'metadata' : 'nothing')}
            help="Beside what counting needs. Prompts and answers are never kept."
          >
            The ledger keeps the caller’s address and client
          </CheckRow>
          <Was form={form} fields={['audit']} />
        </FormRow>
      </div>
    </Section>
  )
}

/** Which tools of MCP servers may be used. */
export function ToolsPart({ form }: { readonly form: Form }) {
  return (
    <Section
      id="tools"
      title="Tools"
      aside="Kept for the tool servers to come; none is served yet"
      className="scroll-mt-4"
    >
      <div>
        <Entries
          form={form}
          field="tools.allow"
          label="Allowed tools"
          example="github/get_issue"
          help="As server/tool; * stands for anything within a part."
        />
        <Entries
          form={form}
          field="tools.deny"
          label="Tools not allowed"
          example="github/delete_*"
          help="Whatever else is allowed."
        />
      </div>
    </Section>
  )
}

type EntriesProps = {
  readonly form: Form
  readonly field: ListField
  readonly label: string
  readonly example: string
  readonly help: string
  readonly whenEmpty?: string
}

function Entries({ form, field, ...list }: EntriesProps) {
  return (
    <FormRow form={form} fields={[field]} className="grid gap-1 py-3">
      <EntryList
        {...list}
        values={form.draft[field]}
        onChange={(values) => form.set(field, values)}
        error={form.errors.get(field) ?? null}
      />
      <Was form={form} fields={[field]} />
    </FormRow>
  )
}
