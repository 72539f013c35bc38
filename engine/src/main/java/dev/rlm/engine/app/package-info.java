/** Composition root and command line: builds everything, owns start and stop. */
@NullMarked
package dev.rlm.engine.app;

import org.jspecify.annotations.NullMarked;
