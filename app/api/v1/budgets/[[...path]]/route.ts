import { mount } from '#app/api/v1/mount.ts'
import { budgetEndpoints } from '#lib/limits/budget-endpoints.ts'

export const { GET, POST, PUT, PATCH, DELETE } = mount(...budgetEndpoints)
