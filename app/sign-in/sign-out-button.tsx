'use client'

import { signOut } from '#components/shell/sign-out.ts'
import { Button } from '#components/ui/button.tsx'

export function SignOutButton() {
  return (
    <Button size="large" onClick={() => void signOut()}>
      Sign out
    </Button>
  )
}
