/** What users have said, joined into one input in which each object has its own fate. Pure: it reads no files and waits for nothing. */
@NullMarked
package dev.lateen.istiod.input;

import org.jspecify.annotations.NullMarked;
