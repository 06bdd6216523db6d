export { ownerSecretIn } from './owner-secret.js';
export { createSite, type Site, type SiteOptions } from './site.js';
export { createWork, type Work } from './work.js';
