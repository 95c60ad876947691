/**
 * Loads the server's code once after an installation, so that what Node compiles is kept (node_modules/.cache) and the
 * first start is as quick as every later one.
 */
import { flushCompileCache } from 'node:module'
import '../src/main.ts'
import '../src/commands/demo.ts'
import '../src/commands/doctor.ts'

flushCompileCache()
