/** One execution from admission to a filtered, recorded result. */
@NullMarked
package dev.rlm.engine.execution;

import org.jspecify.annotations.NullMarked;
