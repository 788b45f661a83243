/** What users have said, put together, compared and checked as one whole. Pure: it reads no files and waits for nothing. */
@NullMarked
package dev.lateen.istiod.input;

import org.jspecify.annotations.NullMarked;
