/** Tests of the sandbox image as it is built: what is in it, and what is not. */
@NullMarked
package dev.rlm.sandbox.image;

import org.jspecify.annotations.NullMarked;
