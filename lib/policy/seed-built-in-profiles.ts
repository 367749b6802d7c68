/** Puts the built-in profiles there on first start. What an admin has changed since stays. */
import { builtInProfiles } from '#lib/policy/built-in-profiles.ts'
import type { Tx } from '#lib/platform/db.ts'
import { newId } from '#lib/platform/ids.ts'

/** The ids of the built-in profiles by name. */
export async function seedBuiltInProfiles(tx: Tx, nowMs: number): Promise<Record<string, string>> {
  await tx.accessProfile.createMany({
    data: builtInProfiles.map(({ name, description, isDefault, policy }) => ({
      id: newId('prof', nowMs),
      name,
      description,
      isDefault,
      builtIn: true,
      policy,
      createdAt: new Date(nowMs),
      updatedAt: new Date(nowMs),
    })),
    skipDuplicates: true,
  })
  await tx.$executeRaw`
    INSERT INTO profile_version (profile_id, version, name, description, policy, at, actor_name)
    SELECT id, version, name, description, policy, updated_at, 'Gatehouse'
    FROM access_profile
    WHERE built_in AND version = 1
    ON CONFLICT DO NOTHING`
  const rows = await tx.accessProfile.findMany({
    where: { builtIn: true },
    select: { id: true, name: true },
    take: builtInProfiles.length,
  })
  return Object.fromEntries(rows.map(({ name, id }) => [name, id]))
}
