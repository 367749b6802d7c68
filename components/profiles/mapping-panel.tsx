'use client'

import { useRouter } from 'next/navigation'
import { Suspense, useState } from 'react'
import { AskButton } from '#components/admin/ask-button.tsx'
import { useSend } from '#components/admin/use-send.ts'
import { roleWords } from '#components/people/role-words.ts'
import { problemsByField } from '#components/query/api.ts'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { Button } from '#components/ui/button.tsx'
import { CheckRow } from '#components/ui/checkbox.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { Verdict } from '#components/ui/note.tsx'
import { NumberInput } from '#components/ui/number-input.tsx'
import { Panel, PanelFoot } from '#components/ui/panel.tsx'
import { Select } from '#components/ui/select.tsx'
import { ToggleChips } from '#components/ui/toggle-chips.tsx'
import { profileMapping, type ProfileMappingView } from '#lib/identity/access/contract.ts'
import { roles } from '#lib/identity/contract.ts'

type Named = { readonly id: string; readonly name: string }

type MappingPanelProps = {
  /** Null for a new one. */
  readonly mapping: ProfileMappingView | null
  readonly teams: readonly Named[]
  readonly profiles: readonly Named[]
  /** Chosen to begin with. */
  readonly profileId?: string | null
  readonly closeHref: string
}

const none = 'none'

/** What the members of one group get: team, access profile, roles. */
export function MappingPanel({ mapping, teams, profiles, profileId = null, closeHref }: MappingPanelProps) {
  const router = useRouter()
  const [group, setGroup] = useState(mapping?.group ?? '')
  const [priority, setPriority] = useState(String(mapping?.priority ?? 50))
  const [team, setTeam] = useState(mapping?.team?.id ?? none)
  const [profile, setProfile] = useState(mapping?.profile?.id ?? profileId ?? none)
  const [chosenRoles, setRoles] = useState<readonly string[]>(mapping?.roles ?? ['developer'])
  const [isLead, setLead] = useState(mapping?.isLead ?? false)
  const { send, busy, problem } = useSend(profileMapping)
  const errors = problemsByField(problem)
  const formId = 'group-mapping'
  const close = () => router.push(closeHref, { scroll: false })

  async function save() {
    const body = {
      priority: priority === '' ? null : Number(priority),
      teamId: team === none ? null : team,
      profileId: profile === none ? null : profile,
      roles: chosenRoles,
      isLead,
    }
    const done = mapping
      ? await send(`/profile-mappings/${encodeURIComponent(mapping.id)}`, { method: 'PATCH', body })
      : await send('/profile-mappings', { body: { group, ...body } })
    if (done) close()
  }

  return (
    <Panel
      title={mapping ? 'Change what a group gives' : 'New group'}
      closeHref={closeHref}
      foot={
        <PanelFoot
          verdict={
            <Verdict title="Shows at each person’s next sign-in">
              Nobody is moved in the middle of their work. To take access away at once, disable the person.
            </Verdict>
          }
          start={
            mapping ? (
              <AskButton
                label="Remove"
                icon="trash"
                variant="danger"
                title={`Remove the mapping of ${mapping.group}?`}
                description="The group itself stays at the identity provider."
                effects={[{ icon: 'users', text: 'At their next sign-in its members get nothing from it' }]}
                verb="Remove"
                verbVariant="danger-solid"
                path={`/profile-mappings/${encodeURIComponent(mapping.id)}`}
                method="DELETE"
                keep="to keep it"
                onDone={close}
              />
            ) : null
          }
        >
          <Button variant="quiet" onClick={close}>
            Cancel
          </Button>
          <Button variant="primary" type="submit" form={formId} busy={busy}>
            {mapping ? 'Save' : 'Map the group'}
          </Button>
        </PanelFoot>
      }
    >
      <form
        id={formId}
        className="contents"
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <Field
          label="Group"
          meaning="as the identity provider sends it"
          error={errors.get('group')?.message}
          help={mapping ? 'The name stays. Map another group instead.' : undefined}
        >
          <Input
            mono
            value={group}
            disabled={mapping !== null}
            placeholder="eng-search"
            maxLength={200}
            onChange={(event) => setGroup(event.target.value)}
          />
        </Field>
        <Field
          label="Priority"
          help="Of somebody’s groups, the one with the highest priority that names a team decides the team; the same for the profile."
          error={errors.get('priority')?.message}
        >
          <NumberInput value={priority} onValueChange={setPriority} />
        </Field>
        <Field label="Team" error={errors.get('teamId')?.message}>
          <Select
            value={team}
            onValueChange={setTeam}
            options={[
              { value: none, label: 'No say in the team' },
              ...teams.map(({ id, name }) => ({ value: id, label: name })),
            ]}
          />
        </Field>
        <CheckRow
          checked={isLead}
          onCheckedChange={(on) => setLead(on === true)}
          help={team === none ? 'Of each one’s primary team' : undefined}
        >
          Its members lead the team
        </CheckRow>
        <Field
          label="Access profile"
          error={errors.get('profileId')?.message}
          help={profile === none ? 'Without a say from any group the default profile applies.' : undefined}
        >
          <Select
            value={profile}
            onValueChange={setProfile}
            options={[
              { value: none, label: 'No say in the profile' },
              ...profiles.map(({ id, name }) => ({ value: id, label: name })),
            ]}
          />
        </Field>
        <Field label="Roles" meaning="those of all groups add up" group error={errors.get('roles')?.message}>
          <ToggleChips
            label="Roles"
            options={roles.map((role) => ({ value: role, label: roleWords[role] }))}
            values={chosenRoles}
            onValuesChange={setRoles}
          />
        </Field>
        {problem && errors.size === 0 ? (
          <Suspense>
            <ProblemNote error={problem} title="Nothing was changed." />
          </Suspense>
        ) : null}
      </form>
    </Panel>
  )
}
