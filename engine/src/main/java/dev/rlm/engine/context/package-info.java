/** Documents that callers store once and executions read where they lie: on disk, by content, with a budget and a time to live. */
@NullMarked
package dev.rlm.engine.context;

import org.jspecify.annotations.NullMarked;
