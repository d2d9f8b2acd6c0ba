/** Where data of others lies that is no part of this repository. */
export const SHARED = process.env["WATTMESH_SHARED"] ?? "../shared";
