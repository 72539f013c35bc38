/** Measures what the README promises, each figure beside what a user would do without the engine. */
@NullMarked
package dev.rlm.benchmark;

import org.jspecify.annotations.NullMarked;
