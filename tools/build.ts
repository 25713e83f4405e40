// `npm run build`: JavaScript and declarations for the package, and the files that go beside them.
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, rmSync } from 'node:fs'

rmSync('dist', { recursive: true, force: true })
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' })
for (const file of globSync('src/**/*.{sql,txt,json,csv,ndjson,gz}')) {
  if (file.includes('/testdata/')) continue
  cpSync(file, file.replace(/^src/, 'dist'))
}
