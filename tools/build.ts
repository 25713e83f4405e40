// `npm run build`: JavaScript and declarations for the package, and the files that go beside them.
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, rmSync } from 'node:fs'

rmSync('dist', { recursive: true, force: true })
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' })
for (const file of globSync('src/**/*.{sql,txt,json,csv,ndjson,gz,html}')) {
  if (file.includes('/testdata/') || file.includes('/offline/page/')) continue
  cpSync(file, file.replace(/^src/, 'dist'))
}
