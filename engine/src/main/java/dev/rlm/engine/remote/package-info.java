/** The execution plane as the inference plane sees it: another engine, by its public interface. */
@NullMarked
package dev.rlm.engine.remote;

import org.jspecify.annotations.NullMarked;
