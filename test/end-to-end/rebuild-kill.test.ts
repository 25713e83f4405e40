import { killRebuilds } from './rebuild-kill.suite.ts'

killRebuilds([700], [700])
