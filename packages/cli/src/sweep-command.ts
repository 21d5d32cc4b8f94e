import type { Command } from "commander";
export function addSweepCommand(_program: Command): void {}
