// Hooks of Node's module loader, to run after those of tsx.

const NAMING = /\bvar (?:\S*,)?__name=\(target,value\)=>/;

export function load(url, context, nextLoad) {
  const loaded = nextLoad(url, context);
  return loaded instanceof Promise ? loaded.then(plain) : plain(loaded);
}

/** The module, in which `__name` does nothing any more once it is evaluated. */
function plain(loaded) {
  const { format, source } = loaded;
  if (format !== "module" || source === undefined || source === null) return loaded;
  const text = typeof source === "string" ? source : new TextDecoder().decode(source);
  return NAMING.test(text) ? { ...loaded, source: `${text}\n__name=target=>target;` } : loaded;
}
