/** Stands for whatever snippet is judged. */
export {};
