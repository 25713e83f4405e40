import { killRebuilds } from './rebuild-kill.suite.ts'

killRebuilds([0.8, 0.5])
