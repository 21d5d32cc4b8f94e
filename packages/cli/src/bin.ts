#!/usr/bin/env node
import { main } from "./main.ts";

const code = await main(process.argv.slice(2));
if (code > 128) process.exit(code); // what was interrupted may still read or fetch: nobody waits for it
process.exitCode = code;
