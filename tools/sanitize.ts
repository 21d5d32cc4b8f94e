// npm run sanitize: builds the native kernels with AddressSanitizer and UndefinedBehaviorSanitizer and runs packages/native/test/sanitized.ts on them. Its last line says how many passed.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { run } from "./checks.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

run(process.execPath, ["packages/native/build.mjs", "sanitized"], { cwd: root });
// what an add-on needs of them must be there before Node itself is
const libraries = ["libasan.so", "libubsan.so"].map((name) =>
  run(process.env.CC ?? "cc", [`-print-file-name=${name}`]).trim(),
);
const { status } = spawnSync(
  process.execPath,
  ["--import", "tsx", "--conditions", "@ltt/source", "packages/native/test/sanitized.ts"],
  {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      LD_PRELOAD: libraries.join(":"),
      // Node ends without giving everything back, and V8 has a use for the signal of a wrong address
      ASAN_OPTIONS: "detect_leaks=0:handle_segv=0:abort_on_error=0",
      UBSAN_OPTIONS: "print_stacktrace=1",
    },
  },
);
process.exitCode = status ?? 1;
