'use client'

import { useRouter } from 'next/navigation'
import { AskButton } from '#components/admin/ask-button.tsx'
import type { ProfileView } from '#lib/policy/contract.ts'

type ProfileActsProps = {
  readonly profile: Pick<
    ProfileView,
    'id' | 'name' | 'version' | 'isDefault' | 'builtIn' | 'people' | 'keys' | 'groups'
  >
}

/** What can be done to a profile as a whole. What cannot be done is absent. */
export function ProfileActs({ profile }: ProfileActsProps) {
  const router = useRouter()
  const path = `/profiles/${encodeURIComponent(profile.id)}`
  const isUnused = profile.people === 0 && profile.keys === 0 && profile.groups.length === 0
  return (
    <>
      {profile.isDefault ? null : (
        <AskButton
          label="Make default"
          icon="flag"
          variant="quiet"
          title={`Make ${profile.name} the default?`}
          description="It takes the place of the default there is."
          effects={[{ icon: 'users', text: 'Who has no profile from a group gets this one at their next sign-in' }]}
          verb="Make default"
          verbVariant="primary"
          path={path}
          method="PATCH"
          body={{ version: profile.version, isDefault: true }}
          keep="to leave it"
        />
      )}
      {profile.builtIn || profile.isDefault || !isUnused ? null : (
        <AskButton
          label="Archive"
          icon="trash"
          variant="danger"
          title={`Archive ${profile.name}?`}
          description="Nobody is on it. Its name stays taken."
          effects={[{ icon: 'history', text: 'Its history stays in the audit log' }]}
          verb="Archive"
          verbVariant="danger-solid"
          path={path}
          method="DELETE"
          keep="to keep it"
          onDone={() => router.push('/admin/profiles')}
        />
      )}
    </>
  )
}
