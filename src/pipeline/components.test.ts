import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Components } from './components.ts'

test('Components bring together what shares a key, directly or over others', () => {
  const components = new Components()
  for (const keys of [[1], [2], [1, 3], [4], [3, 2]]) {
    const member = components.add()
    for (const key of keys) components.link(member, key)
  }

  expect(components.groups()).toEqual([[0, 1, 2, 4], [3]])
})

test('Components hold every member once, and no two groups share a key', () => {
  const links = fc.array(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 3 }), {
    maxLength: 40,
  })
  fc.assert(
    fc.property(links, (members) => {
      const components = new Components()
      for (const keys of members) {
        const member = components.add()
        for (const key of keys) components.link(member, key)
      }

      const groups = components.groups()

      expect(groups.flat().toSorted((a, b) => a - b)).toEqual([...members.keys()])
      const owners = new Map<number, number>()
      for (const [group, list] of groups.entries()) {
        for (const key of list.flatMap((member) => members[member] ?? [])) {
          expect(owners.get(key) ?? group).toBe(group)
          owners.set(key, group)
        }
      }
    }),
  )
})

test('Components walk a long chain in good time', () => {
  const components = new Components()
  for (let at = 0; at < 200_000; at += 1) {
    const member = components.add()
    components.link(member, at)
    components.link(member, at + 1)
  }

  expect(components.groups()).toHaveLength(1)
})
