/** Tests of the benchmark's own arithmetic. */
@NullMarked
package dev.rlm.benchmark;

import org.jspecify.annotations.NullMarked;
