/** What those are given who add commands. */
import type { Command } from 'commander'
import type { Config } from '../config.ts'

/** Reads the configuration for a command. */
export type ReadEnvironment = (command: Command) => Config
/** Puts an example under a command's help, and after complaints about its use. */
export type WithExample = (command: Command, example: string) => Command
