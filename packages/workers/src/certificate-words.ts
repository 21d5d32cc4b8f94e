/** Codes of Node's TLS for certificates of an authority that this process does not know. */
const UNKNOWN_AUTHORITY = [
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
];

/** What is wrong with a server's certificate and what to do, if that is what an error's code says: asking again does not help. */
export function certificateWords(code: string | undefined): string | undefined {
  if (code === undefined) return undefined;
  if (UNKNOWN_AUTHORITY.includes(code)) {
    return `its certificate is not trusted (${code}): put the authority's certificate into a file and name it in NODE_EXTRA_CA_CERTS`;
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return `its certificate is for another host (${code})`;
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
    return `its certificate is not valid today (${code}): is this machine's clock right?`;
  }
  return undefined;
}
