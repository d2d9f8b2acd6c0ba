const kept = new Map<string, ArrayBuffer>();

/** Moddable's preferences: small values in the platform's own flash. */
export default {
  get: (domain: string, key: string): ArrayBuffer | undefined => kept.get(`${domain} ${key}`)?.slice(0),
  set(domain: string, key: string, value: ArrayBuffer): void {
    kept.set(`${domain} ${key}`, value.slice(0));
  },
};
