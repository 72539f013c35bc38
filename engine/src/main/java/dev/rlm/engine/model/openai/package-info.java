/** Any server that speaks OpenAI's chat completions: the one place that knows openai-java. */
@NullMarked
package dev.rlm.engine.model.openai;

import org.jspecify.annotations.NullMarked;
