/** The version of the front end: the same as in package.json and in Python, which tests compare. */
export const VERSION = '0.1.0';
