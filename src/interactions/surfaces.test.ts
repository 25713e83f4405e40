import { expect, test } from 'vitest'
import { SURFACE_ALIASES, canonicalSurface } from './surfaces.ts'

test.each([
  ['BizChat', 'Chat'],
  ['bizchat', 'Chat'],
  ['Office', 'Chat'],
  ['M365App', 'Chat'],
  ['m365copilot', 'Chat'],
  ['Microsoft 365 Chat', 'Chat'],
  ['IPM.SkypeTeams.Message.Copilot.BizChat', 'Chat'],
  ['IPM.SkypeTeams.Message.Copilot.WebChat', 'WebChat'],
  ['IPM.SkypeTeams.Message.Copilot.Powerpoint', 'PowerPoint'],
  ['IPM.SkypeTeams.Message.Copilot.Studio.cr123_agent', 'Copilot Studio'],
  ['IPM.SkypeTeams.Message.Copilot.Fabric.DataWarehouse', 'Fabric'],
  ['IPM.SkypeTeams.Message.ConnectedAIApp.Entra.7c1d7f6e', 'Connected AI app'],
  ['IPM.SkypeTeams.Message.TeamCopilot.AiNotes.Teams', 'Facilitator'],
  ['Copilot in Word', 'Word'],
  ['WordOnCanvas', 'Word'],
  ['Microsoft Teams', 'Teams'],
  ['Copilot in Teams', 'Teams'],
  ['OutlookSidepane', 'Outlook'],
  ['cowork', 'Cowork'],
  ['Security Copilot standalone', 'Security Copilot'],
  ['Copilot in Defender', 'Defender'],
  ['PowerBI', 'Power BI'],
  ['M365AdminCenter', 'Admin Center'],
])('%s is %s', (served, surface) => {
  expect(canonicalSurface(served)).toBe(surface)
})

test('an unknown host keeps its spelling, and its message class agrees with it', () => {
  expect(canonicalSurface(' BrandNew ')).toBe('BrandNew')
  expect(canonicalSurface('IPM.SkypeTeams.Message.Copilot.BrandNew')).toBe('BrandNew')
})

test('a canonical name stands for itself', () => {
  for (const surface of Object.keys(SURFACE_ALIASES)) {
    expect(canonicalSurface(surface)).toBe(surface)
    expect(canonicalSurface(surface.toUpperCase())).toBe(surface)
  }
})

test('no alias belongs to two surfaces', () => {
  const all = Object.values(SURFACE_ALIASES).flat().concat(Object.keys(SURFACE_ALIASES))
  const lower = all.map((alias) => alias.toLowerCase())

  expect(lower.filter((alias, i) => lower.indexOf(alias) !== i)).toEqual([])
})
