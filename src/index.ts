// The package's door: the application, to be embedded; its HTTP interface is what the command line uses too.
export { openApp, type App, type AppOptions } from './app.ts'
