/** The filter as a command: standard input to standard output. */
@NullMarked
package dev.rlm.egress.cli;

import org.jspecify.annotations.NullMarked;
